package dev.gatun.seccomp;

import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.linux.Arch;
import dev.gatun.oci.Seccomp;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A profile as engines keep it: one of the runtime-spec in which rules may depend on the machine and on what the
 * container is allowed ({@code archMap}, {@code includes}, {@code excludes}; Moby's profiles/seccomp). A plain profile
 * of the runtime-spec is one too.
 */
public final class ProfileTemplate {
    private static final String RESOURCE = "default-profile.json";

    private final JsonValue json;
    private final Seccomp all;

    private ProfileTemplate(JsonValue json) {
        this.json = json;
        this.all = Seccomp.from(json);
    }

    /** The profile that a container gets if nothing is said. */
    public static ProfileTemplate standard() {
        try (InputStream text = ProfileTemplate.class.getResourceAsStream(RESOURCE)) {
            if (text == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the module");
            }
            return parse(text.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a template in UTF-8. Throws {@link dev.gatun.json.JsonException} with the place of the fault. */
    public static ProfileTemplate parse(byte[] text) {
        return new ProfileTemplate(JsonReader.parse(text));
    }

    /**
     * The profile for one container.
     *
     * @param capabilities its bounding set: names that begin with {@code CAP_}
     * @param kernel the kernel's release, as uname(2) has it
     */
    public Seccomp resolve(Arch arch, List<String> capabilities, String kernel) {
        var syscalls = new ArrayList<Seccomp.Syscall>();
        List<JsonValue> rules = json.field("syscalls").elements();
        for (int i = 0; i < rules.size(); i++) {
            JsonValue includes = rules.get(i).field("includes");
            JsonValue excludes = rules.get(i).field("excludes");
            if (includes(includes, arch, capabilities, kernel) && !excludes(excludes, arch, capabilities, kernel)) {
                syscalls.add(all.syscalls().get(i));
            }
        }
        return new Seccomp(
                all.defaultAction(),
                all.defaultErrnoRet(),
                architectures(arch),
                all.flags(),
                all.listenerPath(),
                all.listenerMetadata(),
                syscalls);
    }

    private List<Seccomp.Arch> architectures(Arch arch) {
        var architectures = new ArrayList<>(all.architectures());
        String name = (arch == Arch.X86_64 ? Seccomp.Arch.X86_64 : Seccomp.Arch.AARCH64).text();
        for (JsonValue entry : json.field("archMap").elements()) {
            if (entry.field("architecture").string().equals(name)) {
                architectures.add(architecture(entry.field("architecture")));
                for (JsonValue sub : entry.field("subArchitectures").elements()) {
                    architectures.add(architecture(sub));
                }
            }
        }
        return architectures;
    }

    private static Seccomp.Arch architecture(JsonValue name) {
        for (Seccomp.Arch arch : Seccomp.Arch.values()) {
            if (arch.text().equals(name.string())) {
                return arch;
            }
        }
        throw name.error("is no architecture of the runtime-spec");
    }

    /** All that is said must hold; nothing said holds. */
    private static boolean includes(JsonValue filter, Arch arch, List<String> capabilities, String kernel) {
        List<String> arches = strings(filter.field("arches"));
        Optional<String> minimum = minimum(filter);
        return (arches.isEmpty() || arches.contains(engineName(arch)))
                && capabilities.containsAll(strings(filter.field("caps")))
                && (minimum.isEmpty() || isAtLeast(kernel, minimum.get(), filter));
    }

    /** One of what is said is enough. */
    private static boolean excludes(JsonValue filter, Arch arch, List<String> capabilities, String kernel) {
        Optional<String> minimum = minimum(filter);
        boolean has = false;
        for (String capability : strings(filter.field("caps"))) {
            has |= capabilities.contains(capability);
        }
        return has
                || strings(filter.field("arches")).contains(engineName(arch))
                || (minimum.isPresent() && isAtLeast(kernel, minimum.get(), filter));
    }

    /** Go's name, which these filters have. */
    private static String engineName(Arch arch) {
        return arch == Arch.X86_64 ? "amd64" : "arm64";
    }

    private static List<String> strings(JsonValue array) {
        var strings = new ArrayList<String>();
        for (JsonValue element : array.elements()) {
            strings.add(element.string());
        }
        return strings;
    }

    private static Optional<String> minimum(JsonValue filter) {
        String minimum = filter.field("minKernel").string("");
        return minimum.isEmpty() ? Optional.empty() : Optional.of(minimum);
    }

    private static boolean isAtLeast(String kernel, String minimum, JsonValue filter) {
        int[] wanted = version(minimum);
        if (wanted.length < 2) {
            throw filter.field("minKernel").error("is no version of a kernel, such as 4.8");
        }
        int[] present = version(kernel);
        return present.length >= 2 && (present[0] > wanted[0] || (present[0] == wanted[0] && present[1] >= wanted[1]));
    }

    /** The first two numbers of a release such as {@code 6.1.0-18-amd64}; nothing if it does not begin with two. */
    private static int[] version(String release) {
        var numbers = new int[2];
        int at = 0;
        for (int i = 0; i < numbers.length; i++) {
            int start = at;
            while (at < release.length() && release.charAt(at) >= '0' && release.charAt(at) <= '9' && at < start + 9) {
                numbers[i] = 10 * numbers[i] + release.charAt(at++) - '0';
            }
            if (at == start || (i == 0 && (at == release.length() || release.charAt(at++) != '.'))) {
                return new int[0];
            }
        }
        return numbers;
    }
}
