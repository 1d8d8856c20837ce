package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import dev.gatun.oci.Hooks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept about a container while it exists, in {@code state.json} of its folder.
 *
 * @param id its name
 * @param ociVersion of its configuration
 * @param init its first process
 * @param monitor the process that waits for the first one and records its exit status, if there is one
 * @param bundle the bundle's folder
 * @param rootfs the folder that its root is made from
 * @param created when it was created, RFC 3339
 * @param annotations of its configuration
 * @param hooks of its configuration; the bundle may be gone when the last of them are run
 * @param keyring the session keyring that its processes share, if it has one of its own
 * @param group its control group
 * @param ownPidNamespace whether its processes end when the first one does
 * @param resctrl the folders in resctrl that were made for it, in the order in which they are to be removed
 */
public record ContainerRecord(
        ContainerId id,
        String ociVersion,
        ProcessIdentity init,
        Optional<ProcessIdentity> monitor,
        String bundle,
        String rootfs,
        String created,
        Map<String, String> annotations,
        Hooks hooks,
        Optional<String> keyring,
        GroupPaths group,
        boolean ownPidNamespace,
        List<String> resctrl)
        implements JsonWritable {

    static ContainerRecord parse(byte[] json) {
        JsonValue value = JsonReader.parse(json);
        Map<String, String> annotations = strings(value.field("annotations"));
        var resctrl = new ArrayList<String>(0);
        for (JsonValue folder : value.field("resctrl").elements()) {
            resctrl.add(folder.string());
        }
        return new ContainerRecord(
                new ContainerId(value.field("id").string()),
                value.field("ociVersion").string(),
                new ProcessIdentity(
                        value.field("pid").int32(), value.field("startTime").int64()),
                value.field("monitorPid").isPresent()
                        ? Optional.of(new ProcessIdentity(
                                value.field("monitorPid").int32(),
                                value.field("monitorStartTime").int64()))
                        : Optional.empty(),
                value.field("bundle").string(),
                value.field("rootfs").string(),
                value.field("created").string(),
                annotations,
                Hooks.from(value.field("hooks")),
                value.field("keyring").isPresent()
                        ? Optional.of(value.field("keyring").string())
                        : Optional.empty(),
                GroupPaths.of(strings(value.field("cgroups"))),
                value.field("ownPidNamespace").bool(true),
                resctrl);
    }

    static Map<String, String> strings(JsonValue object) {
        var strings = new LinkedHashMap<String, String>();
        for (Map.Entry<String, JsonValue> field : object.fields().entrySet()) {
            strings.put(field.getKey(), field.getValue().string());
        }
        return strings;
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("id", id.value())
                .field("ociVersion", ociVersion)
                .field("pid", init.pid())
                .field("startTime", init.startTime());
        if (monitor.isPresent()) {
            out.field("monitorPid", monitor.get().pid())
                    .field("monitorStartTime", monitor.get().startTime());
        }
        out.field("bundle", bundle)
                .field("rootfs", rootfs)
                .field("created", created)
                .optional("annotations", annotations)
                .optional("hooks", hooks)
                .optional("keyring", keyring)
                .optional("cgroups", group.toMap())
                .field("ownPidNamespace", ownPidNamespace)
                .optional("resctrl", resctrl)
                .endObject();
    }
}
