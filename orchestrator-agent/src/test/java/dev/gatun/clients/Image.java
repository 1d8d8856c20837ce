package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The image of all containers: busybox, two users, and nothing else; made here, as no registry is asked. */
final class Image {
    private static final String USERS = """
            root:x:0:0:root:/root:/bin/sh
            guest:x:1000:1000:guest:/:/bin/sh
            """;
    private static final String GROUPS = """
            root:x:0:
            guest:x:1000:
            wheel:x:10:guest
            """;

    private Image() {}

    /** Its root file system, as a folder in {@code parent}. */
    static Path folder(Path parent) {
        try {
            Path root = Files.createDirectories(parent.resolve("rootfs"));
            Path bin = Files.createDirectories(root.resolve("bin"));
            for (String name : List.of("etc", "tmp", "root", "data")) {
                Files.createDirectory(root.resolve(name));
            }
            Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
            run(List.of("/bin/busybox", "--list"))
                    .lines()
                    .filter(name -> !name.equals("busybox"))
                    .forEach(name -> link(bin.resolve(name)));
            Files.writeString(root.resolve("etc/passwd"), USERS);
            Files.writeString(root.resolve("etc/group"), GROUPS);
            return root;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void link(Path name) {
        try {
            Files.createSymbolicLink(name, Path.of("busybox"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its root file system, as an archive in {@code parent}. */
    static Path layer(Path parent) {
        Path layer = parent.resolve("layer.tar");
        run(List.of("tar", "-C", folder(parent).toString(), "-cf", layer.toString(), "."));
        return layer;
    }

    /** The image with its configuration under a name, as {@code docker save} writes it. */
    static Path archive(Path parent, String name) {
        String config = """
                {"architecture": "%s", "os": "linux",
                 "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]},
                 "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "test"}]}
                """.formatted(architecture(), sha256(layer(parent)));
        String manifest = """
                [{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]
                """.formatted(name);
        try {
            Files.writeString(parent.resolve("config.json"), config);
            Files.writeString(parent.resolve("manifest.json"), manifest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path archive = parent.resolve("image.tar");
        run(List.of(
                "tar",
                "-C",
                parent.toString(),
                "-cf",
                archive.toString(),
                "manifest.json",
                "config.json",
                "layer.tar"));
        return archive;
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    private static String sha256(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (InputStream output = process.getInputStream()) {
                String text = new String(output.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                assertThat(process.waitFor()).as("%s: %s", command, text).isZero();
                return text;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
