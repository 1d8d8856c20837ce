package dev.gatun.linux;

/** The processor architectures whose kernel interface Gatun knows. */
public enum Arch {
    X86_64("x86_64", 62, 4096),
    /** Pages of AArch64 kernels are 4, 16 or 64 KiB; segments aligned to the largest load on all of them. */
    AARCH64("aarch64", 183, 65536);

    private final String machine;
    private final int elfMachine;
    private final int maxPageSize;

    Arch(String machine, int elfMachine, int maxPageSize) {
        this.machine = machine;
        this.elfMachine = elfMachine;
        this.maxPageSize = maxPageSize;
    }

    /** The architecture of this JVM. */
    public static Arch current() {
        String name = System.getProperty("os.arch", "");
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                throw new UnsupportedOperationException(
                        "Gatun runs on x86_64 and aarch64; this JVM is for " + name + ": use a JVM for one of those");
        };
    }

    /** The name that uname(2) reports as the machine. */
    public String machine() {
        return machine;
    }

    /** {@code e_machine} of its ELF files (elf.h: EM_X86_64, EM_AARCH64). */
    public int elfMachine() {
        return elfMachine;
    }

    /** The largest page size that its kernels use, in bytes. */
    public int maxPageSize() {
        return maxPageSize;
    }
}
