package dev.gatun.cgroup.systemd;

import java.math.BigInteger;
import java.util.List;
import org.freedesktop.dbus.types.UInt64;

/**
 * A property of a unit.
 *
 * @param type the value's type in D-Bus' notation
 * @param value as dbus-java takes it: a number, a text, a truth value, a byte array, or a list of such
 */
public record UnitProperty(String name, String type, Object value) {
    /** What systemd takes for no limit. */
    static final long INFINITY = -1;

    static UnitProperty of(String name, String text) {
        return new UnitProperty(name, "s", text);
    }

    static UnitProperty of(String name, boolean value) {
        return new UnitProperty(name, "b", value);
    }

    /** An unsigned number of 64 bits. */
    static UnitProperty of(String name, long unsigned) {
        return new UnitProperty(name, "t", unsigned(unsigned));
    }

    static UnitProperty of(String name, byte[] bits) {
        return new UnitProperty(name, "ay", bits);
    }

    /** @param pairs each an array of two texts, which is how dbus-java takes a structure */
    static UnitProperty pairs(String name, List<Object[]> pairs) {
        return new UnitProperty(name, "a(ss)", pairs);
    }

    static UInt64 unsigned(long value) {
        return new UInt64(new BigInteger(Long.toUnsignedString(value)));
    }
}
