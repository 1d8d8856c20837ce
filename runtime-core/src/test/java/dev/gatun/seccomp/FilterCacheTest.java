package dev.gatun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.json.JsonReader;
import dev.gatun.linux.Arch;
import dev.gatun.oci.InvalidSpecException;
import dev.gatun.oci.Seccomp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterCacheTest {
    @TempDir
    Path temporary;

    private Path folder;
    private FilterCache cache;

    @BeforeEach
    void make() {
        folder = temporary.resolve("seccomp");
        cache = new FilterCache(folder);
    }

    private static Seccomp profile(String... denied) {
        String names = "\"" + String.join("\", \"", denied) + "\"";
        return Seccomp.from(
                JsonReader.parse(("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86_64\","
                                + " \"SCMP_ARCH_AARCH64\"], \"syscalls\": [{\"names\": [" + names
                                + "], \"action\": \"SCMP_ACT_ERRNO\"}]}")
                        .getBytes(StandardCharsets.UTF_8)));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void assertSame(SeccompFilter one, SeccompFilter other) {
        assertThat(one.program()).isEqualTo(other.program());
        assertThat(one.flags()).isEqualTo(other.flags());
    }

    @Test
    void aKeptFilterIsTheCompiledOne() throws IOException {
        SeccompFilter compiled = SeccompFilter.compile(profile("mount", "ptrace"), Arch.X86_64);
        assertSame(cache.filter(profile("mount", "ptrace"), Arch.X86_64), compiled);
        assertThat(files()).hasSize(1);
        assertSame(cache.filter(profile("mount", "ptrace"), Arch.X86_64), compiled);
        assertThat(files()).hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
                .isEqualTo("rw-------");
    }

    @Test
    void profilesAndArchitecturesAreToldApart() throws IOException {
        cache.filter(profile("mount"), Arch.X86_64);
        cache.filter(profile("ptrace"), Arch.X86_64);
        cache.filter(profile("mount"), Arch.AARCH64);
        assertThat(files()).hasSize(3);
        assertSame(cache.filter(profile("ptrace"), Arch.X86_64), SeccompFilter.compile(profile("ptrace"), Arch.X86_64));
    }

    /** Whatever was done to a file: the filter is right, and the file is again. */
    @Test
    void aDamagedFileCountsAsMissing() throws IOException {
        SeccompFilter compiled = cache.filter(profile("mount"), Arch.X86_64);
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        var random = new Random(1);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = i < 60 ? java.util.Arrays.copyOf(whole, i * whole.length / 60) : whole.clone();
            if (i >= 60) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, damaged);
            assertSame(cache.filter(profile("mount"), Arch.X86_64), compiled);
            assertThat(file).hasBinaryContent(whole);
        }
    }

    @Test
    void aFileOfAnotherProfileIsNotTakenForThisOnes() throws IOException {
        cache.filter(profile("mount"), Arch.X86_64);
        byte[] other = Files.readAllBytes(files().getFirst());
        Files.delete(files().getFirst());
        SeccompFilter compiled = cache.filter(profile("ptrace"), Arch.X86_64);
        Files.write(files().getFirst(), other);
        assertSame(cache.filter(profile("ptrace"), Arch.X86_64), compiled);
    }

    @Test
    void thereAreNeverManyFiles() throws IOException {
        for (int i = 0; i < 200; i++) {
            cache.filter(profile("mount", "no-such-call-" + i), Arch.X86_64);
            assertThat(files()).hasSizeLessThanOrEqualTo(64);
        }
    }

    @Test
    void withoutAFolderToWriteToFiltersAreCompiled() throws IOException {
        Files.writeString(folder, "in the way");
        assertSame(cache.filter(profile("mount"), Arch.X86_64), SeccompFilter.compile(profile("mount"), Arch.X86_64));
    }

    @Test
    void aProfileThatIsWrongIsAnErrorEachTime() {
        Seccomp wrong = Seccomp.from(
                JsonReader.parse("{\"defaultAction\": \"SCMP_ACT_NOTIFY\"}".getBytes(StandardCharsets.UTF_8)));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> cache.filter(wrong, Arch.X86_64)).isInstanceOf(InvalidSpecException.class);
        }
    }

    /** If this fails, profiles are compiled to something else than before: raise {@link FilterCache#COMPILER}, too. */
    @Test
    void theVersionIsThatOfTheCompiler() {
        var checksum = new CRC32();
        for (Arch arch : Arch.values()) {
            for (String call : List.of("mount", "ptrace", "openat2", "clone3", "socketcall")) {
                checksum.update(
                        SeccompFilter.compile(profile(call, "reboot"), arch).program());
            }
        }
        assertThat(FilterCache.COMPILER + " " + HexFormat.of().toHexDigits((int) checksum.getValue()))
                .isEqualTo("1 4c39489e");
    }
}
