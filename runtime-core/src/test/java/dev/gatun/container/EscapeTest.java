package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Processes in a container that try to get out of it, or at what starts in it. Beside {@link HostileRootfsTest}, whose
 * attackers are images.
 */
@Tag("kernel")
class EscapeTest {
    private static final int ROUNDS = 15;

    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    /** Lets {@code watcher} run in the container while processes are added to it, and returns what it has written. */
    private String whileProcessesAreAdded(String watcher) {
        bundle.script("while true; do for p in /proc/[0-9]*; do echo $p >>/out/seen; " + watcher
                + "; done; done 2>/dev/null");
        bundle.start();
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(bundle.exec("true").status()).isZero();
        }
        bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);
        // the watcher has had something to watch
        assertThat(TestBundle.read(bundle.rootfs.resolve("out/seen"))
                        .lines()
                        .distinct()
                        .count())
                .isGreaterThan(2);
        return bundle.end().text();
    }

    /** CVE-2016-9962: what is added to a container has nothing of the host open that those inside could reach. */
    @Test
    void descriptorsOfTheHostAreNotSeenInAnAddedProcess() {
        String seen = whileProcessesAreAdded("ls -l $p/fd | grep -v -e socket: -e pipe: -e /dev/null -e /out/ -e total"
                + " -e /proc/ -e /bin/busybox -e anon_inode");
        assertThat(seen.lines().filter(line -> line.contains("->"))).isEmpty();
    }

    /** CVE-2016-9962: nor can it be traced, or its memory read, before it is confined. */
    @Test
    void anAddedProcessIsNotReadBeforeItIsConfined() {
        String seen = whileProcessesAreAdded("tr '\\0' '\\n' <$p/maps | grep memfd:gatun");
        assertThat(seen).doesNotContain("memfd:gatun");
    }

    /** CVE-2019-5736: the program that becomes the container's process cannot be overwritten through /proc. */
    @Test
    void whatStartsAContainerCannotBeOverwritten() {
        String written = whileProcessesAreAdded(
                "case $(readlink $p/exe) in *busybox) ;; *) echo evil >$p/exe && echo" + " wrote $p;; esac");
        assertThat(written).doesNotContain("wrote");
    }

    /** CVE-2019-5736: as the interpreter of a script it is of no use either. */
    @ParameterizedTest
    @ValueSource(strings = {"/proc/self/exe", "/proc/thread-self/exe", "/proc/1/exe"})
    void aScriptWhoseInterpreterIsTheStarterItselfDoesNotRun(String interpreter) {
        bundle.file("bin/evil", "#!" + interpreter + "\n", "rwxr-xr-x");
        bundle.args("/bin/evil");
        assertThatThrownBy(() -> assertThat(bundle.run().status()).isZero())
                .isInstanceOfAny(ContainerException.class, AssertionError.class);
        assertThat(bundle.state.root()).isEmptyDirectory();
    }

    /** CVE-2022-24769 and its kin: no inheritable capability, in the first process or an added one. */
    @Test
    void noCapabilityIsInheritable() {
        String set = "grep CapInh /proc/self/status";
        assertThat(bundle.run(set).text()).isEqualTo("CapInh:\t0000000000000000");
        bundle.startIdle();
        assertThat(bundle.exec(set).text()).isEqualTo("CapInh:\t0000000000000000");
    }

    /** CVE-2024-21626: no descriptor but the standard ones, and no way to stand in one that was there before. */
    @Test
    void onlyTheStandardDescriptorsAreOpen() {
        String open = "for f in /proc/self/fd/*; do echo ${f##*/}; done";
        bundle.script(open);
        assertThat(bundle.run().lines()).containsOnlyOnce("0", "1", "2").hasSizeLessThanOrEqualTo(4);
        bundle.startIdle();
        assertThat(bundle.exec(open).lines()).containsOnlyOnce("0", "1", "2").hasSizeLessThanOrEqualTo(4);
    }

    /** CVE-2024-21626. */
    @Test
    void anAddedProcessDoesNotStandInADescriptorOfTheHost() {
        bundle.startIdle();
        for (int number = 3; number < 20; number++) {
            String folder = "'/proc/self/fd/" + number + "'";
            assertThatThrownBy(() -> bundle.exec("pwd", "cwd", folder)).isInstanceOf(ContainerException.class);
        }
    }

    /** CVE-2026-30892: a user that is a number is that number, and what is none is refused. */
    @Test
    void aUserOfAnAddedProcessIsTheOneThatWasAskedFor() {
        var base = bundle.bundle().spec().startableProcess();
        for (List<String> row : List.of(
                List.of("1", "1", "0"),
                List.of("1:2", "1", "2"),
                List.of("0:7", "0", "7"),
                List.of("65534", "65534", "0"))) {
            var process = new ExecProcess(base, List.of("id"));
            process.user(row.getFirst());
            assertThat(process.build().user().uid()).isEqualTo(Long.parseLong(row.get(1)));
            assertThat(process.build().user().gid()).isEqualTo(Long.parseLong(row.get(2)));
        }
        for (String wrong : List.of(
                "root",
                "1:",
                ":1",
                "-1",
                "+1",
                "1 ",
                " 1",
                "0x1",
                "1:2:3",
                "4294967295",
                "4294967296",
                "18446744073709551616",
                "1e0",
                "\u0661")) {
            var process = new ExecProcess(base, List.of("id"));
            assertThatThrownBy(() -> process.user(wrong))
                    .as(wrong)
                    .isInstanceOf(ContainerException.class)
                    .hasMessageStartingWith("--user: ");
        }
    }

    /** CVE-2023-25173: the groups are those of the configuration, and none of the caller's. */
    @Test
    void theGroupsAreTheConfiguredOnes() {
        bundle.set("process.user", "{uid: 1000, gid: 1001, additionalGids: [7, 8]}");
        assertThat(bundle.run("grep Groups /proc/self/status")
                        .text()
                        .replaceAll("\\s+", " ")
                        .strip())
                .isEqualTo("Groups: 7 8");
        bundle.set("process.user", "{uid: 1000, gid: 1001}");
        assertThat(bundle.run("grep Groups /proc/self/status").text().strip()).isEqualTo("Groups:");
    }

    /** CVE-2020-15257: a container that shares the host's network finds no socket of the runtime there. */
    @Test
    void noSocketOfTheRuntimeIsAbstract() throws IOException {
        bundle.withoutNamespace("network").args("/bin/sleep", "1000").create();
        long ours = Files.readAllLines(Path.of("/proc/net/unix")).stream()
                .filter(line -> line.contains("@") && line.contains("gatun"))
                .count();
        assertThat(ours).isZero();
        assertThat(Files.readString(Path.of("/proc/net/unix"))).contains("/start");
    }

    /** CVE-2022-0811: neither a name nor a value of a parameter smuggles another one in. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel.core_pattern",
                "kernel/core_pattern",
                "net.ipv4/../../kernel/core_pattern",
                "net/../kernel/core_pattern",
                "net.ipv4.ip_forward+kernel.core_pattern",
                "fs.mqueue.../../kernel/core_pattern",
                "kernel.shm_rmid_forced\nkernel.core_pattern",
                "net..kernel.core_pattern",
                "net.",
                "net./../../kernel"
            })
    void aParameterOfTheHostIsNotSet(String name) throws IOException {
        Path pattern = Path.of("/proc/sys/kernel/core_pattern");
        String before = Files.readString(pattern);
        bundle.config.withObject("/linux").putObject("sysctl").put(name, "|/evil");
        assertThatThrownBy(bundle::start).isInstanceOf(ContainerException.class);
        assertThat(Files.readString(pattern)).isEqualTo(before);
    }

    /** CVE-2017-5226: the session is a new one, so the caller's terminal cannot be typed into. */
    @Test
    void theSessionIsTheContainersOwn() {
        assertThat(bundle.run("cut -d' ' -f1,6,7 /proc/self/stat; cut -d' ' -f6,7 /proc/1/stat")
                        .lines())
                .last()
                .isEqualTo("1 0");
        bundle.startIdle();
        String[] stat = bundle.exec("cut -d' ' -f5,6,7 /proc/$$/stat").text().split(" ", -1);
        assertThat(stat[0]).isEqualTo(stat[1]);
        assertThat(stat[2]).isEqualTo("0");
    }

    /** CVE-2022-0492, CVE-2023-25809: control groups cannot be mounted, nor changed where they are. */
    @Test
    void controlGroupsAreOutOfReach() {
        bundle.set("linux.maskedPaths", "[]");
        assertThat(bundle.run(
                                "mkdir /cg; mount -t cgroup -o memory cgroup /cg && echo mounted;"
                                        + " mount -t cgroup2 cgroup2 /cg && echo mounted;"
                                        + " find /sys/fs/cgroup -name release_agent | while read f; do echo /evil >$f && echo wrote; done;"
                                        + " find /sys/fs/cgroup -name cgroup.procs | while read f; do echo 1 >$f && echo wrote; done")
                        .text())
                .doesNotContain("mounted")
                .doesNotContain("wrote");
    }
}
