package dev.gatun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Runs filters as the kernel does (net/core/filter.c), after the kernel's checks. */
final class Bpf {
    private static final int DATA_SIZE = 64;

    private final ByteBuffer program;
    private final int length;

    Bpf(byte[] program) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        this.length = program.length / 8;
    }

    /** A call as a filter sees it (struct seccomp_data). */
    record Data(int number, int audit, List<Long> args) {
        int word(int offset) {
            var data = ByteBuffer.allocate(DATA_SIZE).order(ByteOrder.LITTLE_ENDIAN);
            data.putInt(number).putInt(audit).putLong(0x7f00_1234_5678L);
            for (long arg : args) {
                data.putLong(arg);
            }
            return data.getInt(offset);
        }

        @Override
        public String toString() {
            var text = new StringBuilder("call ").append(Integer.toUnsignedString(number));
            text.append(" of architecture ").append(Integer.toHexString(audit)).append('(');
            for (long arg : args) {
                text.append(Long.toHexString(arg)).append(' ');
            }
            return text.append(')').toString();
        }
    }

    int run(Data data) {
        int accumulator = 0;
        int at = 0;
        while (true) {
            int code = program.getShort(at * 8);
            int yes = program.get(at * 8 + 2) & 0xff;
            int no = program.get(at * 8 + 3) & 0xff;
            int operand = program.getInt(at * 8 + 4);
            at++;
            switch (code) {
                case 0x20 -> accumulator = data.word(operand);
                case 0x54 -> accumulator &= operand;
                case 0x05 -> at += operand;
                case 0x15 -> at += accumulator == operand ? yes : no;
                case 0x25 -> at += Integer.compareUnsigned(accumulator, operand) > 0 ? yes : no;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, operand) >= 0 ? yes : no;
                case 0x45 -> at += (accumulator & operand) != 0 ? yes : no;
                case 0x06 -> {
                    return operand;
                }
                default -> throw new AssertionError("instruction " + Integer.toHexString(code) + " at " + (at - 1));
            }
        }
    }

    /** What the kernel refuses: bpf_check_classic and seccomp_check_filter. */
    void check() {
        assertThat(length).isBetween(1, 4096);
        assertThat(program.getShort((length - 1) * 8)).isEqualTo((short) 0x06);
        for (int i = 0; i < length; i++) {
            int code = program.getShort(i * 8);
            int reach = Math.max(program.get(i * 8 + 2) & 0xff, program.get(i * 8 + 3) & 0xff);
            int operand = program.getInt(i * 8 + 4);
            switch (code) {
                case 0x20 ->
                    assertThat(operand)
                            .as("offset of %d", i)
                            .isBetween(0, DATA_SIZE - 4)
                            .matches(o -> o % 4 == 0);
                case 0x05 -> assertThat(i + 1 + operand).as("target of %d", i).isBetween(i + 1, length - 1);
                case 0x15, 0x25, 0x35 ->
                    assertThat(i + 1 + reach).as("target of %d", i).isLessThan(length);
                case 0x06, 0x54 -> assertThat(reach).isZero();
                default -> throw new AssertionError("instruction " + Integer.toHexString(code));
            }
        }
    }
}
