package dev.gatun.image.layer.zstd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in byte arrays. All of zstd's are little-endian (RFC 8878, 1). */
final class LittleEndian {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static int getInt(byte[] array, int at) {
        return (int) INT.get(array, at);
    }

    static long getLong(byte[] array, int at) {
        return (long) LONG.get(array, at);
    }

    /** Eight bytes from one place to another; which may be in the same array. */
    static void copyLong(byte[] from, int at, byte[] to, int where) {
        LONG.set(to, where, (long) LONG.get(from, at));
    }

    /**
     * Bits from a place counted in bits from the array's begin. Seven bytes behind them are looked at.
     *
     * @param count at most 57
     */
    static long getBits(byte[] array, int bit, int count) {
        return (getLong(array, bit >> 3) >>> (bit & 7)) & ((1L << count) - 1);
    }
}
