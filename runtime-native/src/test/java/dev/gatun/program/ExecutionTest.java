package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Command;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Word;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an executor does with ops, on both architectures; images are run as files, without a JVM near them. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExecutionTest {
    private static final Call OPEN_NOTHING =
            FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/no/such/file", Fcntl.O_RDONLY, 0);
    private static final Call NO_SUCH_FAMILY = SocketCalls.socket(99, Socket.SOCK_STREAM);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void aProgramEndsWithTheStatusThatItExitsWith(Machine machine) {
        Command.Result result = machine.run(folder, program -> exit(program, 42));
        assertThat(result).isEqualTo(new Command.Result(42, "", ""));
    }

    @ParameterizedTest
    @EnumSource
    void anOpGoesOnWithTheNext(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            program.call(FileCalls.write(Word.fd(1), Block.content("a")), "write");
            program.call(FileCalls.write(Word.fd(1), Block.content("b")), "write");
        });
        assertThat(result).isEqualTo(new Command.Result(0, "ab", ""));
    }

    @ParameterizedTest
    @EnumSource
    void aResultIsStoredEverywhereItsSlotIsNamed(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            Slot copy = program.slot("copy");
            var inBlock = new Block(24, "block").field(8, copy);
            var vector = new Block(32, "vector")
                    .field(0, inBlock)
                    .int64(8, 24)
                    .field(16, Block.content("!"))
                    .int64(24, 1);
            program.call(FileCalls.dup3(Word.fd(1), 77, 0), "dup").to(copy);
            program.call(Call.of(dev.gatun.linux.Syscall.WRITEV, copy, vector, Word.of(2)), "write");
            program.call(ProcessCalls.exitGroup(copy), "exit");
        });
        assertThat(result.exitCode()).isEqualTo(77);
        assertThat(result.output()).isEqualTo("\0".repeat(8) + "M" + "\0".repeat(15) + "!");
    }

    @ParameterizedTest
    @EnumSource
    void aSlotHasItsInitialValueUntilItsOpHasRun(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            Slot status = program.slot("status", 9);
            Label end = program.label("end");
            program.jump(end, "over the op");
            program.call(FileCalls.dup3(Word.fd(1), 77, 0), "dup").to(status);
            program.place(end);
            program.call(ProcessCalls.exitGroup(status), "exit");
        });
        assertThat(result.exitCode()).isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource
    void aResultThatNobodyNamesIsDropped(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            program.call(FileCalls.dup3(Word.fd(1), 77, 0), "dup").to(program.slot("nobody"));
            exit(program, 3);
        });
        assertThat(result.exitCode()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void aLoadShiftsThenMasksThenSetsBits(Machine machine) {
        long word = 0x8765_4321_0fed_cba9L;
        Command.Result result = machine.run(folder, program -> {
            var from = new Block(16, "word").int64(8, word);
            Slot loaded = program.slot("loaded");
            var pointer = new Block(8, "pointer").field(0, from);
            Slot address = program.slot("address");
            program.load(pointer, 0, -1L, 8, "the address of the second word").to(address);
            program.load(address, 12, 0x0f_ffff_ffffL, 0x4000_0000_0000_0000L, "load")
                    .to(loaded);
            for (int i = 0; i < 8; i++) {
                Slot part = program.slot("byte");
                program.load(new Block(8, "loaded").field(0, loaded), 8 * i, 0x7f, 0, "one byte")
                        .to(part);
                program.call(FileCalls.write(Word.fd(1), new Block(1, "byte") /* of zeros */), "separate");
                program.call(FileCalls.write(Word.fd(1), new Block(8, "byte").field(0, part)), "write");
            }
        });
        long expected = (word >>> 12 & 0x0f_ffff_ffffL) | 0x4000_0000_0000_0000L;
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            text.append('\0').append((char) ((expected >>> (8 * i)) & 0x7f)).append("\0".repeat(7));
        }
        assertThat(result).isEqualTo(new Command.Result(0, text.toString(), ""));
    }

    @ParameterizedTest
    @EnumSource
    void executionGoesOnElsewhereIfTheResultIsZeroAndOnlyThen(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            Label zero = program.label("zero");
            Label wrong = program.label("wrong");
            program.load(new Block(8, "one").int64(0, 1), 0, 1, 0, "one").ifZero(wrong);
            program.call(FileCalls.dup3(Word.fd(1), 0, 0), "zero").ifZero(zero);
            program.place(wrong);
            exit(program, 1);
            program.place(zero);
            exit(program, 2);
        });
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void aJumpMayGoBack(Machine machine) {
        // ten bits of a word are shifted out, one per round
        Command.Result result = machine.run(folder, program -> {
            Label next = program.label("next");
            Label done = program.label("done");
            Slot rest = program.slot("rest", 0x3ff);
            var cell = new Block(8, "cell").field(0, rest);
            program.place(next);
            program.call(FileCalls.write(Word.fd(1), Block.content(".")), "count");
            program.load(cell, 1, -1L, 0, "shift").to(rest).ifZero(done);
            program.jump(next, "again");
            program.place(done);
        });
        assertThat(result).isEqualTo(new Command.Result(0, "..........", ""));
    }

    @ParameterizedTest
    @EnumSource
    void anExpectedErrorIsPassedOver(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            Slot fd = program.slot("fd", 5);
            program.call(OPEN_NOTHING, "open").to(fd).tolerate(Errno.EPERM, Errno.ENOENT);
            program.call(ProcessCalls.exitGroup(fd), "exit");
        });
        assertThat(result).as("and nothing is stored").isEqualTo(new Command.Result(5, "", ""));
    }

    @ParameterizedTest
    @EnumSource
    void anotherErrorThanTheExpectedIsAFailure(Machine machine) {
        Command.Result result = machine.run(
                folder, program -> program.call(OPEN_NOTHING, "open the door").tolerate(Errno.EPERM, Errno.ESRCH));
        assertThat(result)
                .isEqualTo(new Command.Result(
                        Machine.FAILED, "", "gatun: open the door: ENOENT (No such file or directory)\n"));
    }

    @ParameterizedTest
    @EnumSource
    void anErrorAbove62IsAFailureEvenIfAllThatHaveBitsAreExpected(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            Errno[] small = java.util.Arrays.stream(Errno.values())
                    .filter(errno -> errno.number() < 63)
                    .toArray(Errno[]::new);
            program.call(NO_SUCH_FAMILY, "open a socket").tolerate(small);
        });
        assertThat(result.errors())
                .isEqualTo("gatun: open a socket: EAFNOSUPPORT (Address family not supported by protocol)\n");
        assertThat(result.exitCode()).isEqualTo(Machine.FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void whereAllErrorsAreExpectedThoseAbove62AreToo(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            program.call(NO_SUCH_FAMILY, "open a socket").tolerateAll();
            program.call(OPEN_NOTHING, "open a file").tolerateAll();
            exit(program, 6);
        });
        assertThat(result).isEqualTo(new Command.Result(6, "", ""));
    }

    @ParameterizedTest
    @EnumSource
    void executionGoesOnElsewhereAfterAnError(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            Label missing = program.label("missing");
            program.call(OPEN_NOTHING, "open").onError(missing, Errno.ENOENT, Errno.ENOTDIR);
            exit(program, 1);
            program.place(missing);
            exit(program, 7);
        });
        assertThat(result).isEqualTo(new Command.Result(7, "", ""));
    }

    @ParameterizedTest
    @EnumSource
    void theFirstOpIsTheEntryWhereverItStands(Machine machine) {
        Command.Result result = machine.run(folder, program -> {
            Label over = program.label("over");
            program.jump(over, "over what follows");
            exit(program, 1);
            program.place(over);
            exit(program, 8);
        });
        assertThat(result.exitCode()).isEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource
    void theErrorTextIsInUtf8(Machine machine) {
        Command.Result result = machine.run(folder, program -> program.call(OPEN_NOTHING, "öffne die Tür ☃"));
        assertThat(result.errors()).isEqualTo("gatun: öffne die Tür ☃: ENOENT (No such file or directory)\n");
    }

    @ParameterizedTest
    @EnumSource
    void cloneSplitsIntoParentAndChild(Machine machine) {
        int unsupported = 99;
        Command.Result result = machine.run(folder, program -> {
            Label child = program.label("child");
            Label missing = program.label("missing");
            Slot pid = program.slot("pid");
            Slot code = program.slot("code");
            var status = Block.buffer(Monitor.STATUS_SIZE, "&status");
            program.call(ProcessCalls.clone3(0, Signal.SIGCHLD), "clone")
                    .to(pid)
                    .ifZero(child)
                    .onError(missing, Errno.ENOSYS);
            program.call(ProcessCalls.wait4(pid, status, 0), "wait");
            program.load(status, 8, 0xff, 0x40, "the child's exit status").to(code);
            program.call(ProcessCalls.exitGroup(code), "exit");
            program.place(child);
            program.call(FileCalls.write(Word.fd(1), Block.content("child")), "write");
            exit(program, 5);
            program.place(missing);
            exit(program, unsupported);
        });
        assumeThat(result.exitCode()).as("the emulator knows no clone3").isNotEqualTo(unsupported);
        assertThat(result).isEqualTo(new Command.Result(0x45, "child", ""));
    }

    @ParameterizedTest
    @EnumSource
    void randomProgramsEndAsAModelOfThemPredicts(Machine machine) {
        var random = new Random(20_260_101);
        for (int i = 0; i < (machine == Machine.THIS ? 60 : 20); i++) {
            var model = new Model(random, 1 + random.nextInt(80));
            Command.Result result = machine.run(folder, model::ops);
            assertThat(result).as("program %d", i).isEqualTo(new Command.Result(model.exitCode(), "", ""));
        }
    }

    /** A random program of loads and jumps forward, and what comes out of it. */
    private static final class Model {
        private static final int SLOTS = 6;

        private record Step(int from, int shift, long mask, long or, int to, int onZero) {}

        private final long[] initial = new long[SLOTS];
        private final List<Step> steps = new ArrayList<>();

        Model(Random random, int size) {
            for (int i = 0; i < SLOTS; i++) {
                initial[i] = random.nextLong();
            }
            for (int i = 0; i < size; i++) {
                // never negative, as a result from -4095 on would be an error; often 0
                long mask = random.nextInt(3) == 0 ? 1L << random.nextInt(62) : random.nextLong() >>> 1;
                long or = random.nextInt(4) == 0 ? random.nextLong() >>> 1 : 0;
                int onZero = random.nextBoolean() ? i + 1 + random.nextInt(size - i) : -1;
                int from = random.nextInt(SLOTS);
                steps.add(new Step(from, random.nextInt(64), mask, or, random.nextInt(SLOTS), onZero));
            }
        }

        int exitCode() {
            long[] values = initial.clone();
            for (int i = 0; i < steps.size(); ) {
                Step step = steps.get(i);
                long result = ((values[step.from] >>> step.shift) & step.mask) | step.or;
                values[step.to] = result;
                i = result == 0 && step.onZero >= 0 ? step.onZero : i + 1;
            }
            return (int) values[0] & 0xff;
        }

        void ops(ProgramBuilder program) {
            var slots = new ArrayList<Slot>();
            var cells = new ArrayList<Block>();
            for (long value : initial) {
                slots.add(program.slot("slot", value));
                cells.add(new Block(8, "cell").field(0, slots.getLast()));
            }
            var labels = new ArrayList<Label>();
            for (int i = 0; i <= steps.size(); i++) {
                labels.add(program.label("step " + i));
            }
            for (int i = 0; i < steps.size(); i++) {
                program.place(labels.get(i));
                Step step = steps.get(i);
                Op op = program.load(cells.get(step.from), step.shift, step.mask, step.or, "step")
                        .to(slots.get(step.to));
                if (step.onZero >= 0) {
                    op.ifZero(labels.get(step.onZero));
                }
            }
            program.place(labels.getLast());
            Slot code = program.slot("code");
            program.load(cells.getFirst(), 0, 0xff, 0, "the lowest byte").to(code);
            program.call(ProcessCalls.exitGroup(code), "exit");
        }
    }

    private static void exit(ProgramBuilder program, int status) {
        program.call(ProcessCalls.exitGroup(Word.of(status)), "exit");
    }
}
