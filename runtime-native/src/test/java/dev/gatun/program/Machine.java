package dev.gatun.program;

import dev.gatun.linux.Arch;
import dev.gatun.linux.Command;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Word;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Where a kept image runs: on this machine, or on an emulator of the other architecture. */
enum Machine {
    THIS,
    EMULATED;

    /** What a program exits with when an op has failed. */
    static final int FAILED = 125;

    Arch arch() {
        Arch other = Arch.current() == Arch.X86_64 ? Arch.AARCH64 : Arch.X86_64;
        return this == THIS ? Arch.current() : other;
    }

    /** Runs a program that has {@code ops}, writes failures to its standard error, and exits with 0 at its end. */
    Command.Result run(Path folder, Consumer<ProgramBuilder> ops) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        Label failure = program.label("failure");
        program.place(start);
        ops.accept(program);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        program.place(failure);
        Report.textOps(program, Word.fd(2));
        program.call(ProcessCalls.exitGroup(Word.of(FAILED)), "end after a failure");
        return run(folder, program.build(start, failure));
    }

    private Command.Result run(Path folder, Program program) {
        var command = new ArrayList<String>();
        if (this == EMULATED) {
            command.add("qemu-" + arch().machine());
        }
        command.add(write(folder, Image.of(program, arch())).toString());
        return Command.run(List.copyOf(command));
    }

    /** Keeps an image as an executable file. */
    static Path write(Path folder, Image image) {
        try {
            var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            return Files.write(Files.createTempFile(folder, "program-", "", mode), image.bytes());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
