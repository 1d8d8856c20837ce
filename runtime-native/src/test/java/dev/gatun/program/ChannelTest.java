package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Word;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChannelTest {
    @TempDir
    Path folder;

    private final Kernel kernel = Kernel.load();
    private Programs programs;

    @BeforeEach
    void open() {
        programs = new Programs(folder);
    }

    @AfterEach
    void close() {
        programs.close();
    }

    @Test
    void aProgramTellsAndWaitsAsOftenAsItLikes() {
        var running = programs.start((program, channel) -> {
            Label abandoned = program.label("abandoned");
            Slot pid = program.slot("pid");
            program.call(dev.gatun.linux.Call.of(dev.gatun.linux.Syscall.GETPID), "ask its number")
                    .to(pid);
            Channel.signalOp(program, channel, 1, pid, "tell its number");
            Channel.awaitOps(program, channel, abandoned, "wait for an answer");
            Channel.signalOp(program, channel, 4095, Word.of(-7), "tell another number");
            Channel.awaitOps(program, channel, abandoned, "wait for another answer");
            program.call(ProcessCalls.exitGroup(Word.of(3)), "end");
            program.place(abandoned);
        });
        assertThat(running.receive()).isEqualTo(new Channel.Signal(1, running.pid, Optional.empty()));
        running.channel.answer();
        assertThat(running.receive()).isEqualTo(new Channel.Signal(4095, -7, Optional.empty()));
        running.channel.answer();
        assertThat(running.receive()).isEqualTo(new Channel.Closed());
        assertThat(running.receive()).isEqualTo(new Channel.Closed());
        assertThat(Monitor.exitCode(running.waitFor())).isEqualTo(3);
    }

    @Test
    void aProgramThatJavaHasAbandonedGoesOnWhereItWasTold() {
        var running = programs.start((program, channel) -> {
            Label abandoned = program.label("abandoned");
            Channel.signalOp(program, channel, 1, Word.of(0), "tell");
            Channel.awaitOps(program, channel, abandoned, "wait");
            program.call(ProcessCalls.exitGroup(Word.of(1)), "end");
            program.place(abandoned);
            program.call(ProcessCalls.exitGroup(Word.of(44)), "end");
        });
        running.receive();
        running.channel.close();
        assertThat(Monitor.exitCode(running.waitFor())).isEqualTo(44);
    }

    @Test
    void aProgramHandsDescriptorsOver() throws Exception {
        for (String content : List.of("first", "second")) {
            Path file = Files.writeString(folder.resolve(content), content);
            var running = programs.start((program, channel) -> {
                Slot fd = program.slot("fd");
                program.call(
                                FileCalls.openat(FileCalls.CURRENT_DIRECTORY, file.toString(), Fcntl.O_RDONLY, 0),
                                "open a file")
                        .to(fd);
                Channel.signalOp(program, channel, 2, Word.of(17), fd, "hand the file over");
            });
            var signal = (Channel.Signal) running.receive();
            assertThat(signal.kind()).isEqualTo(2);
            assertThat(signal.value()).isEqualTo(17);
            try (Fd received = signal.descriptor().orElseThrow()) {
                assertThat(kernel.call(FileCalls.fcntl(received, Fcntl.F_GETFD, 0)))
                        .isEqualTo(Fcntl.FD_CLOEXEC);
                var buffer = Block.buffer(16, "&buffer");
                long length = kernel.call(FileCalls.read(received, buffer));
                assertThat(new String(buffer.getBytes(0, (int) length), StandardCharsets.UTF_8))
                        .isEqualTo(content);
            }
            assertThat(running.messages()).isEmpty();
        }
    }

    @Test
    void theChannelIsClosedWhenTheProgramExecutesAnother() {
        Path other = Machine.write(folder, waitForever());
        var running = programs.start((program, channel) -> {
            Preamble.closeOnExecOps(program, 3);
            program.call(ProcessCalls.execve(other.toString(), List.of("other"), List.of()), "execute another");
        });
        assertThat(running.receive()).isEqualTo(new Channel.Closed());
        running.kill(Signal.SIGKILL);
        assertThat(running.waitFor()).as("it was still running").isEqualTo(Signal.SIGKILL);
    }

    @Test
    void theChannelIsClosedWhenTheProgramIsKilled() {
        var running = programs.start((program, channel) -> {
            Channel.signalOp(program, channel, 1, Word.of(0), "tell");
            program.call(ProcessCalls.waitSignal(ProcessCalls.noSignals()), "wait");
        });
        running.receive();
        // unread data at the program's end make its end a reset
        running.channel.answer();
        running.kill(Signal.SIGKILL);
        assertThat(running.receive()).isEqualTo(new Channel.Closed());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 2000, 4000, 4096, 5000, 70_000, 1_000_000})
    void aFailureArrivesHoweverLongThePurposeIs(int length) {
        String purpose = "ä".repeat(length);
        Programs.Outcome outcome =
                programs.run((program, channel) -> program.call(FileCalls.close(Word.fd(-1)), purpose));
        assertThat(outcome.messages())
                .containsExactly(new Channel.Failed(new Failure(purpose, "close(-1)", Errno.EBADF.number())));
        assertThat(outcome.exitCode()).isEqualTo(Programs.FAILED);
    }

    @Test
    void aTextReportIsCutAtACharacter() {
        for (String prefix : List.of("", "x", "xy")) {
            String purpose = prefix + "€".repeat(3000);
            var result = Machine.THIS.run(folder, program -> program.call(FileCalls.close(Word.fd(-1)), purpose));
            assertThat(result.errors())
                    .startsWith("gatun: " + prefix + "€€€")
                    .endsWith("€: EBADF (Bad file descriptor)\n")
                    .hasSizeBetween(600, 800)
                    .doesNotContain("\ufffd");
        }
    }

    @Test
    void aFailureMayFollowASignal() {
        Programs.Outcome outcome = programs.run((program, channel) -> {
            Channel.signalOp(program, channel, 1, Word.of(5), "tell");
            program.load(new Block(8, "word").int64(0, -9), 0, -1L, 0, "load an error");
        });
        assertThat(outcome.messages())
                .containsExactly(
                        new Channel.Signal(1, 5, Optional.empty()),
                        new Channel.Failed(new Failure("load an error", "load", 9)));
    }

    @Test
    void aClosedChannelCannotBeReadFrom() {
        var channel = new Channel(kernel);
        channel.close();
        assertThatThrownBy(() -> channel.receive(waitForever()))
                .isInstanceOfSatisfying(
                        SyscallException.class,
                        failed -> assertThat(failed.is(Errno.EBADF)).isTrue());
    }

    private Image waitForever() {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        program.place(start);
        program.call(ProcessCalls.waitSignal(ProcessCalls.noSignals()), "wait").tolerateAll();
        program.jump(start, "again");
        return Image.of(program.build(start, start), kernel.arch());
    }
}
