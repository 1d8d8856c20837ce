package dev.gatun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.json.JsonException;
import dev.gatun.linux.Arch;
import dev.gatun.oci.Seccomp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProfileTemplateTest {
    private static final int EPERM = Verdict.ERRNO | 1;
    private static final List<Long> NO_ARGS = List.of(0L, 0L, 0L, 0L, 0L, 0L);

    private final SyscallTable table = SyscallTable.load();

    private static ProfileTemplate template(String... rules) {
        String text = "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [" + String.join(",", rules) + "]}";
        return ProfileTemplate.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String rule(String name, String conditions) {
        return "{\"names\": [\"" + name + "\"], \"action\": \"SCMP_ACT_ALLOW\"" + conditions + "}";
    }

    private static List<String> names(Seccomp profile) {
        return profile.syscalls().stream().flatMap(s -> s.names().stream()).toList();
    }

    @Test
    void rulesDependOnArchitectureCapabilitiesAndKernel() {
        ProfileTemplate template = template(
                rule("a", ""),
                rule("amd", ", \"includes\": {\"arches\": [\"amd64\", \"x32\"]}"),
                rule("not_arm", ", \"excludes\": {\"arches\": [\"arm64\"]}"),
                rule("both", ", \"includes\": {\"caps\": [\"CAP_BPF\", \"CAP_PERFMON\"]}"),
                rule("neither", ", \"excludes\": {\"caps\": [\"CAP_BPF\", \"CAP_PERFMON\"]}"),
                rule("new", ", \"includes\": {\"minKernel\": \"6.10\"}"),
                rule("old", ", \"excludes\": {\"minKernel\": \"6.10\"}"));
        assertThat(names(template.resolve(Arch.X86_64, List.of(), "6.9.0-1")))
                .containsExactly("a", "amd", "not_arm", "neither", "old");
        assertThat(names(template.resolve(Arch.AARCH64, List.of("CAP_BPF"), "6.10.0")))
                .containsExactly("a", "new");
        assertThat(names(template.resolve(Arch.AARCH64, List.of("CAP_BPF", "CAP_PERFMON"), "7.1")))
                .containsExactly("a", "both", "new");
    }

    @Test
    void aKernelThatIsNoneIsRefused() {
        ProfileTemplate template = template(rule("a", ", \"includes\": {\"minKernel\": \"new\"}"));
        assertThatThrownBy(() -> template.resolve(Arch.X86_64, List.of(), "6.1"))
                .isInstanceOf(JsonException.class)
                .hasMessage("syscalls[0].includes.minKernel: is no version of a kernel, such as 4.8");
    }

    @Test
    void theStandardProfileKnowsItsArchitectures() {
        ProfileTemplate standard = ProfileTemplate.standard();
        assertThat(standard.resolve(Arch.X86_64, List.of(), "6.1").architectures())
                .containsExactly(Seccomp.Arch.X86_64, Seccomp.Arch.X86, Seccomp.Arch.X32);
        assertThat(standard.resolve(Arch.AARCH64, List.of(), "6.1").architectures())
                .containsExactly(Seccomp.Arch.AARCH64, Seccomp.Arch.ARM);
    }

    @Test
    void everyCallOfTheStandardProfileExists() {
        var all = List.of("CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_TIME", "CAP_SYS_MODULE", "CAP_BPF", "CAP_SYSLOG");
        var known = new ArrayList<>(table.names());
        for (Arch arch : Arch.values()) {
            for (String name : names(ProfileTemplate.standard().resolve(arch, all, "6.1"))) {
                // names that other architectures have; the profile is one for all
                if (!Stream.of("ppc", "spu", "s390", "riscv", "sync_file_range2", "subpage_prot", "switch_endian")
                        .anyMatch(name::startsWith)) {
                    assertThat(known).contains(name);
                }
            }
        }
    }

    @Test
    void theStandardProfileForbidsWhatReachesTheHost() {
        var plain = new Bpf(filter(List.of("CAP_CHOWN")));
        var admin = new Bpf(filter(List.of("CAP_SYS_ADMIN")));
        for (String name : List.of("mount", "umount2", "setns", "unshare", "move_mount")) {
            assertThat(plain.run(call(name, NO_ARGS))).as(name).isEqualTo(EPERM);
            assertThat(admin.run(call(name, NO_ARGS))).as(name).isNotEqualTo(EPERM);
        }
        for (String name : List.of(
                "pivot_root", "kexec_load", "init_module", "add_key", "keyctl", "open_by_handle_at", "reboot")) {
            assertThat(plain.run(call(name, NO_ARGS))).as(name).isEqualTo(EPERM);
        }
        for (String name : List.of("read", "openat", "execve", "mkdir", "clone")) {
            assertThat(plain.run(call(name, NO_ARGS))).as(name).isEqualTo(Verdict.ALLOW);
        }
        assertThat(plain.run(call("clone", List.of(0x1000_0000L, 0L, 0L, 0L, 0L, 0L))))
                .isEqualTo(EPERM);
        assertThat(plain.run(call("clone3", NO_ARGS))).isEqualTo(Verdict.NO_SUCH_CALL);
        assertThat(plain.run(call("socket", List.of(40L, 0L, 0L, 0L, 0L, 0L)))).isEqualTo(EPERM);
        assertThat(plain.run(call("socket", List.of(2L, 0L, 0L, 0L, 0L, 0L)))).isEqualTo(Verdict.ALLOW);
    }

    private static byte[] filter(List<String> capabilities) {
        Seccomp profile = ProfileTemplate.standard().resolve(Arch.X86_64, capabilities, "6.1");
        byte[] filter = SeccompFilter.compile(profile, Arch.X86_64).program();
        new Bpf(filter).check();
        return filter;
    }

    private Bpf.Data call(String name, List<Long> args) {
        return new Bpf.Data(table.number(name, Abi.X86_64), Abi.X86_64.audit(), args);
    }
}
