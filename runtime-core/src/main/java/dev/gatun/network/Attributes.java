package dev.gatun.network;

import dev.gatun.linux.Rtnetlink;
import dev.gatun.linux.Structs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The attributes of a message of the kernel's, by type. */
final class Attributes {
    /** Each begins at a multiple of so many bytes. */
    static final int ALIGNMENT = 4;

    private final Map<Integer, ByteBuffer> byType = new HashMap<>();

    /**
     * Reads them.
     *
     * @param message its bytes in the kernel's order
     * @param offset where the first one begins
     */
    Attributes(ByteBuffer message, int offset) {
        int position = offset;
        while (position + Structs.NLATTR_SIZE <= message.limit()) {
            int length = Short.toUnsignedInt(message.getShort(position));
            int type = Short.toUnsignedInt(message.getShort(position + Short.BYTES)) & Rtnetlink.NLA_TYPE_MASK;
            if (length < Structs.NLATTR_SIZE || position + length > message.limit()) {
                throw new IllegalStateException("the kernel sent an attribute of " + length + " bytes");
            }
            byType.put(
                    type,
                    message.slice(position + Structs.NLATTR_SIZE, length - Structs.NLATTR_SIZE)
                            .order(message.order()));
            position += (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
    }

    Optional<byte[]> bytes(int type) {
        ByteBuffer value = byType.get(type);
        if (value == null) {
            return Optional.empty();
        }
        var bytes = new byte[value.limit()];
        value.get(0, bytes);
        return Optional.of(bytes);
    }

    OptionalInt int32(int type) {
        ByteBuffer value = byType.get(type);
        return value == null ? OptionalInt.empty() : OptionalInt.of(value.getInt(0));
    }

    /** A string without the NUL at its end; empty if there is none. */
    String string(int type) {
        byte[] bytes = bytes(type).orElse(new byte[0]);
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == 0) {
            length--;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
