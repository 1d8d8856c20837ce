package dev.gatun.container;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.program.ProgramBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The standard streams of a hook: memory files, so that neither side ever waits for the other.
 *
 * @param input the container's state
 * @param output what the hook prints
 */
record HookStreams(Fd input, Fd output) implements AutoCloseable {
    private static final int SHOWN_OUTPUT = 1024;

    /** With {@code state} to read. */
    static HookStreams of(Kernel kernel, String state) {
        Fd input = memoryFile(kernel, "state");
        try {
            // through a descriptor of its own, as the hook is to read from the start
            try (var out = FileChannel.open(Path.of(input.path()), StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(state.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
            return new HookStreams(input, memoryFile(kernel, "output"));
        } catch (IOException e) {
            input.close();
            throw new ContainerException("write the state for a hook: " + StateFolder.reason(e), e);
        } catch (RuntimeException | Error failed) {
            input.close();
            throw failed;
        }
    }

    private static Fd memoryFile(Kernel kernel, String name) {
        return new Fd(kernel, kernel.call(FileCalls.memfdCreate(name, Fcntl.MFD_CLOEXEC)), name);
    }

    /** Adds the ops that connect a program to them. */
    void connectOps(ProgramBuilder program) {
        program.call(FileCalls.dup3(input, 0, 0), "give the hook the container's state to read");
        program.call(FileCalls.dup3(output, 1, 0), "keep what the hook prints");
        program.call(FileCalls.dup3(output, 2, 0), "keep its errors, too");
    }

    /** The beginning of what the hook has printed, in one line. */
    String printed() {
        try (var in = FileChannel.open(Path.of(output.path()))) {
            var bytes = ByteBuffer.allocate(SHOWN_OUTPUT);
            in.read(bytes);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
                    .strip()
                    .replace('\n', ' ');
        } catch (IOException e) {
            throw new ContainerException("read what a hook printed: " + StateFolder.reason(e), e);
        }
    }

    @Override
    public void close() {
        input.close();
        output.close();
    }
}
