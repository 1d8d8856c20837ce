package dev.gatun.oci;

import dev.gatun.json.JsonPath;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is particular to Linux (config-linux.md).
 *
 * @param sysctl values by key, whose parts are separated by dots or by slashes
 * @param cgroupsPath absolute: below the cgroup mount; relative: below a cgroup of the runtime's choice; for systemd
 *     {@code slice:prefix:name}
 * @param namespaces each type at most once; a type that is not listed is the runtime's own
 * @param netDevices devices to move into the container, by their name on the host
 * @param timeOffsets by clock, {@code monotonic} or {@code boottime}
 */
public record Linux(
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        Map<String, String> sysctl,
        Resources resources,
        Optional<String> cgroupsPath,
        List<Namespace> namespaces,
        List<Device> devices,
        Map<String, NetDevice> netDevices,
        Optional<Seccomp> seccomp,
        Optional<Propagation> rootfsPropagation,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        Optional<String> mountLabel,
        Optional<IntelRdt> intelRdt,
        Optional<MemoryPolicy> memoryPolicy,
        Optional<Personality> personality,
        Map<String, TimeOffset> timeOffsets)
        implements JsonWritable {

    /** Nothing set. */
    public static final Linux NONE = new Linux(
            List.of(),
            List.of(),
            Map.of(),
            Resources.NONE,
            Optional.empty(),
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of());

    public Linux {
        uidMappings = IdMapping.check("uidMappings", uidMappings);
        gidMappings = IdMapping.check("gidMappings", gidMappings);
        sysctl = sysctls(Check.cStringMap("sysctl", sysctl));
        cgroupsPath = Check.cString("cgroupsPath", cgroupsPath);
        namespaces = distinct(namespaces);
        devices = List.copyOf(devices);
        netDevices = NetDevice.check("netDevices", netDevices);
        maskedPaths = Check.absolutes("maskedPaths", maskedPaths);
        readonlyPaths = Check.absolutes("readonlyPaths", readonlyPaths);
        mountLabel = Check.cString("mountLabel", mountLabel);
        timeOffsets = TimeOffset.check("timeOffsets", timeOffsets);
    }

    private static List<Namespace> distinct(List<Namespace> namespaces) {
        for (int i = 0; i < namespaces.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (namespaces.get(i).type() == namespaces.get(j).type()) {
                    throw new InvalidSpecException(
                            JsonPath.element("namespaces", i) + ".type",
                            '"' + namespaces.get(i).type().text() + "\" is given twice");
                }
            }
        }
        return List.copyOf(namespaces);
    }

    /** A key becomes a path below /proc/sys: an empty part, which {@code ..} gives twice, would lead out of it. */
    private static Map<String, String> sysctls(Map<String, String> sysctl) {
        for (String key : sysctl.keySet()) {
            boolean separated = true;
            for (int i = 0; i <= key.length(); i++) {
                boolean separator = i == key.length() || key.charAt(i) == '.' || key.charAt(i) == '/';
                if (separator && separated) {
                    throw new InvalidSpecException(JsonPath.field("sysctl", key), "the key has an empty part");
                }
                separated = separator;
            }
        }
        return sysctl;
    }

    static Linux decode(JsonValue linux) {
        return new Linux(
                Fields.list(linux.field("uidMappings"), IdMapping::decode),
                Fields.list(linux.field("gidMappings"), IdMapping::decode),
                Fields.stringMap(linux.field("sysctl")),
                Fields.read(linux.field("resources"), Resources::decode, Resources.NONE),
                Fields.string(linux.field("cgroupsPath")),
                Fields.list(linux.field("namespaces"), Namespace::decode),
                Fields.list(linux.field("devices"), Device::decode),
                Fields.map(linux.field("netDevices"), NetDevice::decode),
                Fields.optional(linux.field("seccomp"), Seccomp::decode),
                Fields.name(linux.field("rootfsPropagation"), Propagation.values()),
                Fields.strings(linux.field("maskedPaths")),
                Fields.strings(linux.field("readonlyPaths")),
                Fields.string(linux.field("mountLabel")),
                Fields.optional(linux.field("intelRdt"), IntelRdt::decode),
                Fields.optional(linux.field("memoryPolicy"), MemoryPolicy::decode),
                Fields.optional(linux.field("personality"), Personality::decode),
                Fields.map(linux.field("timeOffsets"), TimeOffset::decode));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("uidMappings", uidMappings)
                .optional("gidMappings", gidMappings)
                .optional("sysctl", sysctl)
                .optional("resources", resources)
                .optional("cgroupsPath", cgroupsPath)
                .optional("namespaces", namespaces)
                .optional("devices", devices)
                .optional("netDevices", netDevices)
                .optional("seccomp", seccomp)
                .optional("rootfsPropagation", rootfsPropagation)
                .optional("maskedPaths", maskedPaths)
                .optional("readonlyPaths", readonlyPaths)
                .optional("mountLabel", mountLabel)
                .optional("intelRdt", intelRdt)
                .optional("memoryPolicy", memoryPolicy)
                .optional("personality", personality)
                .optional("timeOffsets", timeOffsets)
                .endObject();
    }
}
