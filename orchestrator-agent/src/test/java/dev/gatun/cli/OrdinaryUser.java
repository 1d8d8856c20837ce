package dev.gatun.cli;

import dev.gatun.linux.Device;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Stat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A user who is not root, and of whom the machine knows nothing but what a test says. */
final class OrdinaryUser {
    static final int ID = 65533;

    /** The first of its subordinate ids. */
    static final int FIRST_SUBORDINATE = 300000;

    static final String SUBORDINATES = ID + ":" + FIRST_SUBORDINATE + ":65536\n";

    /**
     * A mount namespace of the user's own view of the machine: $1 is /etc/passwd, $2 is /etc/subuid and /etc/subgid, $3 is
     * /dev/fuse, and $4 is what else root does there.
     */
    private static final String BECOME = "mount --bind \"$1\" /etc/passwd && mount --bind \"$2\" /etc/subuid"
            + " && mount --bind \"$2\" /etc/subgid && mount --bind \"$3\" /dev/fuse && eval \"$4\" && shift 4"
            + " && exec setpriv --reuid " + ID + " --regid " + ID + " --clear-groups --inh-caps=-all -- \"$@\"";

    private final Path commands;
    private final Path folder;
    private String surroundings = "true";

    /**
     * A user with a home.
     *
     * @param commands where {@link #copyCommands} has put what is tested
     * @param folder a folder for whatever is the user's, which has it from then on
     */
    OrdinaryUser(Path commands, Path folder) throws IOException {
        this.commands = commands;
        this.folder = folder;
        open(folder);
        Files.createDirectories(folder.resolve("home"));
        Files.writeString(folder.resolve("passwd"), "tester:x:" + ID + ":" + ID + "::/nonexistent:/bin/sh\n");
        Path none = Files.createFile(folder.resolve("no-device"));
        Files.setPosixFilePermissions(none, Set.of());
        give(folder);
    }

    /** Copies what is tested once, as the folder of the build need not be open to others. */
    static void copyCommands(Path folder) {
        open(folder);
        Gatun.readableCommandLine(folder, "gatun");
    }

    private static void open(Path folder) {
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the user a file, or a folder with all that is in it. */
    static void give(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.setAttribute(file, "unix:uid", ID, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", ID, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /** Puts the user's home on a file system that overlayfs takes no changes on: on overlayfs itself. */
    void moveHomeToOverlay() throws IOException {
        for (String each : List.of("lower", "upper", "work")) {
            give(Files.createDirectories(folder.resolve("overlay").resolve(each)));
        }
        Path on = folder.resolve("overlay");
        surroundings = "mount -t overlay -o lowerdir=" + on + "/lower,upperdir=" + on + "/upper,workdir=" + on
                + "/work overlay " + folder.resolve("home");
    }

    /** The process of a command of the user's: {@code gatun} or {@code gatun-oci}, and its arguments. */
    List<String> gatun(String grants, String... words) {
        return line(grants, Gatun.copiedCommandLine(commands, words));
    }

    /** As {@link #gatun}, of a user who may open {@code /dev/fuse}. */
    List<String> gatunWithFuse(String grants, String... words) {
        Path device = folder.resolve("fuse");
        if (Files.notExists(device)) {
            String path = device.toString();
            Gatun.KERNEL.call(
                    FileCalls.mknodat(FileCalls.CURRENT_DIRECTORY, path, Stat.S_IFCHR, Device.number(10, 229)));
            Gatun.KERNEL.call(FileCalls.fchmodat(FileCalls.CURRENT_DIRECTORY, path, 0666));
        }
        return line(grants, device, Gatun.copiedCommandLine(commands, words));
    }

    /**
     * A process of the user's.
     *
     * @param grants what is in /etc/subuid and /etc/subgid
     */
    List<String> line(String grants, List<String> command) {
        return line(grants, folder.resolve("no-device"), command);
    }

    private List<String> line(String grants, Path fuse, List<String> command) {
        try {
            Path subordinates = Files.writeString(folder.resolve("subordinates"), grants);
            var line = new ArrayList<String>(List.of("unshare", "--mount", "sh", "-c", BECOME, "sh"));
            line.add(folder.resolve("passwd").toString());
            line.add(subordinates.toString());
            line.add(fuse.toString());
            line.add(surroundings);
            line.addAll(command);
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
