package dev.gatun.program;

import dev.gatun.linux.Arch;
import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.FileName;
import dev.gatun.linux.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory of a program, at a fixed address, so that every pointer is known when it is compiled:
 *
 * <pre>
 *   0  entry: the address of the first op
 *   8  failure: the address of the op that runs after a failure
 *  16  fault: {address of the op, errno}
 *  32  iovec of the fault, 48 iovec of the op's text, 64 iovec of the errno's text: a report for writev(2)
 *  80  iovecs of the texts of errno 0 to 134, where 134 stands for all above
 *      the texts; the ops; everything that their arguments point to
 * </pre>
 */
final class DataSegment implements Memory {
    static final long ADDRESS = 0x2000_0000L;
    static final int ENTRY = 0;
    static final int FAILURE = 8;
    static final int FAULT = 16;
    static final int FAULT_VECTOR = 32;
    static final int TEXT_VECTOR = 48;
    static final int ERRNO_VECTORS = 80;
    static final int HIGHEST_ERRNO = 134;

    /** In bytes, so that a report fits into one message. */
    static final int LONGEST_TEXT = 2048;

    private static final int FAULT_SIZE = 16;
    private static final int VECTOR_SIZE = 16;
    private static final byte[] PREFIX = prefix();

    private final Arch arch;
    private final Map<String, Long> strings = new HashMap<>(256);
    private final Map<String, Long> texts = new HashMap<>(256);
    private final IdentityHashMap<Block, Long> blocks = new IdentityHashMap<>();
    private final IdentityHashMap<Slot, List<Long>> places = new IdentityHashMap<>();
    private ByteBuffer content = ByteBuffer.allocate(1 << 15).order(ByteOrder.LITTLE_ENDIAN);
    private int size;

    DataSegment(Arch arch) {
        this.arch = arch;
        content.put(PREFIX);
        size = PREFIX.length;
    }

    /** What all programs have in common: the report's vector and the errors' texts. */
    private static byte[] prefix() {
        int texts = ERRNO_VECTORS + (HIGHEST_ERRNO + 1) * VECTOR_SIZE;
        var prefix = ByteBuffer.allocate(1 << 13).order(ByteOrder.LITTLE_ENDIAN).position(texts);
        prefix.putLong(FAULT_VECTOR, ADDRESS + FAULT).putLong(FAULT_VECTOR + Long.BYTES, FAULT_SIZE);
        byte[] unnamed = ": an error that has no name".getBytes(StandardCharsets.UTF_8);
        for (int errno = 0; errno <= HIGHEST_ERRNO; errno++) {
            int vector = ERRNO_VECTORS + errno * VECTOR_SIZE;
            prefix.putLong(vector, ADDRESS + texts).putLong(vector + Long.BYTES, unnamed.length);
        }
        prefix.put(unnamed);
        for (Errno errno : Errno.values()) {
            putErrnoText(prefix, errno.number(), ": " + errno.name() + " (" + errno.text() + ")");
        }
        return Arrays.copyOf(prefix.array(), prefix.position());
    }

    private static void putErrnoText(ByteBuffer prefix, int errno, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int vector = ERRNO_VECTORS + errno * VECTOR_SIZE;
        prefix.putLong(vector, ADDRESS + prefix.position()).putLong(vector + Long.BYTES, bytes.length);
        prefix.put(bytes);
    }

    /** Reserves zeroed bytes and returns their offset. */
    int allocate(int bytes, int alignment) {
        int offset = (size + alignment - 1) & -alignment;
        size = offset + bytes;
        if (size > content.capacity()) {
            var larger =
                    ByteBuffer.allocate(Math.max(size, content.capacity() * 2)).order(ByteOrder.LITTLE_ENDIAN);
            larger.put(0, content, 0, content.capacity());
            content = larger;
        }
        return offset;
    }

    void put(int offset, long word) {
        content.putLong(offset, word);
    }

    void put(int offset, long[] words) {
        content.duplicate()
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(offset)
                .asLongBuffer()
                .put(words);
    }

    /** An argument's word, which the caller puts at {@code offset}: if it is a slot, the place is remembered. */
    long word(int offset, Arg arg) {
        long word = arg.word(this);
        if (arg instanceof Slot slot) {
            placesOf(slot).add(ADDRESS + offset);
        }
        return word;
    }

    /** The address of {pointer, length} of a text; a longer one than {@link #LONGEST_TEXT} is cut at a character. */
    long text(String value) {
        Long known = texts.get(value);
        if (known != null) {
            return known;
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, LONGEST_TEXT);
        while (length < bytes.length && (bytes[length] & 0xc0) == 0x80) {
            length--;
        }
        int text = allocate(length, 1);
        content.put(text, bytes, 0, length);
        int vector = allocate(VECTOR_SIZE, Long.BYTES);
        putVector(vector, ADDRESS + text, length);
        texts.put(value, ADDRESS + vector);
        return ADDRESS + vector;
    }

    /** The address of the zero-terminated list of the places that hold a slot's value, or 0 if there are none. */
    long places(Slot slot) {
        List<Long> addresses = placesOf(slot);
        if (addresses.isEmpty()) {
            return 0;
        }
        int list = allocate((addresses.size() + 1) * Long.BYTES, Long.BYTES);
        for (int i = 0; i < addresses.size(); i++) {
            put(list + i * Long.BYTES, addresses.get(i));
        }
        return ADDRESS + list;
    }

    @Override
    public Arch arch() {
        return arch;
    }

    @Override
    public long string(String text) {
        Long known = strings.get(text);
        if (known != null) {
            return known;
        }
        byte[] bytes = FileName.encode(text);
        int offset = allocate(bytes.length + 1, 1);
        content.put(offset, bytes);
        strings.put(text, ADDRESS + offset);
        return ADDRESS + offset;
    }

    @Override
    public long direct(ByteBuffer bytes) {
        throw new IllegalArgumentException("a program cannot use this process's memory");
    }

    @Override
    public long block(Block block) {
        Long known = blocks.get(block);
        if (known != null) {
            return known;
        }
        int offset = allocate(block.size(), Long.BYTES);
        blocks.put(block, ADDRESS + offset);
        content.position(offset);
        block.copyTo(content);
        for (Block.Field field : block.fields()) {
            put(offset + field.offset(), word(offset + field.offset(), field.value()));
        }
        return ADDRESS + offset;
    }

    /** What is to be loaded at {@link #ADDRESS}; no copy, so nothing may be added afterwards. */
    ByteBuffer content() {
        return content.duplicate().position(0).limit(size);
    }

    private void putVector(int offset, long address, int length) {
        content.putLong(offset, address);
        content.putLong(offset + Long.BYTES, length);
    }

    private List<Long> placesOf(Slot slot) {
        return places.computeIfAbsent(slot, any -> new ArrayList<>(4));
    }
}
