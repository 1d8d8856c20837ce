package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A device node to be made in the container (config-linux.md, Devices).
 *
 * @param path inside the container; always absolute here, for a relative one is taken from the root
 * @param major from 0 to 4095, and 0 for a FIFO
 * @param minor from 0 to 1048575, and 0 for a FIFO
 * @param fileMode permission bits, from 0 to 07777
 * @param uid the owner in the container, from 0 to 4294967295
 * @param gid the group in the container, from 0 to 4294967295
 */
public record Device(
        String path, Type type, long major, long minor, OptionalInt fileMode, OptionalLong uid, OptionalLong gid)
        implements JsonWritable {

    /** The bits of {@code dev_t}: a number beyond them would make another device's node. */
    private static final long MAJOR_MAX = 0xFFF;

    private static final long MINOR_MAX = 0xF_FFFF;
    private static final int MODE_MAX = 0xFFFF;
    private static final int PERMISSIONS = 07777;

    /** What kind of node it is. */
    public enum Type implements SpecName {
        CHARACTER("c"),
        BLOCK("b"),
        /** A character device too, for mknod(1)'s sake. */
        UNBUFFERED("u"),
        FIFO("p");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    public Device {
        path = Check.fromRoot("path", path);
        Check.range("major", major, 0, MAJOR_MAX);
        Check.range("minor", minor, 0, MINOR_MAX);
        Check.range("fileMode", fileMode, 0, MODE_MAX);
        // Some engines copy st_mode whole, with the file's type in it; that is said by the type here.
        fileMode = fileMode.isPresent() ? OptionalInt.of(fileMode.getAsInt() & PERMISSIONS) : fileMode;
        Check.uint32("uid", uid);
        Check.uint32("gid", gid);
    }

    static Device decode(JsonValue device) {
        Type type = SpecName.from(device.field("type"), Type.values());
        return new Device(
                device.field("path").required("a path").string(),
                type,
                number(device.field("major"), type, MAJOR_MAX),
                number(device.field("minor"), type, MINOR_MAX),
                Fields.integer(device.field("fileMode"), 0, MODE_MAX),
                Fields.uint32(device.field("uid")),
                Fields.uint32(device.field("gid")));
    }

    private static long number(JsonValue value, Type type, long max) {
        return type == Type.FIFO ? 0 : value.integer(0, max);
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("path", path)
                .field("type", type)
                .field("major", major)
                .field("minor", minor)
                .optional("fileMode", fileMode)
                .optional("uid", uid)
                .optional("gid", gid)
                .endObject();
    }
}
