package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.oci.RuntimeSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What CRIU is called with; whether CRIU likes it is beyond a test that needs neither root nor CRIU. */
class CriuArgumentsTest {
    private static RuntimeSpec spec(String linux) {
        return RuntimeSpec.parse(
                TestBundle.json("""
                {ociVersion: '1.3.0', root: {path: 'rootfs'}, annotations: {'org.criu.config': ''},
                 process: {cwd: '/', user: {uid: 0, gid: 0}, args: ['/bin/true']},
                 mounts: [{destination: '/proc', type: 'proc', source: 'proc'},
                          {destination: '/data', type: 'none', source: '/srv/data', options: ['rbind']}],
                 linux: %s}""".formatted(linux)).toString().getBytes(StandardCharsets.UTF_8));
    }

    private static CriuOptions options(boolean preDump, boolean leaveRunning, Optional<String> parent) {
        return new CriuOptions(
                Path.of("/images"),
                Optional.of(Path.of("/work")),
                parent,
                preDump,
                leaveRunning,
                List.of("--shell-job"));
    }

    @Test
    void aCheckpointNamesTheProcessTheFoldersAndWhatIsTheHosts() {
        RuntimeSpec spec = spec("{namespaces: [{type: 'mount'}], maskedPaths: ['/none'],"
                + " devices: [{path: '/dev/fuse', type: 'c', major: 10, minor: 229}]}");
        assertThat(String.join(
                        " ",
                        CriuArguments.checkpoint(spec, "/rootfs", 77, options(false, true, Optional.of("../first")))))
                .isEqualTo("dump --tree 77 --root /rootfs --images-dir /images --work-dir /work --log-file dump.log -v4"
                        + " --empty-ns net --orphan-pts-master --shell-job --prev-images-dir ../first --track-mem"
                        + " --leave-running --external mnt[/data]:/data --external mnt[/dev/fuse]:/dev/fuse");
    }

    @Test
    void memoryAloneNeedsNoMounts() {
        assertThat(CriuArguments.checkpoint(
                        spec("{namespaces: [{type: 'mount'}]}"), "/rootfs", 77, options(true, false, Optional.empty())))
                .startsWith("pre-dump")
                .doesNotContain("--external", "--leave-running");
    }

    @Test
    void filesThatAreMaskedAreTheHostsNull() {
        long own = ProcessHandle.current().pid();
        RuntimeSpec spec =
                spec("{namespaces: [{type: 'mount'}], maskedPaths: ['/proc/version', '/proc/bus', '/none']}");
        assertThat(CriuArguments.checkpoint(spec, "/", (int) own, options(false, false, Optional.empty())))
                .contains("mnt[/proc/version]:/dev/null")
                .doesNotContain("mnt[/proc/bus]:/dev/null", "mnt[/none]:/dev/null");
    }

    @Test
    void aNamespaceThatWasJoinedIsNotTheContainers() {
        RuntimeSpec spec = spec("{namespaces: [{type: 'mount'}, {type: 'network', path: '/proc/self/ns/net'}]}");
        List<String> args = CriuArguments.checkpoint(spec, "/", 1, options(false, false, Optional.empty()));
        assertThat(args.get(args.indexOf("--external") + 1)).matches("net\\[\\d+]:extRootNetNS");
    }

    @Test
    void aRestoreMakesAChildOfTheCallerWithItsStreams() {
        RuntimeSpec spec = spec("{namespaces: [{type: 'mount'}], maskedPaths: ['/proc/keys']}");
        assertThat(String.join(
                        " ",
                        CriuArguments.restore(
                                spec,
                                Path.of("/state/criu-root"),
                                Path.of("/state/criu-pid"),
                                options(false, false, Optional.empty()),
                                Map.of(1, "pipe:[5]"))))
                .isEqualTo(
                        "restore --root /state/criu-root --pidfile /state/criu-pid --restore-detached --restore-sibling"
                                + " --evasive-devices --images-dir /images --work-dir /work --log-file restore.log -v4"
                                + " --empty-ns net --orphan-pts-master --shell-job --external mnt[/data]:/srv/data"
                                + " --external mnt[/dev/null]:/dev/null --inherit-fd fd[1]:pipe:[5]");
    }

    @Test
    void anEarlierCheckpointIsNamedFromTheImages() {
        assertThatThrownBy(() -> options(false, false, Optional.of("/absolute")))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("--parent-path must be relative");
    }
}
