package dev.gatun.linux;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Runs the programs that tests need: compilers, assemblers, emulators and what they made. */
public final class Command {
    private Command() {}

    /** How a command ended, and what it wrote. */
    public record Result(int exitCode, String output, String errors) {}

    public static Result run(String... command) {
        return run(List.of(command));
    }

    /** Runs a command to its end, in the C locale. */
    public static Result run(List<String> command) {
        var builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            var errors = CompletableFuture.supplyAsync(() -> read(process.errorReader()));
            String output = read(process.inputReader());
            return new Result(process.waitFor(), output, errors.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted in " + command, e);
        }
    }

    /** The GNU tool of that name, e.g. {@code as} or {@code gcc}, which makes code for {@code arch}. */
    public static String tool(Arch arch, String name) {
        return arch == Arch.current() ? name : arch.machine() + "-linux-gnu-" + name;
    }

    private static String read(Reader reader) {
        var text = new StringWriter();
        try (reader) {
            reader.transferTo(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
