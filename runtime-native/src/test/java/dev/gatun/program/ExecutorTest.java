package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Arch;
import dev.gatun.linux.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExecutorTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void theMachineCodeIsWhatTheAssemblerMakesOfTheListing(Arch arch) throws Exception {
        Path source = Files.writeString(folder.resolve("executor.s"), Executor.assembly(arch));
        Path object = folder.resolve("executor.o");
        Path code = folder.resolve("executor.bin");
        run(Command.tool(arch, "as"), "-o", object.toString(), source.toString());
        run(Command.tool(arch, "objcopy"), "-O", "binary", "-j", ".text", object.toString(), code.toString());
        assertThat(Executor.code(arch)).isEqualTo(Files.readAllBytes(code));
    }

    private static void run(String... command) {
        Command.Result result = Command.run(command);
        assertThat(result.exitCode()).as(result.errors()).isZero();
        assertThat(result.errors()).isEmpty();
    }
}
