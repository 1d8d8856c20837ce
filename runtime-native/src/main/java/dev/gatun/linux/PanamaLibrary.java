package dev.gatun.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The native library through java.lang.foreign, with one downcall shape: every further one would cost a cold start 4 ms. */
final class PanamaLibrary implements NativeLibrary {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    private final Linker linker = Linker.nativeLinker();
    private final MethodHandle shape;

    @SuppressWarnings("restricted") // who starts Gatun grants it with --enable-native-access
    PanamaLibrary() {
        var descriptor = FunctionDescriptor.of(WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD);
        shape = linker.downcallHandle(
                descriptor, Linker.Option.firstVariadicArg(1), Linker.Option.captureCallState("errno"));
    }

    static boolean isSupported() {
        try {
            Linker.nativeLinker();
            return true;
        } catch (UnsupportedOperationException missing) {
            return false;
        }
    }

    @Override
    public long function(String name) {
        return linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no function " + name))
                .address();
    }

    @Override
    public long invoke(long address, long a, long b, long c, long d, long e, long f, long g) {
        MemoryLayout stateLayout = Linker.Option.captureStateLayout();
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(stateLayout);
            long result = (long) shape.invokeExact(MemorySegment.ofAddress(address), state, a, b, c, d, e, f, g);
            // errno is the only member that was asked for, and the layout's first
            return result == -1
                    ? -state.asByteBuffer()
                            .order(java.nio.ByteOrder.nativeOrder())
                            .getInt(0)
                    : result;
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Throwable impossible) {
            throw new AssertionError("a downcall handle declares no checked exception", impossible);
        }
    }
}
