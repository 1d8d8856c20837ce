package dev.gatun.linux;

/**
 * The way from Java to C: functions of the C library that take up to seven words and return one.
 *
 * <p>One shape serves {@code syscall(2)} and {@code posix_spawn(3)} and its helpers alike; integers and pointers are
 * passed in the same registers, and a callee ignores what it does not take. Both back ends, {@link PanamaLibrary} and
 * {@link JnaLibrary}, share all structures, constants and wrappers above it.
 */
public interface NativeLibrary {
    /** The address of a function of the C library; an {@link UnsupportedOperationException} names one that is missing. */
    long function(String name);

    /**
     * Calls the function at {@code address}.
     *
     * @return what it returned, or −errno if it returned −1
     */
    long invoke(long address, long a, long b, long c, long d, long e, long f, long g);

    /** The back end of this JVM: Panama, or JNA if {@code -Dgatun.native=jna} says so or the JVM has no foreign linker. */
    static NativeLibrary load() {
        String wanted = System.getProperty("gatun.native", "");
        return switch (wanted) {
            case "panama" -> new PanamaLibrary();
            case "jna" -> new JnaLibrary();
            case "" -> PanamaLibrary.isSupported() ? new PanamaLibrary() : new JnaLibrary();
            default -> throw new IllegalArgumentException("gatun.native: \"" + wanted + "\" is not one of panama, jna");
        };
    }
}
