package dev.gatun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A piece of memory as an argument: a structure, an array of pointers or a buffer.
 *
 * <p>Offsets and sizes are bytes. The integers are in native order; both architectures are little-endian, and so are
 * the ELF files that blocks end up in.
 */
public final class Block implements Arg {
    private final ByteBuffer content;
    private final List<Field> fields = new ArrayList<>(2);
    private final Description description;
    private boolean output;

    /** A word of the block that is itself an argument: a pointer to further memory, or a number that the architecture decides. */
    public record Field(int offset, Arg value) {}

    /** Writes what a block holds, as strace would; called only when a listing or an error message is written. */
    @FunctionalInterface
    public interface Description {
        void print(StringBuilder out);
    }

    /**
     * A block of zeros.
     *
     * @param size in bytes
     * @param text what the listing shows for it, e.g. {@code {flags=O_PATH}}
     */
    public Block(int size, String text) {
        this(size, out -> out.append(text));
    }

    /** A block of zeros whose description is worked out when it is asked for. */
    public Block(int size, Description description) {
        this.content = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        this.description = description;
    }

    /** A block with the given bytes; they are copied. */
    public static Block of(byte[] bytes, String text) {
        return of(bytes, out -> out.append(text));
    }

    private static Block of(byte[] bytes, Description description) {
        var block = new Block(bytes.length, description);
        block.content.put(0, bytes);
        return block;
    }

    /** A NULL-terminated array of strings, as execve(2) takes them. */
    public static Block strings(List<String> values, Description description) {
        var block = new Block((values.size() + 1) * Long.BYTES, description);
        for (int i = 0; i < values.size(); i++) {
            block.field(i * Long.BYTES, new Text(values.get(i)));
        }
        return block;
    }

    /** A buffer that the kernel fills. */
    public static Block buffer(int size, String text) {
        return new Block(size, text).output();
    }

    /** A string's UTF-8 bytes without a NUL, e.g. the content of a write(2). */
    public static Block content(String value) {
        return of(value.getBytes(StandardCharsets.UTF_8), out -> out.append(Text.quoted(value)));
    }

    /** Marks the block as one that the kernel writes to. */
    public Block output() {
        output = true;
        return this;
    }

    public Block int16(int offset, int value) {
        content.putShort(offset, (short) value);
        return this;
    }

    public Block int32(int offset, long value) {
        content.putInt(offset, (int) value);
        return this;
    }

    public Block int64(int offset, long value) {
        content.putLong(offset, value);
        return this;
    }

    public Block bytes(int offset, byte[] value) {
        content.put(offset, value);
        return this;
    }

    /** Makes the 64-bit word at {@code offset} what {@code value} is as an argument, e.g. the address of its memory. */
    public Block field(int offset, Arg value) {
        fields.add(new Field(offset, value));
        return this;
    }

    public int getInt32(int offset) {
        return content.getInt(offset);
    }

    public int getInt16(int offset) {
        return content.getShort(offset);
    }

    public long getInt64(int offset) {
        return content.getLong(offset);
    }

    /** A copy of {@code length} bytes from {@code offset} on. */
    public byte[] getBytes(int offset, int length) {
        var bytes = new byte[length];
        content.get(offset, bytes);
        return bytes;
    }

    public int size() {
        return content.capacity();
    }

    public boolean isOutput() {
        return output;
    }

    public List<Field> fields() {
        return fields;
    }

    /** The bytes themselves, not a copy: for who lays the block out in memory, and who reads it back. */
    byte[] raw() {
        return content.array();
    }

    /** Writes the bytes to {@code target} at its position, fields still zero. */
    public void copyTo(ByteBuffer target) {
        target.put(content.array());
    }

    @Override
    public long word(Memory memory) {
        return memory.block(this);
    }

    @Override
    public void print(StringBuilder out) {
        description.print(out);
    }

    @Override
    public String toString() {
        var out = new StringBuilder();
        print(out);
        return out.toString();
    }
}
