package dev.gatun.program;

import dev.gatun.linux.Arch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * A program as a static ELF file (elf.h): the executor in a segment to read and execute, ops and data in one to read
 * and write, both at fixed addresses.
 */
public final class Image {
    private static final long TEXT_ADDRESS = 0x1000_0000L;
    private static final int ELF_HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int PROGRAM_HEADERS = 3;
    private static final int CODE_OFFSET = ELF_HEADER_SIZE + PROGRAM_HEADERS * PROGRAM_HEADER_SIZE;
    private static final int ET_EXEC = 2;
    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int READ_EXECUTE = 5;
    private static final int READ_WRITE = 6;

    private final List<Op> ops;
    private final long opsAddress;
    private final ByteBuffer text;
    private final ByteBuffer data;
    private final int dataOffset;

    private Image(List<Op> ops, long opsAddress, ByteBuffer text, ByteBuffer data, int dataOffset) {
        this.ops = ops;
        this.opsAddress = opsAddress;
        this.text = text;
        this.data = data;
        this.dataOffset = dataOffset;
    }

    /** Lays a program out for {@code arch}. */
    public static Image of(Program program, Arch arch) {
        List<Op> ops = program.ops();
        var segment = new DataSegment(arch);
        int base = segment.allocate(ops.size() * Op.SIZE, Long.BYTES);
        segment.put(DataSegment.ENTRY, address(base, program.entry()));
        segment.put(DataSegment.FAILURE, address(base, program.failure()));
        // word by word in an array: a cold JVM takes 3 ms more for as many calls of ByteBuffer.putLong
        var words = new long[ops.size() * Op.WORDS];
        for (int i = 0; i < ops.size(); i++) {
            putOp(words, segment, base, i, ops.get(i), arch);
        }
        // only now are all places known that a result goes to
        for (int i = 0; i < ops.size(); i++) {
            if (ops.get(i).result().isPresent()) {
                words[i * Op.WORDS + Op.WORD_STORES] =
                        segment.places(ops.get(i).result().get());
            }
        }
        segment.put(base, words);
        ByteBuffer data = segment.content();
        return new Image(ops, address(base, 0), text(arch, data.remaining()), data, arch.maxPageSize());
    }

    private static void putOp(long[] words, DataSegment segment, int base, int index, Op op, Arch arch) {
        int first = index * Op.WORDS;
        words[first + Op.WORD_NUMBER] =
                op.call().isPresent() ? op.call().get().syscall().number(arch) : Op.LOAD;
        for (int i = 0; i < op.args().size(); i++) {
            // the load's fourth word travels in the register of the fourth argument
            int word = first + Op.WORD_ARGUMENTS + i;
            words[word] = segment.word(base + word * Long.BYTES, op.args().get(i));
        }
        if (op.onZero().isPresent()) {
            words[first + Op.WORD_ON_ZERO] = address(base, op.onZero().get().index());
        }
        int onError = op.onError().isPresent() ? op.onError().get().index() : index + 1;
        words[first + Op.WORD_EXPECTED_ERRORS] = op.expectedErrors();
        words[first + Op.WORD_ON_ERROR] = address(base, onError);
        words[first + Op.WORD_TEXT] = segment.text(op.purpose());
    }

    private static long address(int base, int op) {
        return DataSegment.ADDRESS + base + (long) op * Op.SIZE;
    }

    private static ByteBuffer text(Arch arch, int dataSize) {
        byte[] code = Executor.code(arch);
        int textSize = CODE_OFFSET + code.length;
        var out = ByteBuffer.allocate(textSize).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        out.putShort((short) ET_EXEC).putShort((short) arch.elfMachine()).putInt(1);
        out.putLong(TEXT_ADDRESS + CODE_OFFSET)
                .putLong(ELF_HEADER_SIZE)
                .putLong(0)
                .putInt(0);
        out.putShort((short) ELF_HEADER_SIZE)
                .putShort((short) PROGRAM_HEADER_SIZE)
                .putShort((short) PROGRAM_HEADERS);
        out.putShort((short) 64).putShort((short) 0).putShort((short) 0);
        int page = arch.maxPageSize();
        programHeader(out, PT_LOAD, READ_EXECUTE, 0, TEXT_ADDRESS, textSize, page);
        programHeader(out, PT_LOAD, READ_WRITE, page, DataSegment.ADDRESS, dataSize, page);
        programHeader(out, PT_GNU_STACK, READ_WRITE, 0, 0, 0, 16);
        return out.put(code).flip();
    }

    private static void programHeader(
            ByteBuffer out, int type, int flags, long offset, long address, long size, long alignment) {
        out.putInt(type).putInt(flags).putLong(offset).putLong(address).putLong(address);
        out.putLong(size).putLong(size).putLong(alignment);
    }

    /** The file's bytes from its beginning: ELF headers and executor. */
    ByteBuffer text() {
        return text.duplicate();
    }

    /** The file's bytes from {@link #dataOffset} on; what lies between is a hole. */
    ByteBuffer data() {
        return data.duplicate();
    }

    int dataOffset() {
        return dataOffset;
    }

    /** The whole file. */
    public byte[] bytes() {
        var file = new byte[dataOffset + data.remaining()];
        text().get(file, 0, text.remaining());
        data().get(file, dataOffset, data.remaining());
        return file;
    }

    /** The op at {@code address}, as a failure report names it; empty if there is none. */
    Optional<Op> opAt(long address) {
        long offset = address - opsAddress;
        long index = offset / Op.SIZE;
        boolean valid = offset >= 0 && offset % Op.SIZE == 0 && index < ops.size();
        return valid ? Optional.of(ops.get((int) index)) : Optional.empty();
    }
}
