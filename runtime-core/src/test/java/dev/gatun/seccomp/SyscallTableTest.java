package dev.gatun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyscallTableTest {
    private final SyscallTable table = SyscallTable.load();

    @TempDir
    Path folder;

    @Test
    void numbersAreThoseOfTheInstalledHeaders() throws Exception {
        var script = new ProcessBuilder("sh", "../scripts/syscall-tables")
                .redirectError(folder.resolve("errors").toFile())
                .start();
        String text = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(
                script.waitFor() == 0,
                "no kernel headers of all architectures (linux-libc-dev, and -arm64-cross and -armhf-cross of it)");
        int compared = 0;
        for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
            String[] columns = line.split(" ", -1);
            for (Abi abi : Abi.values()) {
                String number = columns[abi.column() + 1];
                if (!number.equals("-")) {
                    assertThat(table.number(columns[0], abi))
                            .as("%s on %s", columns[0], abi)
                            .isEqualTo(Integer.parseInt(number) + abi.base());
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(1500);
    }

    @Test
    void aNameThatNoKernelKnowsHasNoNumber() {
        assertThat(table.number("no_such_call", Abi.X86_64)).isEqualTo(SyscallTable.ABSENT);
        assertThat(table.number("socketcall", Abi.X86_64)).isEqualTo(SyscallTable.ABSENT);
        assertThat(table.number("socketcall", Abi.I386)).isEqualTo(102);
    }
}
