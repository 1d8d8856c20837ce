package dev.gatun.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** Executables of x86 that no compiler of this machine need know how to make: static ELF files of one segment. */
final class MachineCode {
    private static final int ADDRESS = 0x40_0000;
    private static final int HEADER_32 = 52;
    private static final int SEGMENT_32 = 32;
    private static final int HEADER_64 = 64;
    private static final int SEGMENT_64 = 56;

    private static final HexFormat HEX = HexFormat.of();

    private MachineCode() {}

    /** A 32-bit program that exits with {@code status}. */
    static byte[] exit32(int status) {
        // mov eax, 1 (exit); mov ebx, status; int 0x80
        byte[] code = {(byte) 0xb8, 1, 0, 0, 0, (byte) 0xbb, (byte) status, 0, 0, 0, (byte) 0xcd, (byte) 0x80};
        int start = HEADER_32 + SEGMENT_32;
        var bytes = new byte[start + code.length];
        ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0x464c_457f).put((byte) 1).put((byte) 1).put((byte) 1).position(16);
        elf.putShort((short) 2).putShort((short) 3).putInt(1); // ET_EXEC, EM_386
        elf.putInt(ADDRESS + start).putInt(HEADER_32).putInt(0).putInt(0);
        elf.putShort((short) HEADER_32).putShort((short) SEGMENT_32).putShort((short) 1);
        elf.position(HEADER_32);
        elf.putInt(1).putInt(0).putInt(ADDRESS).putInt(ADDRESS); // PT_LOAD
        elf.putInt(elf.capacity()).putInt(elf.capacity()).putInt(5).putInt(0x1000);
        elf.put(start, code);
        return bytes;
    }

    /** A 64-bit program that exits by x32's call with {@code status}, or with 9 if there is no such call. */
    static byte[] exitX32(int status) {
        // mov edi, status; mov eax, X32 | 60 (exit); syscall; mov edi, 9; mov eax, 60; syscall
        byte[] code = {
            (byte) 0xbf,
            (byte) status,
            0,
            0,
            0,
            (byte) 0xb8,
            60,
            0,
            0,
            0x40,
            0x0f,
            0x05,
            (byte) 0xbf,
            9,
            0,
            0,
            0,
            (byte) 0xb8,
            60,
            0,
            0,
            0,
            0x0f,
            0x05
        };
        return executable64(code);
    }

    /**
     * A 64-bit program that reserves {@code bytes} of huge pages and touches none of them; its status is the error's number.
     */
    static byte[] reserveHugePages(int bytes) {
        ByteBuffer code = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        // mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0)
        code.put(HEX.parseHex("31ffbe")).putInt(bytes); // xor edi, edi; mov esi, bytes
        code.put(HEX.parseHex("ba0300000041ba2200040041b8ffffffff")); // mov edx, 3; mov r10d, flags; mov r8d, -1
        code.put(HEX.parseHex("4531c9b8090000000f05")); // xor r9d, r9d; mov eax, 9; syscall
        code.put(HEX.parseHex("4885c0780231c0f7d8")); // test rax, rax; js over; xor eax, eax; over: neg eax
        code.put(HEX.parseHex("89c7b83c0000000f05")); // mov edi, eax; mov eax, 60 (exit); syscall
        return executable64(code.array());
    }

    private static byte[] executable64(byte[] code) {
        int start = HEADER_64 + SEGMENT_64;
        var bytes = new byte[start + code.length];
        ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0x464c_457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        elf.putShort((short) 2).putShort((short) 62).putInt(1); // ET_EXEC, EM_X86_64
        elf.putLong(ADDRESS + start).putLong(HEADER_64).putLong(0).putInt(0);
        elf.putShort((short) HEADER_64).putShort((short) SEGMENT_64).putShort((short) 1);
        elf.position(HEADER_64);
        elf.putInt(1).putInt(5).putLong(0).putLong(ADDRESS).putLong(ADDRESS); // PT_LOAD
        elf.putLong(elf.capacity()).putLong(elf.capacity()).putLong(0x1000);
        elf.put(start, code);
        return bytes;
    }
}
