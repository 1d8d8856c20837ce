package dev.gatun.seccomp;

import dev.gatun.linux.Arch;
import dev.gatun.oci.Seccomp;

/**
 * A system call interface of a kernel: 64-bit kernels serve programs of older kinds beside their own, with other
 * numbers for the same calls.
 */
enum Abi {
    X86_64(0, Seccomp.Arch.X86_64, Arch.X86_64, Abi.AUDIT_X86_64, true, 0),
    /** Its calls are told from those of x86-64 by a bit in the number only (asm/unistd.h: __X32_SYSCALL_BIT). */
    X32(1, Seccomp.Arch.X32, Arch.X86_64, Abi.AUDIT_X86_64, false, Abi.X32_BIT),
    I386(2, Seccomp.Arch.X86, Arch.X86_64, 0x4000_0003, false, 0),
    AARCH64(3, Seccomp.Arch.AARCH64, Arch.AARCH64, 0xC000_00B7, true, 0),
    ARM(4, Seccomp.Arch.ARM, Arch.AARCH64, 0x4000_0028, false, 0);

    static final int X32_BIT = 0x4000_0000;

    /** asm/unistd.h of Arm: __ARM_NR_BASE, from where on Arm has calls that no other architecture has. */
    static final int ARM_PRIVATE = 0x0f_0000;

    /** linux/audit.h: AUDIT_ARCH_X86_64, by which the kernel reports x32 too. */
    private static final int AUDIT_X86_64 = 0xC000_003E;

    private final int column;
    private final Seccomp.Arch name;
    private final Arch kernel;
    private final int audit;
    private final boolean wide;
    private final int base;

    Abi(int column, Seccomp.Arch name, Arch kernel, int audit, boolean wide, int base) {
        this.column = column;
        this.name = name;
        this.kernel = kernel;
        this.audit = audit;
        this.wide = wide;
        this.base = base;
    }

    /** Its column in {@link SyscallTable}. */
    int column() {
        return column;
    }

    Seccomp.Arch profileName() {
        return name;
    }

    /** The architecture of the kernels that serve it. */
    Arch kernel() {
        return kernel;
    }

    /** Whether it is the one that programs of the kernel's own architecture use. */
    boolean isNative() {
        return this == X86_64 || this == AARCH64;
    }

    /** What a filter sees as {@code seccomp_data.arch}: an AUDIT_ARCH_* of linux/audit.h. */
    int audit() {
        return audit;
    }

    /** Whether all 64 bits of an argument are compared; otherwise the lower 32 are, as libseccomp has it. */
    boolean wide() {
        return wide;
    }

    /** What is added to a call's number of the table. */
    int base() {
        return base;
    }
}
