package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Whom a process runs as (config.md, POSIX-platform User). All IDs are the container's, from 0 to 4294967295.
 *
 * @param umask from 0 to 0777; absent leaves it to the runtime
 */
public record User(long uid, long gid, OptionalInt umask, List<Long> additionalGids) implements JsonWritable {
    static final User ROOT = new User(0, 0, OptionalInt.empty(), List.of());

    private static final int UMASK_MAX = 0777;

    public User {
        Check.uint32("uid", uid);
        Check.uint32("gid", gid);
        Check.range("umask", umask, 0, UMASK_MAX);
        additionalGids = Check.uint32s("additionalGids", additionalGids);
    }

    /** An ID that is not given is 0, as the schema has it and every Go runtime: configs in the field rely on it. */
    static User decode(JsonValue user) {
        JsonValue uid = user.field("uid");
        JsonValue gid = user.field("gid");
        List<Long> additionalGids = new ArrayList<>();
        for (JsonValue additional : user.field("additionalGids").elements()) {
            additionalGids.add(additional.uint32());
        }
        return new User(
                uid.isPresent() ? uid.uint32() : 0,
                gid.isPresent() ? gid.uint32() : 0,
                Fields.integer(user.field("umask"), 0, UMASK_MAX),
                additionalGids);
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("uid", uid)
                .field("gid", gid)
                .optional("umask", umask)
                .optional("additionalGids", additionalGids)
                .endObject();
    }
}
