package dev.gatun.image.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Extended attributes that have ids in them, for files whose owners are called otherwise elsewhere. */
public final class OwnedAttributes {
    private static final String CAPABILITIES = "security.capability";

    /** linux/capability.h: the version is the first byte from the left. */
    private static final int VERSION = 0xff00_0000;

    private static final int VERSION_2 = 0x0200_0000;
    private static final int VERSION_3 = 0x0300_0000;
    private static final int SIZE_2 = 20;
    private static final int SIZE_3 = 24;

    /** linux/posix_acl_xattr.h: a version, and entries of a tag, permissions and an id. */
    private static final String LIST = "system.posix_acl_";

    private static final int HEADER = 4;
    private static final int ENTRY = 8;
    private static final int ID = 4;
    private static final short USER = 0x02;
    private static final short GROUP = 0x08;

    private OwnedAttributes() {}

    /** The value as it is for owners elsewhere. */
    public static byte[] shift(String name, byte[] value, IdShift owners) {
        if (name.equals(CAPABILITIES)) {
            return capabilities(value, owners);
        }
        return name.startsWith(LIST) ? list(value, owners) : value;
    }

    /** Version 3 is for the user namespaces of one root, and version 2 for those of the host's (capabilities(7)). */
    private static byte[] capabilities(byte[] value, IdShift owners) {
        var in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        int version = value.length < SIZE_2 ? 0 : in.getInt(0) & VERSION;
        boolean ofHost = version == VERSION_2 && value.length == SIZE_2;
        if (!ofHost && !(version == VERSION_3 && value.length == SIZE_3)) {
            return value;
        }
        int root = (int) owners.uid(ofHost ? 0 : in.getInt(SIZE_2) & 0xffff_ffffL);
        var out = ByteBuffer.wrap(Arrays.copyOf(value, root == 0 ? SIZE_2 : SIZE_3))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0, (in.getInt(0) & ~VERSION) | (root == 0 ? VERSION_2 : VERSION_3));
        if (root != 0) {
            out.putInt(SIZE_2, root);
        }
        return out.array();
    }

    private static byte[] list(byte[] value, IdShift owners) {
        var out = ByteBuffer.wrap(value.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = HEADER; at + ENTRY <= value.length; at += ENTRY) {
            long id = out.getInt(at + ID) & 0xffff_ffffL;
            switch (out.getShort(at)) {
                case USER -> out.putInt(at + ID, (int) owners.uid(id));
                case GROUP -> out.putInt(at + ID, (int) owners.gid(id));
                default -> {}
            }
        }
        return out.array();
    }
}
