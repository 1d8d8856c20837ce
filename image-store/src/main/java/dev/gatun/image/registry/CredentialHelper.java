package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import dev.gatun.image.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Programs named {@code docker-credential-…} that keep credentials: the registry goes to their standard input, and the
 * credentials come as JSON (docker/docker-credential-helpers).
 */
final class CredentialHelper {
    private static final int MAX_ANSWER = 64 << 10;
    private static final String NOT_FOUND = "credentials not found";

    private final Map<String, String> environment;

    CredentialHelper(Map<String, String> environment) {
        this.environment = environment;
    }

    /** What {@code docker-credential-name get} says of a registry; empty if it knows it not. */
    Optional<Credentials> get(String name, String registry) {
        String program = "docker-credential-" + name;
        if (name.indexOf('/') >= 0) {
            throw new ImageException("credential helper \"" + name + "\": a name, not a path, is expected");
        }
        try {
            return run(program, registry);
        } catch (IOException e) {
            throw new ImageException(
                    "ask " + program + " for the credentials of " + registry + ": " + e.getMessage(), e);
        }
    }

    private Optional<Credentials> run(String program, String registry) throws IOException {
        var builder =
                new ProcessBuilder(find(program).toString(), "get").redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        byte[] answer;
        try (var in = process.getInputStream()) {
            ask(process, registry);
            answer = in.readNBytes(MAX_ANSWER);
            int status = process.waitFor();
            if (status != 0) {
                return refusal(program, registry, new String(answer, StandardCharsets.UTF_8).strip(), status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroy();
        }
        return Optional.of(parse(program, answer));
    }

    private static void ask(Process process, String registry) {
        try (var out = process.getOutputStream()) {
            out.write(registry.getBytes(StandardCharsets.UTF_8));
        } catch (IOException ended) {
            // a helper that fails may end before it is asked; its exit status and its answer say why
            return;
        }
    }

    private Path find(String program) throws IOException {
        for (String folder : environment.getOrDefault("PATH", "/usr/bin:/bin").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder).resolve(program);
            if (!folder.isEmpty() && Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new IOException("no such program in $PATH");
    }

    private static Optional<Credentials> refusal(String program, String registry, String answer, int status) {
        if (answer.startsWith(NOT_FOUND)) {
            return Optional.empty();
        }
        throw new ImageException(
                program + " has no credentials for " + registry + " (exit status " + status + "): " + answer);
    }

    private static Credentials parse(String program, byte[] answer) {
        Json json = Json.parse("answer of " + program, answer);
        String user = json.text("Username");
        String secret = json.text("Secret");
        return user.equals("<token>") ? new Credentials.IdentityToken(secret) : new Credentials.Password(user, secret);
    }
}
