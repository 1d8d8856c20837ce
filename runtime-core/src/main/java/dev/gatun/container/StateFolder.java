package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.cgroup.GroupView;
import dev.gatun.json.JsonException;
import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWriter;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The folder that knows the containers: one folder each, readable by its owner only.
 *
 * <p>{@code notify} is the folder of the socket on which the container says that it is ready, if somebody wants to know;
 * {@code state.json} is the container's record; {@code start} is the socket at which it waits to be started, and is
 * gone once it was; {@code plain} is there if it needs no Java to be started and deleted; {@code failure} is why it could
 * not be started, if that has not been told yet; {@code group} says which control group is made for it; {@code exit} holds
 * the exit status, if a monitor waits for it; {@code config.json} is the configuration, if it comes from no bundle.
 */
public final class StateFolder {
    private static final String RECORD = "state.json";
    static final String START = "start";
    static final String PLAIN = "plain";
    static final String FAILURE = "failure";
    private static final String EXIT = "exit";
    private static final String NOTIFY = "notify";
    private static final String GROUP = "group";
    private static final String GROUPS_FIELD = "cgroups";

    /** The files of a container's folder but those in folders of their own; what makes it a container comes first. */
    static final List<String> FILES = List.of(RECORD, PLAIN, FAILURE, GROUP, Bundle.CONFIGURATION, EXIT, START);

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path root;

    public StateFolder(Path root) {
        this.root = root;
    }

    /** The folder itself, which is made if it is missing. */
    public Path root() {
        try {
            return Files.createDirectories(root, PRIVATE);
        } catch (AccessDeniedException e) {
            throw new ContainerException(
                    "make the state folder " + root
                            + ": permission denied; another one is named by --root, or, for a user"
                            + " who is not root, by the variable XDG_RUNTIME_DIR",
                    e);
        } catch (IOException e) {
            throw new ContainerException("make the state folder " + root + ": " + reason(e), e);
        }
    }

    /** Takes the name for a container that is being created; from now on nobody else can. */
    void reserve(ContainerId id) {
        root();
        try {
            Files.createDirectory(folder(id), PRIVATE);
        } catch (FileAlreadyExistsException taken) {
            throw new ContainerException("container with given ID already exists: " + id, taken);
        } catch (IOException e) {
            throw new ContainerException("make the container's folder " + folder(id) + ": " + reason(e), e);
        }
    }

    /** Keeps a configuration that no bundle holds, beside the record. */
    void writeConfiguration(ContainerId id, RuntimeSpec spec) {
        Path file = folder(id).resolve(Bundle.CONFIGURATION);
        try {
            writeAtomically(file, spec.toJson().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ContainerException("write " + file + ": " + reason(e), e);
        }
    }

    /** Keeps what the programs of {@link VerbPrograms} need, for a container that needs no Java for them. */
    void writePlain(ContainerRecord record, RuntimeSpec spec) {
        Optional<byte[]> content = PlainContainer.describe(record, spec, folder(record.id()));
        if (content.isPresent()) {
            Path file = folder(record.id()).resolve(PLAIN);
            try {
                writeAtomically(file, content.get());
            } catch (IOException e) {
                throw new ContainerException("write " + file + ": " + reason(e), e);
            }
        }
    }

    /** From now on the container needs Java. */
    void removePlain(ContainerId id) {
        Path file = folder(id).resolve(PLAIN);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new ContainerException("remove " + file + ": " + reason(e), e);
        }
    }

