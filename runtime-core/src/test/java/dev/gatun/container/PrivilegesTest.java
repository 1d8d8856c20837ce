package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.oci.IdMapping;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a user may do, and what follows from it: whose ids, and which folders. */
class PrivilegesTest {
    private static final Privileges USER = new Privileges(1000, 100, 0);

    @Test
    void theKernelsWordsAreRead() {
        String status = """
                Name:\tjava
                Uid:\t1\t1000\t1000\t1000
                Gid:\t2\t100\t100\t100
                CapPrm:\t000001ffffffffff
                CapEff:\t00000000000000c0
                """;
        Privileges privileges = Privileges.parse(status);
        assertThat(privileges).isEqualTo(new Privileges(1000, 100, 0xc0));
        assertThat(privileges.isRootless()).isTrue();
        // CAP_SETGID and CAP_SETUID
        assertThat(privileges.mapsAnyId()).isTrue();
        assertThat(USER.mapsAnyId()).isFalse();
        assertThat(Privileges.ROOT.isRootless()).isFalse();
    }

    @Test
    void grantedIdsFollowTheUsersOwn() {
        assertThat(SubordinateIds.mappings(1000, "me:100000:65536\nnonsense\nme:x:1\n1000:300000:10\n"))
                .containsExactly(
                        new IdMapping(0, 1000, 1),
                        new IdMapping(1, 100_000, 65_536),
                        new IdMapping(65_537, 300_000, 10));
        assertThat(SubordinateIds.mappings(1000, "")).isEqualTo(SubordinateIds.own(1000));
    }

    @Test
    void aUsersFoldersAreThoseOfItsSession() {
        assertThat(Folders.of(
                        Map.of("XDG_RUNTIME_DIR", "/run/user/9", "XDG_DATA_HOME", "/data", "HOME", "/home/me"), USER))
                .isEqualTo(new Folders(Path.of("/run/user/9/gatun"), Path.of("/data/gatun")));
        assertThat(Folders.of(Map.of("HOME", "/home/me"), USER))
                .isEqualTo(new Folders(Path.of("/run/user/1000/gatun"), Path.of("/home/me/.local/share/gatun")));
        assertThat(Folders.of(Map.of("XDG_RUNTIME_DIR", "relative"), USER))
                .isEqualTo(new Folders(Path.of("/run/user/1000/gatun"), Path.of("/run/user/1000/gatun/lib")));
        assertThat(Folders.of(Map.of("XDG_RUNTIME_DIR", "/run/user/0"), Privileges.ROOT))
                .isEqualTo(new Folders(Path.of("/run/gatun"), Path.of("/var/lib/gatun")));
        assertThat(Folders.of(Map.of("GATUN_ROOT", "/g"), USER))
                .isEqualTo(new Folders(Path.of("/g/run"), Path.of("/g/lib")));
    }
}
