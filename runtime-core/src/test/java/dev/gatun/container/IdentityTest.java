package dev.gatun.container;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Capability;
import dev.gatun.oci.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the container's process is, what it may do, and what it is given; read from the host's /proc while it sleeps. */
@Tag("kernel")
class IdentityTest {
    private static final long CAP_KILL = 1 << 5;
    private static final long CAP_NET_RAW = 1 << 13;

    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    private Path start() {
        return Path.of("/proc/" + bundle.startIdle());
    }

    /** A field of proc_pid_status(5). */
    private static String status(Path process, String name) {
        return TestBundle.read(process.resolve("status"))
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    private static long set(Path process, String name) {
        return Long.parseLong(status(process, name), 16);
    }

    private static List<String> strings(Path file) {
        String text = TestBundle.read(file);
        return text.isEmpty()
                ? List.of()
                : List.of(text.substring(0, text.length() - 1).split("\0", -1));
    }

    private TestBundle capabilities(String sets) {
        return bundle.set("process.capabilities", sets);
    }

    @Test
    void theProcessIsTheUserThatIsConfigured() {
        bundle.set("process.user", "{uid: 1000, gid: 1001}");
        Path process = start();
        assertThat(status(process, "Uid")).isEqualTo("1000\t1000\t1000\t1000");
        assertThat(status(process, "Gid")).isEqualTo("1001\t1001\t1001\t1001");
    }

    @Test
    void theProcessHasTheAdditionalGroupsAndNoOthers() {
        assertThat(status(start(), "Groups")).isEmpty();
        bundle.containers.delete(bundle.containerId(), true);
        bundle.set("process.user.additionalGids", "[20, 5, 4294967294]");
        assertThat(status(start(), "Groups")).isEqualTo("5 20 4294967294");
    }

    @Test
    void aUsersNumberIsNotANameInTheImage() {
        bundle.file("etc/passwd", "1000:x:0:0::/root:/bin/sh\n", "rw-r--r--");
        bundle.set("process.user.uid", "1000");
        assertThat(status(start(), "Uid")).startsWith("1000\t");
    }

    @Test
    void theFiveSetsOfCapabilitiesAreSet() {
        capabilities("""
                {bounding: ['CAP_KILL', 'CAP_NET_RAW', 'CAP_CHOWN'], permitted: ['CAP_KILL', 'CAP_NET_RAW'],
                 inheritable: ['CAP_KILL'], effective: ['CAP_NET_RAW'], ambient: ['CAP_KILL']}""");
        bundle.set("process.user.uid", "1000");
        Path process = start();
        // across execve a user keeps what is ambient, and root would get what is inheritable or in the bounding set
        assertThat(set(process, "CapBnd")).isEqualTo(CAP_KILL | CAP_NET_RAW | 1);
        assertThat(set(process, "CapInh")).isEqualTo(CAP_KILL);
        assertThat(set(process, "CapAmb")).isEqualTo(CAP_KILL);
        assertThat(set(process, "CapPrm")).isEqualTo(CAP_KILL);
        assertThat(set(process, "CapEff")).isEqualTo(CAP_KILL);
    }

    @Test
    void rootHasTheBoundingSetAfterExecution() {
        capabilities("{bounding: ['CAP_KILL'], permitted: ['CAP_KILL'], effective: ['CAP_KILL']}");
        Path process = start();
        assertThat(set(process, "CapPrm")).isEqualTo(CAP_KILL);
        assertThat(set(process, "CapEff")).isEqualTo(CAP_KILL);
        assertThat(set(process, "CapBnd")).isEqualTo(CAP_KILL);
    }

    @Test
    void nothingIsInheritableUnlessItIsListed() {
        Path process = start();
        assertThat(set(process, "CapInh")).isZero();
        assertThat(set(process, "CapAmb")).isZero();
    }

    @Test
    void aUserHasNoCapabilitiesUnlessTheyAreAmbient() {
        bundle.set("process.user.uid", "1000");
        Path process = start();
        assertThat(set(process, "CapPrm")).isZero();
        assertThat(set(process, "CapEff")).isZero();
        assertThat(set(process, "CapBnd")).isNotZero();
    }

    @Test
    void withoutCapabilitiesEvenRootHasNone() {
        bundle.remove("process.capabilities");
        Path process = start();
        for (String name : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(set(process, name)).isZero();
        }
    }

    @Test
    void aCapabilityThatNobodyKnowsIsLeftOut() {
        capabilities("{bounding: ['CAP_KILL', 'CAP_FLY'], permitted: ['CAP_KILL', 'CAP_FLY'], effective: ['CAP_FLY']}");
        assertThat(set(start(), "CapBnd")).isEqualTo(CAP_KILL);
        assertThat(bundle.warnings)
                .containsExactly(
                        "process.capabilities: left out, as they are unknown or not this process's own: CAP_FLY");
    }

    @Test
    void capabilitiesThatAreToldOfAreTheUnknownOnly() {
        start();
        assertThat(bundle.warnings).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTheRuntimeHasNotItselfIsLeftOutUnlessAUserNamespaceGivesIt(boolean user) {
        var namespaces =
                new Namespaces(user ? List.of(new Namespace(Namespace.Type.USER, Optional.empty())) : List.of());
        capabilities("{bounding: ['CAP_KILL'], permitted: ['CAP_KILL'], effective: ['CAP_KILL', 'CAP_NET_RAW']}");
        var warnings = new ArrayList<String>();

        var granted = GrantedCapabilities.of(
                bundle.bundle().spec().startableProcess(), namespaces, new Privileges(0, 0, ~CAP_KILL));
        granted.warn(warnings::add);

        assertThat(granted.bounding()).isEqualTo(user ? CAP_KILL : 0);
        assertThat(granted.permitted()).isEqualTo(user ? CAP_KILL : 0);
        assertThat(granted.effective()).isEqualTo(user ? CAP_KILL | CAP_NET_RAW : CAP_NET_RAW);
        assertThat(warnings).hasSize(user ? 0 : 1);
    }

    /** Where the machine's root lacks a capability itself, what asks for all of them runs all the same. */
    @Test
    void whoAsksForAllCapabilitiesGetsThoseThatThereAre() {
        String all = Arrays.stream(Capability.values())
                .map(capability -> "'" + capability + "'")
                .collect(joining(", ", "[", "]"));
        capabilities(
                "{bounding: %1$s, permitted: %1$s, effective: %1$s, inheritable: %1$s, ambient: %1$s}".formatted(all));
        assertThat(set(start(), "CapEff")).isEqualTo(Privileges.ofThisProcess().capabilities());
        assertThat(bundle.exec("exit 0").status()).isZero();
    }

    @Test
    void whatIsNotPermittedAndInheritableCannotBeAmbient() {
        capabilities("{bounding: ['CAP_KILL'], permitted: ['CAP_KILL'], ambient: ['CAP_KILL']}");
        bundle.set("process.user.uid", "1000");
        assertThat(set(start(), "CapAmb")).isZero();
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 0"})
    void newPrivilegesAreRuledOutIfThatIsConfigured(String configured, String found) {
        assertThat(status(bundleWith("process.noNewPrivileges", configured), "NoNewPrivs"))
                .isEqualTo(found);
    }

    private Path bundleWith(String field, String value) {
        bundle.set(field, value);
        return start();
    }

    @Test
    void limitsAreSet() {
        bundle.set("process.rlimits", """
                [{type: 'RLIMIT_NOFILE', soft: 100, hard: 200}, {type: 'RLIMIT_CORE', soft: 0, hard: 0},
                 {type: 'RLIMIT_CPU', soft: 18446744073709551615, hard: 18446744073709551615},
                 {type: 'RLIMIT_FSIZE', soft: 4294967296, hard: 18446744073709551615}]""");
        assertThat(TestBundle.read(start().resolve("limits"))
                        .lines()
                        .map(line -> line.replaceAll(" +", " ").strip()))
                .contains(
                        "Max open files 100 200 files",
                        "Max core file size 0 0 bytes",
                        "Max cpu time unlimited unlimited seconds",
                        "Max file size 4294967296 unlimited bytes");
    }

    @Test
    void theOomScoreAdjustmentIsSet() {
        assertThat(TestBundle.read(bundleWith("process.oomScoreAdj", "500").resolve("oom_score_adj")))
                .isEqualTo("500");
    }

    @Test
    void theOomScoreAdjustmentIsLeftAsItIsIfNoneIsConfigured() {
        assertThat(TestBundle.read(start().resolve("oom_score_adj")))
                .isEqualTo(TestBundle.read(Path.of("/proc/self/oom_score_adj")));
    }

    @ParameterizedTest
    @CsvSource({"63, 0077", "0, 0000", "511, 0777"})
    void theMaskOfFileModesIsSet(String configured, String found) {
        assertThat(status(bundleWith("process.user.umask", configured), "Umask"))
                .isEqualTo(found);
    }

    @Test
    void theMaskOfFileModesIsTheUsualOneIfNoneIsConfigured() {
        assertThat(status(start(), "Umask")).isEqualTo("0022");
    }

    @Test
    void noSignalIsBlockedIgnoredOrPending() {
        Path process = start();
        for (String name : List.of("SigBlk", "SigIgn", "SigPnd", "ShdPnd")) {
            assertThat(set(process, name)).isZero();
        }
    }

    @Test
    void theEnvironmentIsTheConfiguredOneAndAHome() {
        bundle.set("process.env", "['A=1', 'B=', 'C=with spaces and = signs', 'A=2']");
        assertThat(strings(start().resolve("environ")))
                .containsExactly("A=1", "B=", "C=with spaces and = signs", "A=2", "HOME=/");
    }

    @Test
    void theArgumentsAreTheConfiguredOnes() {
        bundle.args("/bin/sleep", "1000", "0", "0.5");
        assertThat(strings(Path.of("/proc/" + bundle.start().status().pid() + "/cmdline")))
                .containsExactly("/bin/sleep", "1000", "0", "0.5");
    }

    @ParameterizedTest
    @CsvSource({"0, /root", "1000, /home/lock", "7, /", "5000, /", "8, /"})
    void homeIsTheUsersFolderInTheImage(String user, String home) {
        bundle.file("etc/passwd", """
                root:x:0:0:root:/root:/bin/sh
                broken:x:7
                relative:x:8:8::home:/bin/sh
                lock:x:1000:1000:A lock:/home/lock:/bin/sh
                second:x:1000:1000::/home/second:/bin/sh
                """, "rw-r--r--");
        bundle.set("process.user.uid", user);
        assertThat(strings(start().resolve("environ"))).contains("HOME=" + home);
    }

    @Test
    void aHomeThatIsConfiguredIsKept() {
        bundle.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", "rw-r--r--");
        bundle.add("process.env", "'HOME=/elsewhere'");
        assertThat(strings(start().resolve("environ")))
                .contains("HOME=/elsewhere")
                .doesNotContain("HOME=/root");
    }

    @Test
    void anEmptyHomeIsFilledIn() {
        bundle.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", "rw-r--r--");
        bundle.add("process.env", "'HOME='");
        assertThat(strings(start().resolve("environ"))).contains("HOME=/root").doesNotContain("HOME=");
    }

    @Test
    void aPasswdThatIsALinkIsLookedForInTheImageOnly() {
        Path hosts = bundle.file("../passwd", "root:x:0:0:root:/host:/bin/sh\n", "rw-r--r--");
        bundle.link("etc/passwd", hosts.toString());
        assertThat(strings(start().resolve("environ"))).contains("HOME=/");
    }

    @Test
    void theWorkingFolderIsMadeIfItIsMissing() {
        bundle.set("process.cwd", "'/srv/work'");
        assertThat(bundle.run("pwd").text()).isEqualTo("/srv/work");
        assertThat(bundle.rootfs.resolve("srv/work")).isEmptyDirectory();
    }

    @Test
    void theWorkingFolderMayBeOneThatOnlyRootReaches() throws IOException {
        Files.createDirectories(bundle.rootfs.resolve("secret/work"));
        bundle.file("secret/mark", "", "rw-------");
        Files.setPosixFilePermissions(
                bundle.rootfs.resolve("secret"), java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        bundle.set("process.cwd", "'/secret/work'").set("process.user.uid", "1000");
        assertThat(Files.readSymbolicLink(start().resolve("cwd"))).isEqualTo(Path.of("/secret/work"));
    }

    @Test
    void theWorkingFolderMayBeALinkOfTheImage() throws IOException {
        bundle.link("work", "/srv/work");
        bundle.set("process.cwd", "'/work'");
        assertThat(bundle.run("readlink /proc/self/cwd").text()).isEqualTo("/srv/work");
    }

    @Test
    void theProcessLeadsASessionOfItsOwn() {
        assertThat(bundle.run("cut -d' ' -f1,5,6 /proc/self/stat; cut -d' ' -f1,5,6 /proc/1/stat")
                        .lines())
                .last()
                .isEqualTo("1 1 1");
    }

    private static List<String> descriptors(Path process) throws IOException {
        try (Stream<Path> links = Files.list(process.resolve("fd"))) {
            return links.map(link -> link.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void onlyTheStandardDescriptorsAreInside() throws IOException {
        assertThat(descriptors(start())).containsExactly("0", "1", "2");
    }

    @Test
    void standardInputIsEmptyIfThatIsWanted() throws IOException {
        assertThat(Files.readSymbolicLink(start().resolve("fd/0"))).isEqualTo(Path.of("/dev/null"));
    }

    @Test
    void preservedDescriptorsAreInsideAndTheNextOnesAreNot() throws Exception {
        assertThat(PreservedDescriptors.printed().lines()).containsExactly("0", "1", "2", "3", "handed over");
    }

    @Test
    void aDescriptorThatIsNotOpenCannotBePreserved() {
        bundle.preservedDescriptors = 1000;
        assertThatThrownBy(this::start)
                .isInstanceOf(ContainerException.class)
                .hasMessageMatching("--preserve-fds: descriptor \\d+ is not open");
    }
}
