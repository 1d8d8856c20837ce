package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.cgroup.Creation;
import dev.gatun.linux.Arch;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.Listing;
import dev.gatun.program.Program;
import dev.gatun.seccomp.SeccompFilter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a configuration is compiled to, and what is refused before any program runs; needs no root.
 *
 * <p>The expected listings are resources of the tests. After a change that is meant, they are written anew with
 * <code>-Dgatun.listings=src/test/resources/dev/gatun/container</code> (for Maven, beside
 * <code>-Dtest=CompileTest</code>); read the difference before it is committed.
 */
class CompileTest {
    private static final int FIRST_DESCRIPTOR = 3;

    private final Kernel kernel = Kernel.load();

    /** An image with nothing in it. */
    private static final class EmptyImage implements RootView {
        @Override
        public String resolve(String path) {
            return path;
        }

        @Override
        public void close() {}

        @Override
        public Optional<ImageFile> find(String path) {
            return Optional.empty();
        }

        @Override
        public List<ImageFile> below(String folder) {
            return List.of();
        }

        @Override
        public String read(String path) {
            return path.equals("/etc/passwd") ? "root:x:0:0:root:/root:/bin/sh\n" : "";
        }
    }

    private static ObjectNode small() {
        return (ObjectNode) TestBundle.json("""
                {ociVersion: '1.3.0', root: {path: 'rootfs'},
                 process: {cwd: '/', user: {uid: 0, gid: 0}, args: ['/bin/true']},
                 linux: {namespaces: [{type: 'mount'}]}}""");
    }

    private Program compile(ObjectNode config, Surroundings surroundings) {
        var spec = RuntimeSpec.parse(config.toString().getBytes(StandardCharsets.UTF_8));
        return ContainerProgram.compile(
                spec,
                Path.of("/bundle"),
                new RootSource.Folder(Path.of("/bundle/rootfs")),
                new EmptyImage(),
                List.of(),
                Creation.NONE,
                spec.linux().seccomp().map(profile -> SeccompFilter.compile(profile, Arch.current())),
                surroundings);
    }

    private Program compile(ObjectNode config) {
        return compile(config, new Surroundings.Alone(Privileges.ROOT));
    }

    /** The listing, but for what depends on the machine that the tests run on. */
    private static String listing(Program program) {
        String text = new Listing(program)
                .toString()
                .lines()
                .filter(line -> !line.contains("/proc/kcore"))
                .collect(Collectors.joining("\n"));
        return text + "\n";
    }

