package dev.gatun.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Panama and JNA cannot be told apart. */
class BackEndsTest {
    private static final List<NativeLibrary> LIBRARIES = List.of(new PanamaLibrary(), new JnaLibrary());

    static Stream<Arguments> calls() {
        return Stream.of(
                row(Call.of(Syscall.GETPID)),
                row(Call.of(Syscall.GETPPID)),
                row(Call.of(Syscall.GETUID)),
                row(ProcessCalls.prctl(Prctl.PR_GET_NO_NEW_PRIVS, 0)),
                row(ProcessCalls.prctl(Prctl.PR_CAPBSET_READ, 63)),
                row(
                        Block.buffer(Structs.STATX_SIZE, "&status"),
                        status -> FileCalls.statx(FileCalls.CURRENT_DIRECTORY, "/", 0, status)),
                row(
                        Block.buffer(64, "&target"),
                        target -> FileCalls.readlinkat(FileCalls.CURRENT_DIRECTORY, "/proc/self", target)),
                row(
                        Block.buffer(64, "&target"),
                        target -> FileCalls.readlinkat(FileCalls.CURRENT_DIRECTORY, "/proc", target)),
                row(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/no/such/file", Fcntl.O_RDONLY, 0)),
                row(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/nö/süch/☃", Fcntl.O_RDONLY, 0)),
                row(FileCalls.openat2(
                        FileCalls.CURRENT_DIRECTORY, "/proc/self", Fcntl.O_RDONLY, 0, Fcntl.RESOLVE_NO_SYMLINKS)),
                row(FileCalls.close(Word.fd(-1))),
                row(FileCalls.closeRange(5, 3, 0)),
                row(FileCalls.closeRange(0xffff_fff0L, 0xffff_ffffL, 1L << 31)),
                row(MountCalls.mount(Optional.of("none"), "/no/such", Optional.of("tmpfs"), 0, Optional.empty())),
                row(ProcessCalls.kill(Integer.MAX_VALUE, 0)),
                row(ProcessCalls.unshare(-1)),
                row(SocketCalls.socket(99, Socket.SOCK_STREAM)),
                row(Call.of(Syscall.LSEEK, Word.fd(-1), Word.of(Long.MIN_VALUE), Word.of(0))));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void resultsAndWhatTheKernelWroteAreTheSame(Row row) {
        Row.Outcome first = row.attempt(new Kernel(LIBRARIES.get(0)));
        Row.Outcome second = row.attempt(new Kernel(LIBRARIES.get(1)));
        assertThat(second).isEqualTo(first);
    }

    @Test
    void sixArgumentsArriveInOrder() {
        for (NativeLibrary library : LIBRARIES) {
            var kernel = new Kernel(library);
            try (var file = new Fd(kernel, kernel.call(FileCalls.memfdCreate("test", Fcntl.MFD_CLOEXEC)), "file")) {
                byte[] bytes = {1, 2, 3, 4, 5};
                var content = Block.of(bytes, "content");
                assertThat(kernel.call(Call.of(Syscall.PWRITE64, file, content, Word.of(5), Word.of(1L << 33))))
                        .isEqualTo(5);
                var read = Block.buffer(8, "&read");
                assertThat(kernel.call(Call.of(Syscall.PREAD64, file, read, Word.of(8), Word.of((1L << 33) + 1))))
                        .isEqualTo(4);
                assertThat(read.getBytes(0, 8)).containsExactly(2, 3, 4, 5, 0, 0, 0, 0);
                assertThat(kernel.call(Call.of(Syscall.LSEEK, file, Word.of(0), Word.of(2))))
                        .as("a result wider than 32 bits")
                        .isEqualTo((1L << 33) + 5);
            }
        }
    }

    @Test
    void allSevenWordsReachTheFunction() {
        // syscall(2) takes the number and six arguments: the sixth of recvfrom(2) is the length of the fifth
        for (NativeLibrary library : LIBRARIES) {
            var kernel = new Kernel(library);
            var ends = Block.buffer(8, "&ends");
            kernel.call(SocketCalls.socketpair(Socket.AF_UNIX, Socket.SOCK_DGRAM | Socket.SOCK_CLOEXEC, ends));
            try (var left = new Fd(kernel, ends.getInt32(0), "left");
                    var right = new Fd(kernel, ends.getInt32(4), "right")) {
                kernel.call(FileCalls.write(left, Block.content("x")));
                var sender = Block.buffer(16, "&sender");
                var length = Block.buffer(8, "&length").int32(0, 16);
                var content = Block.buffer(4, "&content");
                assertThat(kernel.call(
                                Call.of(Syscall.RECVFROM, right, content, Word.of(4), Word.of(0), sender, length)))
                        .isEqualTo(1);
                assertThat(length.getInt32(0)).isEqualTo(0);
            }
        }
    }

    @Test
    void aMissingFunctionIsNamed() {
        for (NativeLibrary library : LIBRARIES) {
            assertThatThrownBy(() -> library.function("no_such_function"))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("the C library has no function no_such_function");
        }
    }

    @Test
    void theBackEndIsTheOneThatTheJvmWasStartedFor() {
        String wanted = System.getProperty("gatun.native", "");
        assertThat(NativeLibrary.load()).isInstanceOf(wanted.equals("jna") ? JnaLibrary.class : PanamaLibrary.class);
    }

    /** A call that is made anew for each back end, as its output is part of it. */
    record Row(String text, Supplier<Prepared> call) {
        record Prepared(Call call, List<Block> outputs) {}

        record Outcome(long result, List<String> outputs) {}

        Outcome attempt(Kernel kernel) {
            Prepared prepared = call.get();
            long result = kernel.attempt(prepared.call());
            return new Outcome(
                    result,
                    prepared.outputs().stream()
                            .map(block -> java.util.HexFormat.of().formatHex(block.getBytes(0, block.size())))
                            .toList());
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static Arguments row(Call call) {
        return Arguments.of(new Row(call.toString(), () -> new Row.Prepared(call, List.of())));
    }

    private static Arguments row(Block output, java.util.function.Function<Block, Call> call) {
        return Arguments.of(new Row(call.apply(output).toString(), () -> {
            var fresh = Block.buffer(output.size(), output.toString());
            return new Row.Prepared(call.apply(fresh), List.of(fresh));
        }));
    }
}
