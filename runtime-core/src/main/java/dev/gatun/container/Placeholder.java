package dev.gatun.container;

import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Word;
import dev.gatun.program.Channel;
import dev.gatun.program.Image;
import dev.gatun.program.Label;
import dev.gatun.program.Launcher;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import java.util.List;

/** A process that is there, does nothing, and ends when it is closed or whoever started it has ended. */
final class Placeholder implements AutoCloseable {
    private final Kernel kernel;
    private final Channel channel;
    private final int pid;

    Placeholder(Kernel kernel, Launcher launcher) {
        this.kernel = kernel;
        this.channel = new Channel(kernel);
        try {
            Image image = Image.of(compile(channel.programEnd()), kernel.arch());
            this.pid = launcher.start(image, List.of(channel.programEnd()));
            channel.started();
        } catch (RuntimeException | Error failed) {
            channel.close();
            throw failed;
        }
    }

    private static Program compile(Fd line) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        Label end = program.label("end");
        program.section("placeholder");
        program.place(start);
        Preamble.ops(program, 0, List.of(line));
        Channel.awaitOps(program, line, end, "wait until it is not needed any more");
        program.place(end);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        return program.build(start, end);
    }

    int pid() {
        return pid;
    }

    @Override
    public void close() {
        channel.close();
        Launch.reap(kernel, pid);
    }
}