    private static void assertListing(String name, String found) throws IOException {
        String folder = System.getProperty("gatun.listings", "");
        if (!folder.isEmpty()) {
            Files.writeString(Files.createDirectories(Path.of(folder)).resolve(name), found);
            return;
        }
        try (InputStream expected = CompileTest.class.getResourceAsStream(name)) {
            assertThat(found)
                    .isEqualTo(new String(Objects.requireNonNull(expected).readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aSmallConfigurationIsCompiledToThisListing() throws IOException {
        assertListing("small.listing", listing(compile(small())));
    }

    @Test
    void theDefaultConfigurationIsCompiledToThisListing() throws IOException {
        ObjectNode config = TestBundle.defaultConfig();
        // how control groups are shown depends on the machine
        config.withArray("/mounts").remove(config.withArray("/mounts").size() - 1);
        var channel = new Fd(kernel, FIRST_DESCRIPTOR, "channel");
        var socket = new Fd(kernel, FIRST_DESCRIPTOR + 1, "start_socket");
        assertListing(
                "default.listing",
                listing(compile(
                        config,
                        new Surroundings.Attended(
                                channel,
                                Optional.of(socket),
                                Optional.empty(),
                                Optional.empty(),
                                Map.of(),
                                Optional.empty(),
                                Optional.empty(),
                                CreateOptions.NONE,
                                Privileges.ROOT))));
    }

    @Test
    void aUserNamespaceAndATerminalAreCompiledToThisListing() throws IOException {
        ObjectNode config = small();
        config.setAll((ObjectNode) TestBundle.json("""
                {process: {cwd: '/work', user: {uid: 1000, gid: 1000, additionalGids: [7]}, args: ['sh'], terminal: true,
                           env: ['PATH=/bin:/usr/bin'], oomScoreAdj: 100,
                           rlimits: [{type: 'RLIMIT_NOFILE', soft: 1024, hard: 4096}],
                           capabilities: {bounding: ['CAP_KILL'], inheritable: ['CAP_KILL'], permitted: ['CAP_KILL'],
                                          effective: ['CAP_KILL'], ambient: ['CAP_KILL']}},
                 mounts: [{destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid']},
                          {destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance']}],
                 linux: {namespaces: [{type: 'mount'}, {type: 'user'}, {type: 'time'}],
                         uidMappings: [{containerID: 0, hostID: 100000, size: 65536}],
                         gidMappings: [{containerID: 0, hostID: 100000, size: 65536}],
                         timeOffsets: {monotonic: {secs: 5}},
                         rootfsPropagation: 'rprivate', maskedPaths: ['/proc/keys'], readonlyPaths: ['/proc/sys']}}"""));
        var channel = new Fd(kernel, FIRST_DESCRIPTOR, "channel");
        var status = new Fd(kernel, FIRST_DESCRIPTOR + 1, "exit_file");
        assertListing(
                "user-namespace.listing",
                listing(compile(
                        config,
                        new Surroundings.Attended(
                                channel,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(status),
                                Map.of(),
                                Optional.empty(),
                                Optional.empty(),
                                CreateOptions.NONE,
                                Privileges.ROOT))));
    }

    private void assertRefused(String field, String value, String message) {
        ObjectNode config = small();
        String[] names = field.split("\\.", -1);
        ObjectNode node = config;
        for (int i = 0; i < names.length - 1; i++) {
            node = node.withObject("/" + names[i]);
        }
        node.set(names[names.length - 1], TestBundle.json(value));
        assertThatThrownBy(() -> compile(config))
                .isInstanceOf(ContainerException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"})
    void nobodyRunsTheHooksOfACompiledProgram(String kind) {
        ObjectNode config = small();
        config.withObject("/hooks").set(kind, TestBundle.json("[{path: '/bin/true'}]"));
        assertThatThrownBy(() -> compile(config, new Surroundings.Alone(Privileges.ROOT)))
                .isInstanceOf(ContainerException.class)
                .hasMessage("hooks, linux.netDevices, linux.intelRdt: a compiled program has nobody beside it who would"
                        + " do their part");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            linux.rootfsPropagation | 'slave' | mount
            hostname | 'a' | uts
            domainname | 'a' | uts
            linux.timeOffsets | {boottime: {secs: 1}} | time
            linux.netDevices | {eth0: {}} | network
            """)
    void whatWouldReachTheHostWithoutANamespaceIsRefused(String field, String value, String namespace) {
        ObjectNode config = small();
        config.withObject("/linux").putArray("namespaces");
        String[] names = field.split("\\.", -1);
        ObjectNode node = names.length == 1 ? config : config.withObject("/" + names[0]);
        node.set(names[names.length - 1], TestBundle.json(value));
        assertThatThrownBy(() -> compile(config))
                .isInstanceOf(ContainerException.class)
                .hasMessage(field + ": it needs a " + namespace
                        + " namespace in linux.namespaces, or it would change the host");
    }

    @Test
    void nobodyMakesTheIdMappedMountsOfACompiledProgram() {
        assertRefused(
                "mounts",
                "[{destination: '/a', type: 'bind', source: '/', options: ['bind'],"
                        + " uidMappings: [{containerID: 0, hostID: 1, size: 1}], gidMappings: [{containerID: 0, hostID: 1, size: 1}]}]",
                "mounts[0]: uidMappings: a compiled program has nobody beside it who would map the owners that a mount shows");
    }

    @ParameterizedTest
    @CsvSource({
        "kernel.msgmax, ipc, kernel/msgmax",
        "kernel/msgmax, ipc, kernel/msgmax",
        "kernel.sem, ipc, kernel/sem",
        "kernel.shm_rmid_forced, ipc, kernel/shm_rmid_forced",
        "fs.mqueue.msg_max, ipc, fs/mqueue/msg_max",
        "net.ipv4.ip_forward, network, net/ipv4/ip_forward",
        "net.ipv4.conf.eth0/100.forwarding, network, net/ipv4/conf/eth0.100/forwarding",
        "net/ipv4/conf/eth0.100/forwarding, network, net/ipv4/conf/eth0.100/forwarding",
        "kernel.domainname, uts, kernel/domainname"
    })
    void aKernelParameterNeedsItsNamespaceAndBecomesAFile(String name, String namespace, String file) {
        ObjectNode config = small();
        config.withObject("/linux").putObject("sysctl").put(name, "1");
        assertThatThrownBy(() -> compile(config))
                .hasMessage("linux.sysctl[\"" + name + "\"]: the container has no " + namespace
                        + " namespace of its own, so it would change the host's");
        config.withArray("/linux/namespaces").addObject().put("type", namespace);
        assertThat(listing(compile(config))).contains("\"sys/" + file + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel.pid_max",
                "vm.swappiness",
                "fs.file-max",
                "kernel.core_pattern",
                "kernel/core_pattern",
                "net",
                "fs.mqueue",
                "kernel.msgmaxx",
                "network.ipv4.ip_forward"
            })
    void aKernelParameterOfTheMachineIsRefused(String name) {
        assertRefused(
                "linux.sysctl",
                "{'" + name + "': '1'}",
                "linux.sysctl[\"" + name + "\"]: it is the whole machine's, not in a namespace of the container");
    }

    @Test
    void theHostnameIsNoKernelParameter() {
        assertRefused(
                "linux.sysctl",
                "{'kernel.hostname': 'a'}",
                "linux.sysctl[\"kernel.hostname\"]: use the field hostname instead");
    }

    @Test
    void aProgramThatIsAloneHasNobodyToCarryATerminal() {
        assertRefused(
                "process.terminal",
                "true",
                "process.terminal: a compiled program has nobody to carry a terminal; without it the program uses the"
                        + " terminal that it is started from");
    }
}
