package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Sched;
import dev.gatun.oci.Namespace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that people, engines and images give: of containers, signals, namespaces and home folders. */
class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "A-b_c.d+e", "0", "...", "-", "a.b", ".a"})
    void aContainersNameIsMadeOfTheseCharacters(String id) {
        assertThat(new ContainerId(id)).hasToString(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/", "../a", "a b", "ä", "a\n", "a\0", "a:b", "*", "$(a)"})
    void nothingElseIsAContainersName(String id) {
        assertThatThrownBy(() -> new ContainerId(id))
                .isInstanceOf(ContainerException.class)
                .hasMessageStartingWith("invalid container ID \"");
    }

    @Test
    void aContainersNameHasAtMostTwoHundredAndFiftyFiveCharacters() {
        assertThat(new ContainerId("a".repeat(255)).value()).hasSize(255);
        assertThatThrownBy(() -> new ContainerId("a".repeat(256))).isInstanceOf(ContainerException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "TERM, 15",
        "SIGTERM, 15",
        "term, 15",
        "sigterm, 15",
        "15, 15",
        "KILL, 9",
        "9, 9",
        "0, 0",
        "64, 64",
        "SIGHUP, 1",
        "USR1, 10",
        "SYS, 31",
        "CHLD, 17",
        "CLD, 17",
        "IO, 29",
        "POLL, 29",
        "ABRT, 6",
        "IOT, 6",
        "WINCH, 28",
        "RTMIN, 34",
        "SIGRTMIN+3, 37",
        "RTMIN+0, 34",
        "RTMIN+30, 64",
        "RTMAX, 64",
        "RTMAX-1, 63",
        "rtmax-30, 34"
    })
    void aSignalIsGivenByNameOrNumber(String text, int number) {
        assertThat(Signals.parse(text)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SIG",
                "TERMINATE",
                "-1",
                "65",
                "99999999999999999999",
                "1.5",
                "RTMIN+31",
                "RTMIN-1",
                "RTMAX-31",
                "RTMAX+1",
                "RTMIN+",
                "RTMAX-",
                " 9",
                "9 ",
                "0x9",
                "\u0663"
            })
    void nothingElseIsASignal(String text) {
        assertThatThrownBy(() -> Signals.parse(text))
                .isInstanceOf(ContainerException.class)
                .hasMessage("unknown signal \"" + text + "\": give a name such as TERM, or a number up to 64");
    }

    @Test
    void aNamespaceIsNewOrJoinedOrTheRuntimes() {
        var namespaces = new Namespaces(List.of(
                new Namespace(Namespace.Type.PID, Optional.empty()),
                new Namespace(Namespace.Type.NETWORK, Optional.of("/run/netns/a")),
                new Namespace(Namespace.Type.TIME, Optional.empty())));
        assertThat(namespaces.has(Namespace.Type.PID)).isTrue();
        assertThat(namespaces.isNew(Namespace.Type.PID)).isTrue();
        assertThat(namespaces.joined(Namespace.Type.PID)).isEmpty();
        assertThat(namespaces.has(Namespace.Type.NETWORK)).isTrue();
        assertThat(namespaces.isNew(Namespace.Type.NETWORK)).isFalse();
        assertThat(namespaces.joined(Namespace.Type.NETWORK)).hasValue("/run/netns/a");
        assertThat(namespaces.has(Namespace.Type.USER)).isFalse();
        assertThat(namespaces.isNew(Namespace.Type.USER)).isFalse();
        assertThat(namespaces.newFlags()).isEqualTo((long) Sched.CLONE_NEWPID | Sched.CLONE_NEWTIME);
    }

    @ParameterizedTest
    @CsvSource({
        "PID, pid, 0x20000000",
        "NETWORK, net, 0x40000000",
        "MOUNT, mnt, 0x20000",
        "IPC, ipc, 0x8000000",
        "UTS, uts, 0x4000000",
        "USER, user, 0x10000000",
        "CGROUP, cgroup, 0x2000000",
        "TIME, time, 0x80"
    })
    void aTypeOfNamespaceHasAFlagAndAFile(Namespace.Type type, String file, String flag) {
        assertThat(Namespaces.file(type)).isEqualTo(file);
        assertThat(Namespaces.flag(type)).isEqualTo(Long.decode(flag));
    }

    @Test
    void aHomeIsFoundByNumberWhateverTheNames() {
        String passwd = """
                1000:x:0:0::/numeric:/bin/sh
                root:x:0:0:root:/root:/bin/sh
                user:x:1000:1000::/home/user:/bin/sh
                again:x:1000:1000::/home/again:/bin/sh
                empty:x:5:5:::/bin/sh
                relative:x:6:6::home:/bin/sh
                short:x:7:7
                shell:x:8:8::/home/shell
                # comment
                large:x:4294967294:0::/large:
                """;
        assertThat(HomeFolder.of(0, passwd)).isEqualTo("/numeric");
        assertThat(HomeFolder.of(1000, passwd)).isEqualTo("/home/user");
        assertThat(HomeFolder.of(5, passwd)).isEqualTo("/");
        assertThat(HomeFolder.of(6, passwd)).isEqualTo("/");
        assertThat(HomeFolder.of(7, passwd)).isEqualTo("/");
        assertThat(HomeFolder.of(8, passwd)).isEqualTo("/home/shell");
        assertThat(HomeFolder.of(4294967294L, passwd)).isEqualTo("/large");
        assertThat(HomeFolder.of(9, passwd)).isEqualTo("/");
        assertThat(HomeFolder.of(0, "")).isEqualTo("/");
    }
}
