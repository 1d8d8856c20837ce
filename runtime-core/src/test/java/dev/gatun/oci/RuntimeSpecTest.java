package dev.gatun.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeSpecTest {
    private static final ObjectMapper JACKSON = new ObjectMapper();

    @Test
    void readsTheShortestConfig() {
        RuntimeSpec spec = Configs.parse(Configs.MINIMAL);

        assertThat(spec.root()).isEqualTo(new Root("rootfs", false));
        assertThat(spec.process()).isEmpty();
        assertThat(spec.mounts()).isEmpty();
        assertThat(spec.hooks()).isEqualTo(Hooks.NONE);
        assertThat(spec.linux()).isEqualTo(Linux.NONE);
        assertThat(spec.toJson()).isEqualTo("{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\"}}");
    }

    @Test
    void readsAnOrdinaryConfig() {
        RuntimeSpec spec = Configs.parse(Configs.ORDINARY);
        Process process = spec.startableProcess();
        Linux linux = spec.linux();

        assertThat(process.user()).isEqualTo(new User(1000, 1000, OptionalInt.empty(), List.of(10L, 1000L)));
        assertThat(process.args()).containsExactly("sh", "-c", "echo \"h\u00e9llo\"; exec sleep 100");
        assertThat(process.rlimits()).containsExactly(new Rlimit(Rlimit.Type.NOFILE, 1048576, 1024));
        assertThat(process.capabilities().orElseThrow().ambient()).isEmpty();
        assertThat(process.oomScoreAdj()).isEmpty();
        assertThat(spec.mounts()).extracting(Mount::destination).containsExactly("/proc", "/dev", "/data");
        assertThat(linux.resources().memory().limit()).hasValue(536870912);
        assertThat(linux.resources().cpu()).isEqualTo(Cpu.NONE);
        assertThat(linux.resources().pidsLimit()).hasValue(100);
        assertThat(linux.resources().devices())
                .containsExactly(
                        new DeviceRule(false, DeviceRule.Type.ALL, OptionalLong.empty(), OptionalLong.empty(), "rwm"),
                        new DeviceRule(
                                true, DeviceRule.Type.CHARACTER, OptionalLong.of(1), OptionalLong.empty(), "rw"));
        assertThat(linux.namespaces())
                .contains(
                        new Namespace(Namespace.Type.NETWORK, Optional.of("/run/netns/box")),
                        new Namespace(Namespace.Type.IPC, Optional.empty()));
        assertThat(linux.seccomp().orElseThrow().syscalls().get(1).args())
                .containsExactly(new Seccomp.Arg(0, 0xFFFF_FFFFL, 0, Seccomp.Operator.EQ));
    }

    /** Nothing of a document is lost, and nothing is added: this also shows that every field is read and written. */
    @Test
    void writesEveryFieldThatItRead() throws JsonProcessingException {
        RuntimeSpec spec = Configs.parse(Configs.FULL);

        for (String indent : new String[] {"", "\t", "  "}) {
            String written = spec.toJson(indent);
            assertThat(JACKSON.readTree(written)).isEqualTo(JACKSON.readTree(Configs.FULL));
            assertThat(Configs.parse(written)).isEqualTo(spec);
        }
    }

    /** Engines say "no flags" with an empty list and "as you like" with none. */
    @Test
    void tellsNoSeccompFlagsFromNoWordAboutThem() {
        String config =
                Configs.MINIMAL.replace("}}", "}, \"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_LOG\"X}}}");
        RuntimeSpec silent = Configs.parse(config.replace("X", ""));
        RuntimeSpec none = Configs.parse(config.replace("X", ", \"flags\": []"));

        assertThat(silent.linux().seccomp().orElseThrow().flags()).isEmpty();
        assertThat(none.linux().seccomp().orElseThrow().flags()).contains(List.of());
        assertThat(Configs.parse(none.toJson())).isEqualTo(none).isNotEqualTo(silent);
    }

    @Test
    void ignoresWhatItDoesNotKnow() {
        RuntimeSpec spec = Configs.parse("""
                {
                  "ociVersion": "1.99.0-rc.1", "root": {"path": "r", "later": [1]}, "later": {"a": {"b": null}},
                  "windows": {"layerFolders": 7}, "vm": [], "solaris": "", "zos": 1, "freebsd": false,
                  "process": {"cwd": "/", "user": {"username": "x"}, "commandLine": "a b"},
                  "linux": {"later": 1, "namespaces": [{"type": "pid", "later": 1}], "resources": {"later": 1}}
                }""");

        assertThat(spec.linux().namespaces()).hasSize(1);
        assertThat(spec.process().orElseThrow().user()).isEqualTo(new User(0, 0, OptionalInt.empty(), List.of()));
    }

    @Test
    void takesNullForAbsent() {
        RuntimeSpec spec = Configs.parse("""
                {
                  "ociVersion": "1.0.0", "root": {"path": "r", "readonly": null}, "process": null, "hostname": null,
                  "mounts": null, "hooks": null, "annotations": null,
                  "linux": {"namespaces": null, "resources": {"memory": null, "pids": {"limit": null}}, "seccomp": null,
                    "rootfsPropagation": null, "devices": [{"path": "/dev/p", "type": "p", "fileMode": null}]}
                }""");

        assertThat(spec.process()).isEmpty();
        assertThat(spec.linux().resources()).isEqualTo(Resources.NONE);
        assertThat(spec.linux().devices()).hasSize(1);
    }

    @Test
    void toleratesWhatIsDeprecatedOrUsual() {
        RuntimeSpec spec = Configs.parse("""
                {
                  "ociVersion": "1.0.0", "root": {"path": "r"},
                  "mounts": [{"destination": "proc", "type": "proc"}],
                  "linux": {"devices": [
                    {"path": "dev/null", "type": "c", "major": 1, "minor": 3, "fileMode": 8630},
                    {"path": "/dev/null", "type": "c", "major": 1, "minor": 3}],
                    "rootfsPropagation": ""}
                }""");

        assertThat(spec.mounts().get(0).destination()).isEqualTo("/proc");
        assertThat(spec.linux().devices()).extracting(Device::path).containsExactly("/dev/null", "/dev/null");
        assertThat(spec.linux().devices().get(0).fileMode()).hasValue(0666);
        assertThat(spec.linux().rootfsPropagation()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.0", "1.0.2-dev", "1.2.0+dev", "1.10.3-rc.1+build-7", "1.0.0-rc5"})
    void takesEveryVersionOne(String version) {
        assertThat(Configs.parse(Configs.MINIMAL.replace("1.0.2", version)).ociVersion())
                .isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.",
                "1.0",
                "1.0.",
                "1.0.0.0",
                "1.0.x",
                "v1.0.0",
                "01.0.0",
                "1.00.0",
                "1.0.0-",
                "1.0.0 ",
                "1.0.0-a_b"
            })
    void refusesWhatIsNoVersion(String version) {
        assertThatThrownBy(() -> Configs.parse(Configs.MINIMAL.replace("1.0.2", version)))
                .hasMessage("ociVersion: \"" + version + "\" is not a semantic version, such as 1.3.0");
    }

    @Test
    void wantsAProgramOnlyToStart() {
        RuntimeSpec none = Configs.parse(Configs.MINIMAL);
        RuntimeSpec empty = Configs.parse(
                "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"process\":{\"cwd\":\"/\",\"args\":[]}}");

        assertThatThrownBy(none::startableProcess)
                .isInstanceOf(InvalidSpecException.class)
                .hasMessage("process: missing; a process to start is required");
        assertThatThrownBy(empty::startableProcess)
                .isInstanceOf(InvalidSpecException.class)
                .hasMessage("process.args: empty; a program to run is required");
    }

    @Test
    void readsAProcessAlone() {
        Process process =
                Process.parse("{\"cwd\":\"/\",\"args\":[\"ls\"],\"user\":{\"uid\":7,\"gid\":8}}".getBytes(UTF_8));

        assertThat(process.requireArgs("args")).containsExactly("ls");
        assertThat(process.user().uid()).isEqualTo(7);
        assertThat(process.toJson()).isEqualTo("{\"user\":{\"uid\":7,\"gid\":8},\"args\":[\"ls\"],\"cwd\":\"/\"}");
        assertThatThrownBy(() -> Process.parse("{\"user\":{\"uid\":-1}}".getBytes(UTF_8)))
                .hasMessage("user.uid: expected a number from 0 to 4294967295, found -1");
        assertThatThrownBy(() -> Process.parse("{\"cwd\":\"x\"}".getBytes(UTF_8)))
                .hasMessage("cwd: \"x\" is not an absolute path");
    }

    @Test
    void readsResourcesAlone() {
        Resources resources =
                Resources.parse("{\"cpu\":{\"quota\":1000},\"unified\":{\"cpu.weight\":\"10\"}}".getBytes(UTF_8));

        assertThat(resources.cpu().quota()).hasValue(1000);
        assertThat(resources.unified()).isEqualTo(Map.of("cpu.weight", "10"));
        assertThat(Resources.parse("{}".getBytes(UTF_8))).isEqualTo(Resources.NONE);
        assertThat(Resources.NONE.toJson()).isEqualTo("{}");
        assertThatThrownBy(() -> Resources.parse("{\"unified\":{\"../x\":\"1\"}}".getBytes(UTF_8)))
                .hasMessage("unified[\"../x\"]: \"../x\" is not the name of a file");
        assertThatThrownBy(() -> Resources.parse("[]".getBytes(UTF_8)))
                .hasMessage("document: expected an object, found an array");
    }

    @Test
    void keepsTheOrderOfMaps() {
        assertThat(Configs.parse(Configs.FULL).annotations().keySet()).containsExactly("com.example.key1", "b", "a");
    }

    @Test
    void checksWhatIsMadeByHandToo() {
        assertThatThrownBy(() -> new IdMapping(0, 0, 0))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessage("size: 0 IDs are mapped; at least 1 is required");
        assertThatThrownBy(() -> new User(-1, 0, OptionalInt.empty(), List.of()))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessage("uid: expected a number from 0 to 4294967295, found -1");
        assertThatThrownBy(() -> new Hook("/h", List.of(), List.of(), OptionalInt.of(0)))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessage("timeout: expected a number from 1 to 2147483647, found 0");
    }
}
