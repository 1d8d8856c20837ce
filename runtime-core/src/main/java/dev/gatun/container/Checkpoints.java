package dev.gatun.container;

import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWriter;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.oci.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Containers that are kept in files and come back from there, by CRIU (criu.org), which has to be installed. */
public final class Checkpoints {
    private static final String PROGRAM = "criu";
    private static final List<String> FOLDERS = List.of("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin");
    /** As runc names it: what the standard streams were. */
    private static final String DESCRIPTORS = "descriptors.json";

    private static final int STANDARD_DESCRIPTORS = 3;

    private final Kernel kernel;
    private final StateFolder state;
    private final Containers containers;

    public Checkpoints(Kernel kernel, StateFolder state, Containers containers) {
        this.kernel = kernel;
        this.state = state;
        this.containers = containers;
    }

    /** Writes a running container to files; it is gone then, unless it was to go on. */
    public void checkpoint(ContainerId id, CriuOptions options) {
        ContainerStatus status = state.get(id);
        if (status.status() != State.Status.RUNNING) {
            throw new ContainerException(
                    "container cannot be checkpointed in " + status.status().text() + " state");
        }
        String criu = find();
        makeFolders(options);
        int pid = status.pid();
        var spec = Bundle.readSpec(Path.of(status.record().bundle()));
        if (!options.preDump()) {
            writeDescriptors(options.images().resolve(DESCRIPTORS), pid);
        }
        run(
                criu,
                CriuArguments.checkpoint(spec, status.record().rootfs(), pid, options),
                options.log(CriuArguments.DUMP_LOG));
        if (!options.preDump() && !options.leaveRunning()) {
            containers.delete(id, true);
        }
    }

    /** Makes a container of what a checkpoint has kept; it runs then. */
    public Containers.Created restore(ContainerId id, Bundle bundle, CriuOptions options, CreateOptions creation) {
        if (bundle.spec().startableProcess().terminal()) {
            throw new ContainerException("process.terminal: a container with a terminal is not restored: CRIU hands its"
                    + " other end out over its own protocol only, which Gatun does not speak");
        }
        String criu = find();
        if (!Files.isDirectory(options.images())) {
            throw new ContainerException("--image-path: " + options.images() + ": no such folder");
        }
        state.reserve(id);
        try {
            return containers.adopt(id, bundle, creation, restore(criu, bundle, options, state.folder(id)));
        } catch (RuntimeException | Error failed) {
            state.remove(id);
            throw failed;
        }
    }

    private int restore(String criu, Bundle bundle, CriuOptions options, Path folder) {
        Path root = folder.resolve("criu-root");
        Path pidFile = folder.resolve("criu-pid");
        try {
            // CRIU wants a root that is a mount, with nothing mounted over its parent
            Files.createDirectory(root);
            String rootfs = bundle.root().folder().toString();
            kernel.call(MountCalls.mount(
                    Optional.of(rootfs),
                    root.toString(),
                    Optional.empty(),
                    (long) Mount.MS_BIND | Mount.MS_REC,
                    Optional.empty()));
            try {
                List<String> args = CriuArguments.restore(
                        bundle.spec(),
                        root,
                        pidFile,
                        options,
                        pipes(options.images().resolve(DESCRIPTORS)));
                run(criu, args, options.log(CriuArguments.RESTORE_LOG));
                return Integer.parseInt(Files.readString(pidFile).strip());
            } finally {
                kernel.call(MountCalls.umount2(root.toString(), Mount.MNT_DETACH));
                Files.delete(root);
                Files.deleteIfExists(pidFile);
            }
        } catch (IOException e) {
            throw new ContainerException("restore in " + folder + ": " + StateFolder.reason(e), e);
        }
    }

    private static void makeFolders(CriuOptions options) {
        try {
            Files.createDirectories(options.images());
            if (options.work().isPresent()) {
                Files.createDirectories(options.work().get());
            }
        } catch (IOException e) {
            throw new ContainerException("make the folder " + options.images() + ": " + StateFolder.reason(e), e);
        }
    }

    private static void writeDescriptors(Path file, int pid) {
        try {
            var streams = new ArrayList<String>();
            for (int number = 0; number < STANDARD_DESCRIPTORS; number++) {
                streams.add(Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + number))
                        .toString());
            }
            var out = JsonWriter.compact();
            out.beginObject().field("descriptors", streams).endObject();
            String object = out.toString();
            // runc's file is the list alone
            Files.writeString(file, object.substring(object.indexOf('['), object.lastIndexOf(']') + 1));
        } catch (IOException e) {
            throw new ContainerException(
                    "keep what the standard streams are in " + file + ": " + StateFolder.reason(e), e);
        }
    }

    private static Map<Integer, String> pipes(Path file) {
        try {
            var pipes = new TreeMap<Integer, String>();
            List<JsonValue> streams = JsonReader.parse(Files.readAllBytes(file)).elements();
            for (int i = 0; i < streams.size(); i++) {
                if (streams.get(i).string().startsWith("pipe:")) {
                    pipes.put(i, streams.get(i).string());
                }
            }
            return pipes;
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + StateFolder.reason(e), e);
        }
    }

    /** Where CRIU is. */
    private static String find() {
        String path = System.getenv("PATH");
        var folders = new ArrayList<String>(path == null ? List.of() : List.of(path.split(":", -1)));
        folders.addAll(FOLDERS);
        for (String folder : folders) {
            Path file = Path.of(folder, PROGRAM);
            if (folder.startsWith("/") && Files.isExecutable(file)) {
                return file.toString();
            }
        }
        throw new ContainerException(
                "criu: not found in $PATH: checkpoint and restore need CRIU (package criu; criu.org)");
    }

    private static void run(String criu, List<String> args, Path log) {
        var line = new ArrayList<String>();
        line.add(criu);
        line.addAll(args);
        try {
            Files.deleteIfExists(log);
            // what is restored has the streams of this process
            int status = new ProcessBuilder(line).inheritIO().start().waitFor();
            if (status != 0) {
                throw new ContainerException(PROGRAM + " " + args.getFirst() + ": exit status " + status
                        + firstError(log).map(error -> ": " + error).orElse("") + "; its log is " + log);
            }
        } catch (IOException e) {
            throw new ContainerException("start " + criu + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("wait for " + criu, e);
        }
    }

    private static Optional<String> firstError(Path log) throws IOException {
        if (!Files.exists(log)) {
            return Optional.empty();
        }
        for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
            if (line.contains("Error")) {
                return Optional.of(line.strip());
            }
        }
        return Optional.empty();
    }
}
