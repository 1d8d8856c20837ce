package dev.gatun.linux;

import java.nio.ByteBuffer;

/**
 * The bytes between position and limit of a direct buffer as an argument: the kernel reads and writes them where they
 * are, so that bulk data is not copied as that of a {@link Block} is. A program has no use for it, as its memory is
 * another.
 */
public record DirectBytes(ByteBuffer bytes) implements Arg {
    public DirectBytes {
        if (!bytes.isDirect()) {
            throw new IllegalArgumentException("not a direct buffer");
        }
    }

    /** How many. */
    public int size() {
        return bytes.remaining();
    }

    @Override
    public long word(Memory memory) {
        return memory.direct(bytes);
    }

    @Override
    public void print(StringBuilder out) {
        out.append("/* ").append(size()).append(" bytes */");
    }
}
