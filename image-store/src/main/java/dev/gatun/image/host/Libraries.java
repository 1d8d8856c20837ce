package dev.gatun.image.host;

import dev.gatun.image.ImageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what a program needs the way the loader does (ld.so(8)), from the files alone: nothing is run, so a program may be of
 * a stranger or another architecture. What programs load while they run (dlopen(3)) cannot be seen so.
 */
final class Libraries {
    private static final List<String> DEFAULT_FOLDERS =
            List.of("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib");

    private final LibraryCache cache = LibraryCache.read(Path.of("/etc/ld.so.cache"));
    private final List<String> configured = new ArrayList<>();
    private final Set<String> found = new LinkedHashSet<>();

    Libraries() {
        configuration(Path.of("/etc/ld.so.conf"));
    }

    /** The paths of a program, its loader, its libraries, and of the interpreter if it is a script. */
    Set<String> of(String program) {
        if (!Path.of(program).isAbsolute() || !Files.isRegularFile(Path.of(program))) {
            throw new ImageException(program + " is no file on this host; name programs with their whole paths");
        }
        if (found.add(program)) {
            Optional<ElfFile> elf = ElfFile.read(Path.of(program));
            if (elf.isPresent()) {
                elf.get().interpreter().ifPresent(found::add);
                needed(program, elf.get(), elf.get().rpath());
            } else {
                interpreter(program).ifPresent(this::of);
            }
        }
        return found;
    }

    private void needed(String user, ElfFile elf, List<String> programPath) {
        for (String name : elf.needed()) {
            String path = find(name, user, elf, programPath);
            if (found.add(path)) {
                needed(path, ElfFile.read(Path.of(path)).orElseThrow(), programPath);
            }
        }
    }

    private String find(String name, String user, ElfFile elf, List<String> programPath) {
        if (name.indexOf('/') >= 0) {
            return name;
        }
        var candidates = new ArrayList<String>();
        for (List<String> folders : List.of(elf.rpath(), programPath, elf.runpath())) {
            String origin = Path.of(user).toAbsolutePath().getParent() + "";
            folders.forEach(folder ->
                    candidates.add(folder.replace("$ORIGIN", origin).replace("${ORIGIN}", origin) + "/" + name));
        }
        candidates.addAll(cache.paths(name));
        configured.forEach(folder -> candidates.add(folder + "/" + name));
        DEFAULT_FOLDERS.forEach(folder -> candidates.add(folder + "/" + name));
        for (String candidate : candidates) {
            if (Files.isRegularFile(Path.of(candidate))
                    && ElfFile.read(Path.of(candidate))
                            .filter(library -> library.machine() == elf.machine())
                            .isPresent()) {
                return candidate;
            }
        }
        throw new ImageException(user + " needs the library " + name + ", which is not on this host");
    }

    /** What a script is run by (execve(2), "Interpreter scripts"). */
    private static Optional<String> interpreter(String script) {
        try (var in = Files.newInputStream(Path.of(script))) {
            var start = new String(in.readNBytes(256), StandardCharsets.ISO_8859_1);
            if (!start.startsWith("#!")) {
                return Optional.empty();
            }
            String[] words =
                    start.substring(2).lines().findFirst().orElse("").strip().split("\\s+", 3);
            return Optional.of(words[0]);
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to read " + script + ": " + failed.getMessage(), failed);
        }
    }

    private void configuration(Path file) {
        try {
            for (String line : Files.readAllLines(file)) {
                String text = line.replaceFirst("#.*", "").strip();
                if (text.startsWith("include ")) {
                    included(Path.of("/etc").resolve(text.substring(8).strip()));
                } else if (!text.isEmpty()) {
                    configured.add(text);
                }
            }
        } catch (NoSuchFileException none) {
            // another C library, whose folders are the default ones
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to read " + file + ": " + failed.getMessage(), failed);
        }
    }

    private void included(Path pattern) throws IOException {
        Path folder = pattern.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder, pattern.getFileName() + "")) {
            for (Path file : files) {
                configuration(file);
            }
        }
    }
}
