package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Word;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Launcher;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Java does when processes of a program end before their time. */
@Tag("kernel")
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LaunchTest {
    @TempDir
    Path lib;

    private final Kernel kernel = Kernel.load();

    /** A parent that ends before it has told its child's id, and a child that waits for Java. */
    private static Program orphan(Channel channel) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        Label child = program.label("child");
        Label abandoned = program.label("abandoned");
        program.place(start);
        program.call(ProcessCalls.clone3(0, Signal.SIGCHLD), "start the child").ifZero(child);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end, as if killed");
        program.place(child);
        Channel.signalOp(
                program, channel.programEnd(), ContainerProgram.COMPLETE, Word.of(0), "tell that all is ready");
        Channel.awaitOps(program, channel.programEnd(), abandoned, "wait to be recorded");
        program.place(abandoned);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        return program.build(start, abandoned);
    }

    @Test
    void aParentThatIsKilledBeforeItTellsOfItsChildIsNotWaitedForForEver() {
        assertThatThrownBy(
                        () -> Launch.run(kernel, new Launcher(kernel, lib), LaunchTest::orphan, List.of(), true, false))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("ended before it told");
    }
}
