package dev.gatun.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs the few eBPF instructions that filters of devices consist of (RFC 9669), as the kernel would. */
final class EbpfInterpreter {
    private EbpfInterpreter() {}

    static int run(byte[] program, int type, int access, int major, int minor) {
        int[] context = {access << 16 | type, major, minor};
        var registers = new int[11];
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; ; at++) {
            int opcode = code.get(at * 8) & 0xff;
            int to = code.get(at * 8 + 1) & 0xf;
            int from = code.get(at * 8 + 1) >> 4 & 0xf;
            int offset = code.getShort(at * 8 + 2);
            int constant = code.getInt(at * 8 + 4);
            switch (opcode) {
                case 0x61 -> registers[to] = context[offset / 4];
                case 0x54 -> registers[to] &= constant;
                case 0x74 -> registers[to] >>>= constant;
                case 0xb4 -> registers[to] = constant;
                case 0xbc -> registers[to] = registers[from];
                case 0x16 -> at += registers[to] == constant ? offset : 0;
                case 0x56 -> at += registers[to] != constant ? offset : 0;
                case 0x5e -> at += registers[to] != registers[from] ? offset : 0;
                case 0x95 -> {
                    return registers[0];
                }
                default -> throw new AssertionError("opcode " + Integer.toHexString(opcode));
            }
        }
    }
}
