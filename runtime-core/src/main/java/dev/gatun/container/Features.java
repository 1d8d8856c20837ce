package dev.gatun.container;

import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import dev.gatun.linux.Capability;
import dev.gatun.oci.MemoryPolicy;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Seccomp;
import dev.gatun.oci.SpecName;
import dev.gatun.seccomp.SeccompFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What this runtime can do, whatever this machine can (features.md). */
public final class Features implements JsonWritable {
    private static final String OLDEST_SPEC = "1.0.0";
    private static final String NEWEST_SPEC = "1.3.0";
    private static final List<String> HOOKS =
            List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop");

    private final String version;

    /**
     * The features.
     *
     * @param version of the runtime
     */
    public Features(String version) {
        this.version = version;
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("ociVersionMin", OLDEST_SPEC)
                .field("ociVersionMax", NEWEST_SPEC)
                .field("hooks", HOOKS)
                .field("mountOptions", MountOptions.names());
        linux(out.name("linux"));
        out.name("annotations")
                .beginObject()
                .field("dev.gatun.version", version)
                .endObject();
        out.field("potentiallyUnsafeConfigAnnotations", List.of("org.systemd.property.", "org.criu.config"))
                .endObject();
    }

    private static void linux(JsonWriter out) {
        out.beginObject()
                .field("namespaces", sorted(Namespace.Type.values()))
                .field(
                        "capabilities",
                        Arrays.stream(Capability.values()).map(Enum::name).toList());
        out.name("cgroup")
                .beginObject()
                .field("v1", true)
                .field("v2", true)
                .field("systemd", true)
                .field("systemdUser", false)
                .field("rdma", true)
                .endObject();
        out.name("seccomp")
                .beginObject()
                .field("enabled", true)
                .field("actions", sorted(Seccomp.Action.values()))
                .field("operators", sorted(Seccomp.Operator.values()))
                .field("archs", SeccompFilter.architectures())
                .field("knownFlags", sorted(Seccomp.Flag.values()))
                .field("supportedFlags", sorted(Seccomp.Flag.values()))
                .endObject();
        enabled(out, "apparmor");
        enabled(out, "selinux");
        out.name("intelRdt")
                .beginObject()
                .field("enabled", true)
                .field("schemata", true)
                .field("monitoring", true)
                .endObject();
        out.name("memoryPolicy")
                .beginObject()
                .field("modes", sorted(MemoryPolicy.Mode.values()))
                .field("flags", sorted(MemoryPolicy.Flag.values()))
                .endObject();
        out.name("mountExtensions").beginObject();
        enabled(out, "idmap");
        out.endObject();
        enabled(out, "netDevices");
        out.endObject();
    }

    private static void enabled(JsonWriter out, String name) {
        out.name(name).beginObject().field("enabled", true).endObject();
    }

    private static List<String> sorted(SpecName[] names) {
        var texts = new ArrayList<String>();
        for (SpecName name : names) {
            texts.add(name.text());
        }
        texts.sort(null);
        return texts;
    }
}