    /**
     * Why the container could not be started, if a program was told of it and nobody else was yet.
     *
     * <p>The words lie behind a record of the program's own, as they came over the line.
     */
    Optional<String> takeFailure(ContainerId id, int recordSize) {
        Path file = folder(id).resolve(FAILURE);
        try {
            byte[] message = Files.readAllBytes(file);
            Files.delete(file);
            return message.length > recordSize
                    ? Optional.of(new String(message, recordSize, message.length - recordSize, StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + reason(e), e);
        }
    }

    /** Keeps which control group is about to be made, so that it can be found if nobody gets to writing the record. */
    void plan(ContainerId id, GroupPaths group) {
        if (group.isEmpty()) {
            return;
        }
        Path file = folder(id).resolve(GROUP);
        var json = JsonWriter.compact().beginObject().optional(GROUPS_FIELD, group.toMap());
        try {
            writeAtomically(file, json.endObject().toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ContainerException("write " + file + ": " + reason(e), e);
        }
    }

    /** What {@link #plan} kept; empty if no group was to be made. */
    Optional<GroupPaths> plannedGroup(ContainerId id) {
        Path file = folder(id).resolve(GROUP);
        try {
            JsonValue json = JsonReader.parse(Files.readAllBytes(file));
            return Optional.of(GroupPaths.of(ContainerRecord.strings(json.field(GROUPS_FIELD))));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + reason(e), e);
        } catch (JsonException damaged) {
            throw new ContainerException(file + " is damaged: " + damaged.getMessage(), damaged);
        }
    }

    /** Whether there is a record, damaged or not. */
    boolean isRecorded(ContainerId id) {
        return Files.exists(folder(id).resolve(RECORD));
    }

    /** Where the container waits to be started. */
    Path startSocket(ContainerId id) {
        return folder(id).resolve(START);
    }

    /** The file that the monitor writes the exit status to. */
    Path exitFile(ContainerId id) {
        return folder(id).resolve(EXIT);
    }

    /** The folder of the socket on which the container says that it is ready. */
    Path notifyFolder(ContainerId id) {
        return folder(id).resolve(NOTIFY);
    }

    Path folder(ContainerId id) {
        return root.resolve(id.value());
    }

    /** Keeps the record; a reader sees the old one or the new one, never half of it. */
    void write(ContainerRecord record) {
        Path file = folder(record.id()).resolve(RECORD);
        try {
            writeAtomically(file, record.toJson().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ContainerException("write " + file + ": " + reason(e), e);
        }
    }

    /**
     * Writes a file so that it is either not there or whole, also if this process is killed meanwhile.
     *
     * <p>It is not forced to the disk: no container outlives the machine's own crash, and forcing would take longer
     * than starting one.
     */
    static void writeAtomically(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        try {
            try (var out = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                var bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(temporary);
            throw failed;
        }
    }

    /** The container as it is now; empty if there is none of that name. */
    public Optional<ContainerStatus> find(ContainerId id) {
        Path file = folder(id).resolve(RECORD);
        try {
            return Optional.of(status(ContainerRecord.parse(Files.readAllBytes(file))));
        } catch (NoSuchFileException | NotDirectoryException missing) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + reason(e), e);
        } catch (JsonException damaged) {
            throw new ContainerException(
                    file + " is damaged (" + damaged.getMessage() + "); \"delete --force " + id + "\" removes it",
                    damaged);
        }
    }

    /** As {@link #find}, where one is expected. */
    public ContainerStatus get(ContainerId id) {
        return find(id).orElseThrow(() -> missing(id));
    }

    /** The error for a name that no container has. */
    static ContainerException missing(ContainerId id) {
        return new ContainerException("container \"" + id + "\" does not exist");
    }

    private ContainerStatus status(ContainerRecord record) {
        State.Status status = State.Status.STOPPED;
        if (record.init().isAlive()) {
            status = Files.exists(startSocket(record.id())) ? State.Status.CREATED : State.Status.RUNNING;
        }
        var group = new GroupView(record.group());
        if (status != State.Status.STOPPED && group.isFrozen()) {
            status = State.Status.PAUSED;
        }
        return new ContainerStatus(record, status, group.oomKills() > 0);
    }

    /** All containers, by name; what is being created or is damaged is left out. */
    public List<ContainerStatus> list() {
        var containers = new ArrayList<ContainerStatus>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            for (Path folder : folders) {
                if (Files.exists(folder.resolve(RECORD))) {
                    find(new ContainerId(folder.getFileName().toString())).ifPresent(containers::add);
                }
            }
        } catch (NoSuchFileException none) {
            return containers;
        } catch (IOException e) {
            throw new ContainerException("list " + root + ": " + reason(e), e);
        }
        containers.sort(
                (a, b) -> a.record().id().value().compareTo(b.record().id().value()));
        return containers;
    }

    /** Whether there is anything of that name, a half-made container included. */
    boolean exists(ContainerId id) {
        return Files.isDirectory(folder(id));
    }

    /** Removes the container's folder: the record first, so that what remains after a crash is no container. */
    void remove(ContainerId id) {
        try {
            Files.deleteIfExists(folder(id).resolve(RECORD));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(id))) {
                for (Path file : files) {
                    if (file.endsWith(NOTIFY)) {
                        Files.deleteIfExists(file.resolve(Readiness.SOCKET));
                    }
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(folder(id));
        } catch (NoSuchFileException gone) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("remove " + folder(id), e);
        }
    }

    /** The calls that {@link #remove} comes down to, for a program that does it when there is no Java any more. */
    List<Call> removal(ContainerId id) {
        var calls = new ArrayList<Call>();
        var files = new ArrayList<>(FILES);
        files.add(NOTIFY + "/" + Readiness.SOCKET);
        for (String file : files) {
            calls.add(FileCalls.unlinkat(
                    FileCalls.CURRENT_DIRECTORY,
                    folder(id).resolve(file).toAbsolutePath().toString(),
                    0));
        }
        for (Path folder : List.of(notifyFolder(id), folder(id))) {
            calls.add(FileCalls.unlinkat(
                    FileCalls.CURRENT_DIRECTORY, folder.toAbsolutePath().toString(), Fcntl.AT_REMOVEDIR));
        }
        return calls;
    }

    /** What went wrong, in words without the class's name. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file or directory";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException file when file.getReason() != null -> file.getReason();
            case FileSystemException file -> e.getClass().getSimpleName() + ": " + e.getMessage();
            default -> String.valueOf(e.getMessage());
        };
    }
}
