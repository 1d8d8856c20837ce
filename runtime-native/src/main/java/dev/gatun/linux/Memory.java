package dev.gatun.linux;

/** Where the memory that arguments point to is laid out: in this process, or in the data segment of a program. */
public interface Memory {
    /** Whose kernel will read it. */
    Arch arch();

    /** The address of {@code text}, encoded as {@link FileName} does and ended by a NUL. */
    long string(String text);

    /** The address of a block's bytes; the same block has one address, however often it is asked for. */
    long block(Block block);

    /** The address of the bytes between position and limit of a direct buffer. */
    long direct(java.nio.ByteBuffer bytes);
}
