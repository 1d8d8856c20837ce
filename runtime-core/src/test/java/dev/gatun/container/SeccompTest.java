package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.linux.Arch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Profiles that the kernel holds a container to. */
@Tag("kernel")
class SeccompTest {
    private static final String SIGSYS = "159";

    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    private TestBundle profile(String profile, boolean noNewPrivileges) {
        bundle.set("process.noNewPrivileges", Boolean.toString(noNewPrivileges));
        return bundle.set("linux.seccomp", profile);
    }

    private static String forbid(String names, String action) {
        return "{defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{names: [" + names + "], " + action + "}]}";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallIsForbidden(boolean noNewPrivileges) {
        profile(forbid("'mkdir', 'mkdirat'", "action: 'SCMP_ACT_ERRNO'"), noNewPrivileges);
        var outcome = bundle.run("mkdir /tmp/a 2>&1; echo $?; grep Seccomp: /proc/self/status");
        assertThat(outcome.text()).contains("Operation not permitted").contains("Seccomp:\t2");
    }

    @Test
    void aCallFailsWithTheErrorOfTheProfile() {
        profile(forbid("'mkdir', 'mkdirat'", "action: 'SCMP_ACT_ERRNO', errnoRet: 28"), true);
        assertThat(bundle.run("mkdir /tmp/a 2>&1").text()).contains("No space left on device");
    }

    @Test
    void aCallKillsTheProcess() {
        profile(forbid("'mkdir', 'mkdirat'", "action: 'SCMP_ACT_KILL_PROCESS'"), true);
        assertThat(bundle.run("mkdir /tmp/a; echo $?").text()).contains(SIGSYS);
    }

    @Test
    void capabilitiesAreThoseOfTheConfigurationBehindTheFilter() {
        bundle.set("process.user", "{uid: 1000, gid: 1000}");
        bundle.set("process.capabilities", "{}");
        profile(forbid("'mkdir'", "action: 'SCMP_ACT_ERRNO'"), false);
        String text = bundle.run("grep Cap /proc/self/status").text();
        assertThat(text).contains("CapPrm:\t0000000000000000").contains("CapEff:\t0000000000000000");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProfileNeedsToAllowNoMoreOfGatunThanExecveAndCapset(boolean noNewPrivileges) {
        profile(
                "{defaultAction: 'SCMP_ACT_KILL_PROCESS', syscalls: [{names: ['execve', 'capset', 'brk', 'arch_prctl',"
                        + " 'set_tid_address', 'set_robust_list', 'rseq', 'prlimit64', 'readlink', 'readlinkat',"
                        + " 'getrandom', 'mprotect', 'mmap', 'munmap', 'uname', 'getuid', 'prctl', 'exit_group', 'exit',"
                        + " 'newfstatat', 'fstat', 'openat', 'open', 'read', 'close'], action: 'SCMP_ACT_ALLOW'}]}",
                noNewPrivileges);
        bundle.args("/bin/true");
        assertThat(bundle.run().status()).isZero();
    }

    @Test
    void aProcessThatMayNotEvenExitEnds() {
        profile("{defaultAction: 'SCMP_ACT_ERRNO'}", true);
        assertThatThrownBy(() -> {
                    var outcome = bundle.run("true");
                    assertThat(outcome.status()).isNotZero();
                    throw new ContainerException("ended with " + outcome.status());
                })
                .isInstanceOf(ContainerException.class);
    }

    @Test
    void anAddedProcessIsHeldToTheProfileToo() {
        profile(forbid("'mkdir', 'mkdirat'", "action: 'SCMP_ACT_ERRNO', errnoRet: 28"), true);
        bundle.startIdle();
        assertThat(bundle.exec("mkdir /tmp/a 2>&1").text()).contains("No space left on device");
    }

    @ParameterizedTest
    @CsvSource({
        "SCMP_ACT_KILL, 159",
        "SCMP_ACT_KILL_THREAD, 159",
        "SCMP_ACT_KILL_PROCESS, 159",
        "SCMP_ACT_TRAP, 159",
        "SCMP_ACT_LOG, 0",
        "SCMP_ACT_ALLOW, 0"
    })
    void aCallMeetsItsAction(String action, String status) {
        String defaultAction = action.equals("SCMP_ACT_ALLOW") ? "SCMP_ACT_LOG" : "SCMP_ACT_ALLOW";
        profile(
                "{defaultAction: '" + defaultAction + "', syscalls: [{names: ['mkdir', 'mkdirat'], action: '" + action
                        + "'}]}",
                true);
        assertThat(bundle.run("/bin/mkdir /out/a; echo status $?").lines()).contains("status " + status);
    }

    @Test
    void aTracedCallDoesNotExistWithoutATracer() {
        profile(forbid("'mkdir', 'mkdirat'", "action: 'SCMP_ACT_TRACE', errnoRet: 7"), true);
        assertThat(bundle.run("mkdir /tmp/a 2>&1").text()).contains("Function not implemented");
    }

    @ParameterizedTest
    @CsvSource({"SCMP_ARCH_X86_64, 159", "SCMP_ARCH_X86, 42"})
    void callsOf32BitAreOnlyForThoseWhoListThem(String architecture, int status) throws IOException {
        assumeTrue(Arch.current() == Arch.X86_64, "needs a machine that runs 32-bit programs of x86");
        profile("{defaultAction: 'SCMP_ACT_ALLOW', architectures: ['" + architecture + "']}", true);
        program(MachineCode.exit32(42));
        assertThat(bundle.run().status()).isEqualTo(status);
    }

    @Test
    void a32BitCallIsHeldToTheRules() throws IOException {
        assumeTrue(Arch.current() == Arch.X86_64, "needs a machine that runs 32-bit programs of x86");
        profile(
                "{defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86'], syscalls: [{names: ['exit'], action:"
                        + " 'SCMP_ACT_KILL', args: [{index: 0, value: 42, op: 'SCMP_CMP_EQ'}]}]}",
                true);
        program(MachineCode.exit32(42));
        assertThat(bundle.run().status()).isEqualTo(159);
        program(MachineCode.exit32(43));
        assertThat(bundle.run().status()).isEqualTo(43);
    }

    @Test
    void callsOfX32AreNoneOfX8664() throws IOException {
        assumeTrue(Arch.current() == Arch.X86_64, "x32 is a kind of x86 only");
        program(MachineCode.exitX32(7));
        profile("{defaultAction: 'SCMP_ACT_ALLOW'}", true);
        assertThat(bundle.run().status()).isEqualTo(159);
    }

    private void program(byte[] code) throws IOException {
        Path file = bundle.rootfs.resolve("bin/program");
        Files.deleteIfExists(file);
        Files.write(file, code);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        bundle.args("/bin/program");
    }

    @Test
    void aProfileWithTooManyConditionsIsRefused() {
        var rules = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            rules.append(i == 0 ? "" : ",")
                    .append("{names: ['personality'], action: 'SCMP_ACT_ERRNO', args: [{index: 0,");
            rules.append(" value: ").append(i).append(", op: 'SCMP_CMP_EQ'}]}");
        }
        profile("{defaultAction: 'SCMP_ACT_ALLOW', syscalls: [" + rules + "]}", true);
        assertThatThrownBy(() -> bundle.run("true"))
                .hasMessageMatching("linux\\.seccomp\\.syscalls: the filter has \\d+ instructions, and the kernel takes"
                        + " at most 4096; use fewer rules with arguments");
    }
}
