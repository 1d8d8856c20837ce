package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.oci.IdMapping;
import dev.gatun.oci.Linux;
import dev.gatun.oci.Mount;
import dev.gatun.oci.RuntimeSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which mapping a mount has: its own, that of its options, or the container's. */
class IdmapTest {
    private static final List<IdMapping> OWN = List.of(new IdMapping(0, 5, 1));

    private static Linux linux(String user) {
        String config =
                "{\"ociVersion\": \"1.3.0\", \"root\": {\"path\": \"r\"}, \"linux\": " + TestBundle.json(user) + "}";
        return RuntimeSpec.parse(config.getBytes(StandardCharsets.UTF_8)).linux();
    }

    private static final Linux WITH_USERS = linux("{namespaces: [{type: 'user'}],"
            + " uidMappings: [{containerID: 0, hostID: 1000, size: 10}, {containerID: 10, hostID: 5000, size: 5}],"
            + " gidMappings: [{containerID: 0, hostID: 2000, size: 10}]}");

    private static Idmap of(Linux linux, List<IdMapping> own, String... options) {
        var mount = new Mount("/a", Optional.empty(), Optional.of("/b"), List.of(options), own, own);
        return Idmap.of(mount, MountOptions.parse(mount.options()), linux);
    }

    @Test
    void itsOwnComesFirst() {
        assertThat(of(WITH_USERS, OWN, "bind", "idmap=uids=1-2-3;gids=1-2-3"))
                .isEqualTo(new Idmap(OWN, OWN, Optional.empty()));
    }

    @Test
    void thatOfANewUserNamespaceIsTheNext() {
        assertThat(of(WITH_USERS, List.of(), "bind", "idmap"))
                .isEqualTo(new Idmap(WITH_USERS.uidMappings(), WITH_USERS.gidMappings(), Optional.empty()));
    }

    @Test
    void aJoinedUserNamespaceIsTakenAsItIs() {
        assertThat(of(linux("{namespaces: [{type: 'user', path: '/ns'}]}"), List.of(), "rbind", "ridmap")
                        .namespace())
                .contains("/ns");
    }

    @Test
    void crunsNotationIsRead() {
        assertThat(of(Linux.NONE, List.of(), "bind", "idmap=uids=0-1-10#10-11-10;gids=0-100-10"))
                .isEqualTo(new Idmap(
                        List.of(new IdMapping(0, 1, 10), new IdMapping(10, 11, 10)),
                        List.of(new IdMapping(0, 100, 10)),
                        Optional.empty()));
    }

    @Test
    void anAtSignTakesAnIdOfTheContainer() {
        assertThat(of(WITH_USERS, List.of(), "bind", "idmap=uids=@1-3-7#@20-12-3;gids=@0-0-1"))
                .isEqualTo(new Idmap(
                        List.of(new IdMapping(1, 1003, 7), new IdMapping(20, 5002, 3)),
                        List.of(new IdMapping(0, 2000, 1)),
                        Optional.empty()));
        assertThatThrownBy(() -> of(WITH_USERS, List.of(), "bind", "idmap=uids=@1-15-7;gids=0-0-1"))
                .hasMessage("options: idmap: the container's user namespace has no id 15");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "uids=", "uids=1", "uids=1-2", "uids=1-2-x", "uids=1-2-0", "pids=1-2-3", "uids=1-2-3-4"})
    void otherNotationsAreRefused(String mapping) {
        assertThatThrownBy(() -> of(WITH_USERS, List.of(), "bind", "idmap=" + mapping + ";gids=0-0-1"))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("is not of the form uids=0-1000-10#20-2000-10;gids=0-1000-10");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bind,idmap=uids=0-1-1 | options: idmap=uids=0-1-1: it needs both uids and gids",
                "bind,idmap | options: idmap needs uidMappings and gidMappings, of the mount or of a user namespace of the"
                        + " container",
                "nosuid,idmap | uidMappings: only the owners that a bind mount shows can be mapped"
            })
    void whatCannotBeToldIsRefused(String options, String message) {
        assertThatThrownBy(() -> of(Linux.NONE, List.of(), options.split(",", -1)))
                .isInstanceOf(ContainerException.class)
                .hasMessage(message);
    }
}
