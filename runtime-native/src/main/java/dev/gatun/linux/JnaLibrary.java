package dev.gatun.linux;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/** The native library through JNA: for JVMs that have no foreign linker. */
final class JnaLibrary implements NativeLibrary {
    private final com.sun.jna.NativeLibrary c = com.sun.jna.NativeLibrary.getInstance("c");

    @Override
    public long function(String name) {
        try {
            return Pointer.nativeValue(c.getFunction(name));
        } catch (UnsatisfiedLinkError missing) {
            throw new UnsupportedOperationException("the C library has no function " + name, missing);
        }
    }

    @Override
    public long invoke(long address, long a, long b, long c, long d, long e, long f, long g) {
        Object[] words = {
            new NativeLong(a),
            new NativeLong(b),
            new NativeLong(c),
            new NativeLong(d),
            new NativeLong(e),
            new NativeLong(f),
            new NativeLong(g)
        };
        long result =
                ((NativeLong) Function.getFunction(new Pointer(address)).invoke(NativeLong.class, words)).longValue();
        return result == -1 ? -Native.getLastError() : result;
    }
}
