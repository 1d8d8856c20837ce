package dev.gatun.linux;

/** An open file descriptor of this process that has one owner, who closes it; as an argument it prints its name. */
public final class Fd implements Arg, AutoCloseable {
    private final Kernel kernel;
    private final int number;
    private final String name;
    private boolean closed;

    /**
     * Takes ownership of a descriptor.
     *
     * @param name what it is, for listings: {@code rootfs}
     */
    public Fd(Kernel kernel, long number, String name) {
        this.kernel = kernel;
        this.number = (int) number;
        this.name = name;
    }

    public int number() {
        return number;
    }

    /** The path under which this process reaches it. */
    public String path() {
        return "/proc/self/fd/" + number;
    }

    @Override
    public long word(Memory memory) {
        return number;
    }

    @Override
    public void print(StringBuilder out) {
        out.append(name);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Closes it, once. Whatever close(2) reports, the descriptor is free afterwards, so it is not thrown. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            kernel.attempt(FileCalls.close(this));
        }
    }
}
