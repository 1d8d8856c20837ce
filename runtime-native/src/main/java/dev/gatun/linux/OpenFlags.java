package dev.gatun.linux;

/**
 * The flags of open(2), written with x86-64's values.
 *
 * <p>They are the only flags here whose values differ between the architectures (arch/arm64/include/uapi/asm/fcntl.h).
 *
 * @param value {@code O_*} of {@link Fcntl}
 */
public record OpenFlags(long value) implements Arg {
    private static final long AARCH64_DIRECTORY = 0x4000;
    private static final long AARCH64_NOFOLLOW = 0x8000;

    /** The flags as {@code arch}'s kernel knows them. */
    public long on(Arch arch) {
        if (arch == Arch.X86_64) {
            return value;
        }
        long common = value & ~(Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW);
        return common
                | ((value & Fcntl.O_DIRECTORY) != 0 ? AARCH64_DIRECTORY : 0)
                | ((value & Fcntl.O_NOFOLLOW) != 0 ? AARCH64_NOFOLLOW : 0);
    }

    @Override
    public long word(Memory memory) {
        return on(memory.arch());
    }

    @Override
    public void print(StringBuilder out) {
        if ((value & 3) == Fcntl.O_RDONLY && (value & Fcntl.O_PATH) == 0) {
            out.append(value == 0 ? "O_RDONLY" : "O_RDONLY|");
        }
        if (value != 0) {
            Notation.OPEN_FLAGS.print(value, out);
        }
    }
}
