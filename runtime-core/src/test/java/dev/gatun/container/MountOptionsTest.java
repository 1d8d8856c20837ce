package dev.gatun.container;

import static dev.gatun.linux.Mount.MOUNT_ATTR_NOATIME;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NODEV;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NODIRATIME;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NOEXEC;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NOSUID;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NOSYMFOLLOW;
import static dev.gatun.linux.Mount.MOUNT_ATTR_RDONLY;
import static dev.gatun.linux.Mount.MOUNT_ATTR_STRICTATIME;
import static dev.gatun.linux.Mount.MOUNT_ATTR__ATIME;
import static dev.gatun.linux.Mount.MS_PRIVATE;
import static dev.gatun.linux.Mount.MS_REC;
import static dev.gatun.linux.Mount.MS_SHARED;
import static dev.gatun.linux.Mount.MS_SLAVE;
import static dev.gatun.linux.Mount.MS_UNBINDABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every option that config.md of the runtime-spec lists. */
class MountOptionsTest {
    static Stream<Arguments> attributes() {
        return Stream.of(
                Arguments.of("ro", (long) MOUNT_ATTR_RDONLY, 0L),
                Arguments.of("rw", 0L, (long) MOUNT_ATTR_RDONLY),
                Arguments.of("nosuid", (long) MOUNT_ATTR_NOSUID, 0L),
                Arguments.of("suid", 0L, (long) MOUNT_ATTR_NOSUID),
                Arguments.of("nodev", (long) MOUNT_ATTR_NODEV, 0L),
                Arguments.of("dev", 0L, (long) MOUNT_ATTR_NODEV),
                Arguments.of("noexec", (long) MOUNT_ATTR_NOEXEC, 0L),
                Arguments.of("exec", 0L, (long) MOUNT_ATTR_NOEXEC),
                Arguments.of("nodiratime", (long) MOUNT_ATTR_NODIRATIME, 0L),
                Arguments.of("diratime", 0L, (long) MOUNT_ATTR_NODIRATIME),
                Arguments.of("nosymfollow", (long) MOUNT_ATTR_NOSYMFOLLOW, 0L),
                Arguments.of("symfollow", 0L, (long) MOUNT_ATTR_NOSYMFOLLOW),
                Arguments.of("noatime", (long) MOUNT_ATTR_NOATIME, (long) MOUNT_ATTR__ATIME),
                Arguments.of("strictatime", (long) MOUNT_ATTR_STRICTATIME, (long) MOUNT_ATTR__ATIME),
                Arguments.of("atime", 0L, (long) MOUNT_ATTR__ATIME),
                Arguments.of("relatime", 0L, (long) MOUNT_ATTR__ATIME),
                Arguments.of("norelatime", 0L, (long) MOUNT_ATTR__ATIME),
                Arguments.of("nostrictatime", 0L, (long) MOUNT_ATTR__ATIME));
    }

