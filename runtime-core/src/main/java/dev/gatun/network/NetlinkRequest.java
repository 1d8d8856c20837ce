package dev.gatun.network;

import dev.gatun.linux.Block;
import dev.gatun.linux.Rtnetlink;
import dev.gatun.linux.Structs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A message to the kernel while it is written: a type, a structure of that type's own, and attributes. */
final class NetlinkRequest {
    /** Far more than the few attributes of a request need. */
    private static final int MAX_SIZE = 4096;

    private final String purpose;
    private final int type;
    private final int flags;
    private final ByteBuffer content = ByteBuffer.allocate(MAX_SIZE).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * A message that has room for its structure and no attribute.
     *
     * @param purpose what it is for, as an error message names it
     * @param type {@code RTM_*}
     * @param flags {@code NLM_F_*} beside {@code NLM_F_REQUEST}
     * @param size of the structure
     */
    private NetlinkRequest(String purpose, int type, int flags, int size) {
        this.purpose = purpose;
        this.type = type;
        this.flags = flags;
        content.position(size);
    }

    /**
     * A message about interfaces.
     *
     * @param index the interface's, or 0
     * @param change the {@code IFF_*} that are set to what {@code values} has
     */
    static NetlinkRequest link(String purpose, int type, int flags, int index, int change, int values) {
        var request = new NetlinkRequest(purpose, type, flags, Structs.IFINFOMSG_SIZE);
        request.content
                .putInt(Structs.IFINFOMSG_INDEX, index)
                .putInt(Structs.IFINFOMSG_FLAGS, values)
                .putInt(Structs.IFINFOMSG_CHANGE, change);
        return request;
    }

    /** A message about addresses of the interface {@code index}, or of all if it is 0. */
    static NetlinkRequest address(
            String purpose, int type, int flags, int index, int family, int prefixLength, int scope) {
        var request = new NetlinkRequest(purpose, type, flags, Structs.IFADDRMSG_SIZE);
        request.content
                .put(0, (byte) family)
                .put(Structs.IFADDRMSG_PREFIX_LENGTH, (byte) prefixLength)
                .put(Structs.IFADDRMSG_SCOPE, (byte) scope)
                .putInt(Structs.IFADDRMSG_INDEX, index);
        return request;
    }

    NetlinkRequest attribute(int attribute, int value) {
        header(attribute, Integer.BYTES);
        content.putInt(value);
        return this;
    }

    /** Adds a string, with the NUL that the kernel expects. */
    NetlinkRequest attribute(int attribute, String value) {
        return attribute(attribute, (value + "\0").getBytes(StandardCharsets.UTF_8));
    }

    NetlinkRequest attribute(int attribute, byte[] value) {
        header(attribute, value.length);
        content.put(value);
        while (content.position() % Attributes.ALIGNMENT != 0) {
            content.put((byte) 0);
        }
        return this;
    }

    private void header(int attribute, int length) {
        content.putShort((short) (Structs.NLATTR_SIZE + length)).putShort((short) attribute);
    }

    String purpose() {
        return purpose;
    }

    /** The message in bytes. */
    Block message(int sequence) {
        var bytes = new byte[content.position()];
        content.get(0, bytes);
        int length = Structs.NLMSGHDR_SIZE + bytes.length;
        return new Block(length, "{" + purpose + "}")
                .int32(Structs.NLMSGHDR_LENGTH, length)
                .int16(Structs.NLMSGHDR_TYPE, type)
                .int16(Structs.NLMSGHDR_FLAGS, flags | Rtnetlink.NLM_F_REQUEST)
                .int32(Structs.NLMSGHDR_SEQUENCE, sequence)
                .bytes(Structs.NLMSGHDR_SIZE, bytes);
    }
}
