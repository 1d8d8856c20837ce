package dev.gatun.container;

import dev.gatun.oci.IdMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The ids that a user namespace has, and what they are outside (user_namespaces(7)).
 *
 * @param uids of users
 * @param gids of groups
 */
public record IdMaps(List<IdMapping> uids, List<IdMapping> gids) {
    private static final String UIDS = "uid_map";
    private static final String GIDS = "gid_map";

    /** Of a container that has no user namespace of its own. */
    public static final IdMaps NONE = new IdMaps(List.of(), List.of());

    public IdMaps {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    /** What this machine grants a user: itself as root, and its subordinate ids. */
    public static IdMaps grantedTo(Privileges user) {
        return new IdMaps(SubordinateIds.uids(user), SubordinateIds.gids(user));
    }

    /** Those of the namespace that this process is in. */
    public static IdMaps ofThisProcess() {
        return new IdMaps(read(UIDS), read(GIDS));
    }

    public boolean areNone() {
        return uids.isEmpty();
    }

    /** Whether there is no user but root. */
    public boolean isOneAlone() {
        return uids.size() == 1 && uids.getFirst().size() == 1;
    }

    /** Gives them to a process that has none in its new user namespace. */
    void writeTo(int pid) {
        write(pid, UIDS, text(uids));
        write(pid, GIDS, text(gids));
    }

    /** As {@link #writeTo}, for who may map its own group alone, and only to who gives up setgroups(2). */
    void writeOneTo(int pid) {
        write(pid, "setgroups", "deny");
        writeTo(pid);
    }

    private static void write(int pid, String file, String text) {
        try {
            Files.writeString(Path.of("/proc/" + pid + "/" + file), text);
        } catch (IOException e) {
            throw new ContainerException(
                    "write the " + file + " of a user namespace: " + text.strip() + ": " + StateFolder.reason(e), e);
        }
    }

    private static String text(List<IdMapping> mappings) {
        var lines = new StringBuilder();
        for (IdMapping mapping : mappings) {
            lines.append(mapping.containerId()).append(' ').append(mapping.hostId());
            lines.append(' ').append(mapping.size()).append('\n');
        }
        return lines.toString();
    }

    private static List<IdMapping> read(String file) {
        Path path = Path.of("/proc/self", file);
        try {
            var mappings = new ArrayList<IdMapping>();
            for (String line : Files.readAllLines(path)) {
                String[] numbers = line.strip().split(" +", -1);
                mappings.add(new IdMapping(
                        Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2])));
            }
            return mappings;
        } catch (IOException e) {
            throw new ContainerException("read " + path + ": " + StateFolder.reason(e), e);
        }
    }

    /** As the files of /proc have them, in a line each for users and groups. */
    @Override
    public String toString() {
        return text(uids).strip().replace('\n', ',') + "\n" + text(gids).strip().replace('\n', ',');
    }
}
