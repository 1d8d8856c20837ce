package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

    @Test
    void aListenerIsRefused() {
        profile(forbid("'mkdir'", "action: 'SCMP_ACT_NOTIFY'"), true);
        assertThatThrownBy(() -> bundle.run("true"))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("linux.seccomp: SCMP_ACT_NOTIFY: not supported yet");
    }
}
