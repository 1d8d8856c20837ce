package dev.gatun.oci;

import dev.gatun.json.JsonPath;
import dev.gatun.json.JsonText;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.Map;
import java.util.Optional;

/**
 * A network device to be moved into the container (config-linux.md, Network Devices).
 *
 * @param name its name in the container, in which {@code %d} stands for a number that is free; absent keeps the host's
 */
public record NetDevice(Optional<String> name) implements JsonWritable {
    /** The kernel's IFNAMSIZ, less the NUL. */
    private static final int NAME_MAX = 15;

    public NetDevice {
        name = Check.cString("name", name);
        if (name.isPresent() && !isName(name.get())) {
            throw noName("name", name.get());
        }
    }

    static Map<String, NetDevice> check(String field, Map<String, NetDevice> devices) {
        for (String host : devices.keySet()) {
            if (!isName(host)) {
                throw noName(JsonPath.field(field, host), host);
            }
        }
        return Check.keyed(field, devices);
    }

    /** As the kernel's dev_valid_name. */
    private static boolean isName(String name) {
        boolean valid = !name.isEmpty() && name.length() <= NAME_MAX && !name.equals(".") && !name.equals("..");
        for (int i = 0; valid && i < name.length(); i++) {
            char c = name.charAt(i);
            valid = c > ' ' && c != '/' && c != ':';
        }
        return valid;
    }

    private static InvalidSpecException noName(String field, String name) {
        return new InvalidSpecException(field, JsonText.shown(name) + " is not a name for a network device");
    }

    static NetDevice decode(JsonValue device) {
        return new NetDevice(Fields.string(device.field("name")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().optional("name", name).endObject();
    }
}