    @ParameterizedTest
    @MethodSource("attributes")
    void anAttributeIsSetOrCleared(String option, long set, long clear) {
        MountOptions options = MountOptions.parse(List.of(option));
        assertThat(options.set()).isEqualTo(set);
        assertThat(options.clear()).isEqualTo(clear);
        assertThat(options.recursiveSet()).isZero();
        assertThat(options.recursiveClear()).isZero();
        assertThat(options.filesystem()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("attributes")
    void withAnRItIsSetOrClearedForWhatIsMountedBelowToo(String option, long set, long clear) {
        MountOptions options = MountOptions.parse(List.of("r" + option));
        assertThat(options.recursiveSet()).isEqualTo(set);
        assertThat(options.recursiveClear()).isEqualTo(clear);
        assertThat(options.set()).isZero();
        assertThat(options.clear()).isZero();
        assertThat(options.filesystem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "defaults", "loud", "silent", "nomand", "iversion", "noiversion", "nolazytime", "async"})
    void whatIsSoAnywayChangesNothing(String option) {
        MountOptions options = MountOptions.parse(List.of(option));
        assertThat(options.set() | options.clear() | options.recursiveSet() | options.recursiveClear())
                .isZero();
        assertThat(options.filesystem()).isEmpty();
        assertThat(options.wholeFilesystem()).isEmpty();
        assertThat(options.isBind()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync", "dirsync", "lazytime", "mand"})
    void whatEveryFileSystemHasIsToldFromItsOwnOptions(String option) {
        MountOptions options = MountOptions.parse(List.of(option));
        assertThat(options.wholeFilesystem()).containsExactly(option);
        assertThat(options.filesystem()).isEmpty();
    }

    static Stream<Arguments> propagation() {
        return Stream.of(
                Arguments.of("private", (long) MS_PRIVATE),
                Arguments.of("rprivate", (long) MS_PRIVATE | MS_REC),
                Arguments.of("slave", (long) MS_SLAVE),
                Arguments.of("rslave", (long) MS_SLAVE | MS_REC),
                Arguments.of("shared", (long) MS_SHARED),
                Arguments.of("rshared", (long) MS_SHARED | MS_REC),
                Arguments.of("unbindable", (long) MS_UNBINDABLE),
                Arguments.of("runbindable", (long) MS_UNBINDABLE | MS_REC));
    }

    @ParameterizedTest
    @MethodSource("propagation")
    void propagationIsKept(String option, long flags) {
        assertThat(MountOptions.parse(List.of(option)).propagation()).containsExactly(flags);
    }

    @Test
    void propagationIsAppliedInOrder() {
        assertThat(MountOptions.parse(List.of("rslave", "shared")).propagation())
                .containsExactly((long) MS_SLAVE | MS_REC, (long) MS_SHARED);
    }

    @Test
    void bindAndItsRecursiveFormAndRemountAreTold() {
        assertThat(MountOptions.parse(List.of("bind")).isBind()).isTrue();
        assertThat(MountOptions.parse(List.of("bind")).isRecursiveBind()).isFalse();
        assertThat(MountOptions.parse(List.of("rbind")).isBind()).isTrue();
        assertThat(MountOptions.parse(List.of("rbind")).isRecursiveBind()).isTrue();
        assertThat(MountOptions.parse(List.of("remount")).isRemount()).isTrue();
        assertThat(MountOptions.parse(List.of("remount", "bind", "ro")).isRemount())
                .isTrue();
    }

    @Test
    void theLastOfTwoContradictingOptionsCounts() {
        MountOptions options = MountOptions.parse(List.of("ro", "rw", "nosuid", "suid", "dev", "nodev"));
        assertThat(options.set()).isEqualTo(MOUNT_ATTR_NODEV);
        assertThat(options.clear()).isEqualTo(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"size=64m", "mode=755", "lowerdir=/a:/b", "rootcontext=x", "r", "rfoo", "idmapped", "RO"})
    void whatNobodyKnowsIsForTheFileSystem(String option) {
        assertThat(MountOptions.parse(List.of("ro", option)).filesystem()).containsExactly(option);
    }

    @Test
    void idmapIsAnOptionOfTheMount() {
        assertThat(MountOptions.parse(List.of("rbind")).isIdmap()).isFalse();
        MountOptions plain = MountOptions.parse(List.of("idmap"));
        assertThat(plain.isIdmap()).isTrue();
        assertThat(plain.isRecursiveIdmap()).isFalse();
        assertThat(plain.filesystem()).isEmpty();
        MountOptions crun = MountOptions.parse(List.of("ridmap=uids=0-1-2;gids=0-1-2"));
        assertThat(crun.isRecursiveIdmap()).isTrue();
        assertThat(crun.idmapping()).isEqualTo("uids=0-1-2;gids=0-1-2");
        assertThat(crun.filesystem()).isEmpty();
    }
}
