package dev.gatun.oci;

import dev.gatun.json.JsonException;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;

/**
 * Programs to run at points of the container's life, each list in its order (config.md, POSIX-platform Hooks).
 *
 * @param prestart deprecated; runs just before {@code createRuntime}
 * @param createContainer runs in the container's namespaces before its root is entered
 * @param startContainer runs in the container, just before its process
 */
public record Hooks(
        List<Hook> prestart,
        List<Hook> createRuntime,
        List<Hook> createContainer,
        List<Hook> startContainer,
        List<Hook> poststart,
        List<Hook> poststop)
        implements JsonWritable {

    /** No hook at all. */
    public static final Hooks NONE = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public Hooks {
        prestart = List.copyOf(prestart);
        createRuntime = List.copyOf(createRuntime);
        createContainer = List.copyOf(createContainer);
        startContainer = List.copyOf(startContainer);
        poststart = List.copyOf(poststart);
        poststop = List.copyOf(poststop);
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return prestart.isEmpty()
                && createRuntime.isEmpty()
                && createContainer.isEmpty()
                && startContainer.isEmpty()
                && poststart.isEmpty()
                && poststop.isEmpty();
    }

    /** Reads hooks; none if they are missing. Throws {@link JsonException} with the place of the fault. */
    public static Hooks from(JsonValue hooks) {
        return Fields.read(hooks, Hooks::decode, NONE);
    }

    static Hooks decode(JsonValue hooks) {
        return new Hooks(
                Fields.list(hooks.field("prestart"), Hook::decode),
                Fields.list(hooks.field("createRuntime"), Hook::decode),
                Fields.list(hooks.field("createContainer"), Hook::decode),
                Fields.list(hooks.field("startContainer"), Hook::decode),
                Fields.list(hooks.field("poststart"), Hook::decode),
                Fields.list(hooks.field("poststop"), Hook::decode));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("prestart", prestart)
                .optional("createRuntime", createRuntime)
                .optional("createContainer", createContainer)
                .optional("startContainer", startContainer)
                .optional("poststart", poststart)
                .optional("poststop", poststop)
                .endObject();
    }
}
