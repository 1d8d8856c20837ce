package dev.gatun.oci;

import dev.gatun.json.JsonException;
import dev.gatun.json.JsonPath;
import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonText;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The limits of a container's cgroup (config-linux.md, Control groups), which {@code update --resources} reads alone.
 *
 * @param devices which devices may be used; a later rule goes before an earlier one
 * @param pidsLimit how many tasks at most: 0 is a limit, a negative number and absence are none
 * @param rdma by device
 * @param unified values by file of the cgroup v2
 */
public record Resources(
        List<DeviceRule> devices,
        Memory memory,
        Cpu cpu,
        OptionalLong pidsLimit,
        BlockIo blockIo,
        List<HugepageLimit> hugepageLimits,
        NetworkClass network,
        Map<String, Rdma> rdma,
        Map<String, String> unified)
        implements JsonWritable {

    /** No limit at all. */
    public static final Resources NONE = new Resources(
            List.of(),
            Memory.NONE,
            Cpu.NONE,
            OptionalLong.empty(),
            BlockIo.NONE,
            List.of(),
            NetworkClass.NONE,
            Map.of(),
            Map.of());

    public Resources {
        devices = List.copyOf(devices);
        hugepageLimits = List.copyOf(hugepageLimits);
        rdma = Check.keyed("rdma", rdma);
        unified = fileNames(Check.cStringMap("unified", unified));
    }

    private static Map<String, String> fileNames(Map<String, String> unified) {
        for (String file : unified.keySet()) {
            if (file.indexOf('/') >= 0 || file.equals(".") || file.equals("..")) {
                throw new InvalidSpecException(
                        JsonPath.field("unified", file), JsonText.shown(file) + " is not the name of a file");
            }
        }
        return unified;
    }

    /** Reads the resources alone, in UTF-8. Throws {@link JsonException} with the place of the fault. */
    public static Resources parse(byte[] resourcesJson) {
        return from(JsonReader.parse(resourcesJson));
    }

    /** Reads the resources. Throws {@link JsonException} with the place of the fault. */
    public static Resources from(JsonValue resources) {
        return Fields.read(resources, Resources::decode);
    }

    static Resources decode(JsonValue resources) {
        return new Resources(
                Fields.list(resources.field("devices"), DeviceRule::decode),
                Fields.read(resources.field("memory"), Memory::decode, Memory.NONE),
                Fields.read(resources.field("cpu"), Cpu::decode, Cpu.NONE),
                Fields.int64(resources.field("pids").field("limit")),
                Fields.read(resources.field("blockIO"), BlockIo::decode, BlockIo.NONE),
                Fields.list(resources.field("hugepageLimits"), HugepageLimit::decode),
                Fields.read(resources.field("network"), NetworkClass::decode, NetworkClass.NONE),
                Fields.map(resources.field("rdma"), Rdma::decode),
                Fields.stringMap(resources.field("unified")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("devices", devices)
                .optional("memory", memory)
                .optional("cpu", cpu);
        if (pidsLimit.isPresent()) {
            out.name("pids").beginObject().optional("limit", pidsLimit).endObject();
        }
        out.optional("blockIO", blockIo)
                .optional("hugepageLimits", hugepageLimits)
                .optional("network", network)
                .optional("rdma", rdma)
                .optional("unified", unified)
                .endObject();
    }
}
