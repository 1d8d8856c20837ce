package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.OptionalInt;

/**
 * A program that the runtime runs, with the container's state on its standard input (config.md, POSIX-platform Hooks).
 *
 * @param args with the program's name first, as for execv(3)
 * @param env {@code name=value}
 * @param timeout seconds, at least 1; absent means to wait for ever
 */
public record Hook(String path, List<String> args, List<String> env, OptionalInt timeout) implements JsonWritable {
    public Hook {
        Check.absolute("path", path);
        args = Check.cStrings("args", args);
        env = Check.environment("env", env);
        Check.range("timeout", timeout, 1, Integer.MAX_VALUE);
    }

    static Hook decode(JsonValue hook) {
        return new Hook(
                hook.field("path").required("an absolute path").string(),
                Fields.strings(hook.field("args")),
                Fields.strings(hook.field("env")),
                Fields.integer(hook.field("timeout"), 1, Integer.MAX_VALUE));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("path", path)
                .optional("args", args)
                .optional("env", env)
                .optional("timeout", timeout)
                .endObject();
    }
}
