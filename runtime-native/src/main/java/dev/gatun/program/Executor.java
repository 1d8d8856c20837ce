package dev.gatun.program;

import dev.gatun.linux.Arch;
import java.io.ByteArrayOutputStream;

/**
 * The executor of syscall programs: the only machine code in Gatun.
 *
 * <p>It walks over the ops (see {@link Op} for what one is). It has no stack, calls no function and decides nothing
 * that is not written in the op:
 *
 * <ul>
 *   <li>{@code step} loads the op's number and arguments and makes the call. A negative number is no call but a
 *       {@code load}: the result is {@code *a0 >> a1 & a2 | a3}.
 *   <li>{@code result}: unless the result is an error, it is stored in each place of the op's list, and if it is 0 and
 *       the op has a target for that, execution goes on there (the child of a clone, or an unconditional jump).
 *   <li>{@code error}: if the errno's bit is set in the op's mask (bit 63 stands for 63 and above), execution goes on
 *       at the op's target for errors. Otherwise the fault record is filled in, and the failure ops run.
 * </ul>
 *
 * <p>{@link DataSegment} lays out what it finds at its fixed address. A test assembles these listings with as(1) and
 * compares the bytes.
 */
final class Executor {
    /**
     * rbx: the current op; rbp: the data segment. Error texts are copied with SSE, as it is one instruction for two
     * words.
     */
    private static final String X86_64 = """
            bd00000020            _start: mov $0x20000000,%ebp
            488b5d00                      mov 0(%rbp),%rbx
            488b03                step:   mov 0(%rbx),%rax
            488b7b08                      mov 8(%rbx),%rdi
            488b7310                      mov 16(%rbx),%rsi
            488b5318                      mov 24(%rbx),%rdx
            4c8b5320                      mov 32(%rbx),%r10
            4c8b4328                      mov 40(%rbx),%r8
            4c8b4b30                      mov 48(%rbx),%r9
            4885c0                        test %rax,%rax
            783d                          js load
            0f05                          syscall
            483d01f0ffff          result: cmp $-4095,%rax
            7343                          jae error
            488b4b38                      mov 56(%rbx),%rcx
            4885c9                        test %rcx,%rcx
            7411                          jz stored
            488b11                store:  mov (%rcx),%rdx
            4885d2                        test %rdx,%rdx
            7409                          jz stored
            488902                        mov %rax,(%rdx)
            4883c108                      add $8,%rcx
            ebef                          jmp store
            4885c0                stored: test %rax,%rax
            750e                          jnz next
            488b4b40                      mov 64(%rbx),%rcx
            4885c9                        test %rcx,%rcx
            7405                          jz next
            4889cb                jump:   mov %rcx,%rbx
            eba9                          jmp step
            4883c360              next:   add $96,%rbx
            eba3                          jmp step
            488b07                load:   mov (%rdi),%rax
            89f1                          mov %esi,%ecx
            48d3e8                        shr %cl,%rax
            4821d0                        and %rdx,%rax
            4c09d0                        or %r10,%rax
            ebb5                          jmp result
            48f7d8                error:  neg %rax
            b93f000000                    mov $63,%ecx
            4839c8                        cmp %rcx,%rax
            0f42c8                        cmovb %eax,%ecx
            488b5348                      mov 72(%rbx),%rdx
            480fa3ca                      bt %rcx,%rdx
            488b4b50                      mov 80(%rbx),%rcx
            72c9                          jc jump
            48895d10                      mov %rbx,16(%rbp)
            48894518                      mov %rax,24(%rbp)
            488b4b58                      mov 88(%rbx),%rcx
            0f1001                        movups (%rcx),%xmm0
            0f114530                      movups %xmm0,48(%rbp)
            b986000000                    mov $134,%ecx
            4839c8                        cmp %rcx,%rax
            0f42c8                        cmovb %eax,%ecx
            c1e104                        shl $4,%ecx
            0f10440d50                    movups 80(%rbp,%rcx),%xmm0
            0f114540                      movups %xmm0,64(%rbp)
            488b5d08                      mov 8(%rbp),%rbx
            e944ffffff                    jmp step
            """;

    /** x19: the current op; x20: the data segment. */
    private static final String AARCH64 = """
            1400a4d2              _start: mov x20,#0x20000000
            930240f9                      ldr x19,[x20]
            680240a9              step:   ldp x8,x0,[x19]
            610a41a9                      ldp x1,x2,[x19,#16]
            631242a9                      ldp x3,x4,[x19,#32]
            651a40f9                      ldr x5,[x19,#48]
            2802f8b7                      tbnz x8,#63,load
            010000d4                      svc #0
            1ffc3fb1              result: cmn x0,#4095
            62020054                      b.hs error
            611e40f9                      ldr x1,[x19,#56]
            a10000b4                      cbz x1,stored
            228440f8              store:  ldr x2,[x1],#8
            620000b4                      cbz x2,stored
            400000f9                      str x0,[x2]
            fdffff17                      b store
            a00000b5              stored: cbnz x0,next
            612240f9                      ldr x1,[x19,#64]
            610000b4                      cbz x1,next
            f30301aa              jump:   mov x19,x1
            eeffff17                      b step
            73820191              next:   add x19,x19,#96
            ecffff17                      b step
            000040f9              load:   ldr x0,[x0]
            0024c19a                      lsr x0,x0,x1
            0000028a                      and x0,x0,x2
            000003aa                      orr x0,x0,x3
            edffff17                      b result
            e00300cb              error:  neg x0,x0
            e10780d2                      mov x1,#63
            1f0001eb                      cmp x0,x1
            0230819a                      csel x2,x0,x1,lo
            638644a9                      ldp x3,x1,[x19,#72]
            6324c29a                      lsr x3,x3,x2
            23fe0737                      tbnz x3,#0,jump
            930201a9                      stp x19,x0,[x20,#16]
            612e40f9                      ldr x1,[x19,#88]
            220c40a9                      ldp x2,x3,[x1]
            820e03a9                      stp x2,x3,[x20,#48]
            c11080d2                      mov x1,#134
            1f0001eb                      cmp x0,x1
            0230819a                      csel x2,x0,x1,lo
            8112028b                      add x1,x20,x2,lsl #4
            220c45a9                      ldp x2,x3,[x1,#80]
            820e04a9                      stp x2,x3,[x20,#64]
            930640f9                      ldr x19,[x20,#8]
            d4ffff17                      b step
            """;

    private static final int BYTES_WIDTH = 22;

    private Executor() {}

    /** Its machine code. */
    static byte[] code(Arch arch) {
        var code = new ByteArrayOutputStream(256);
        String listing = listing(arch);
        for (int line = 0; line < listing.length(); line = listing.indexOf('\n', line) + 1) {
            for (int i = line; listing.charAt(i) != ' '; i += 2) {
                code.write(Character.digit(listing.charAt(i), 16) << 4 | Character.digit(listing.charAt(i + 1), 16));
            }
        }
        return code.toByteArray();
    }

    /** Its assembly text, as as(1) reads it. */
    static String assembly(Arch arch) {
        var text = new StringBuilder(".globl _start\n");
        String listing = listing(arch);
        for (int line = 0; line < listing.length(); line = listing.indexOf('\n', line) + 1) {
            text.append(listing, line + BYTES_WIDTH, listing.indexOf('\n', line) + 1);
        }
        return text.toString();
    }

    private static String listing(Arch arch) {
        return arch == Arch.X86_64 ? X86_64 : AARCH64;
    }
}
