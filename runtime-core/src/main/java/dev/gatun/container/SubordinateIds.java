package dev.gatun.container;

import dev.gatun.oci.IdMapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The ids that a user may have in user namespaces beside its own: subuid(5), subgid(5). */
public final class SubordinateIds {
    private static final int FIELDS = 3;

    private SubordinateIds() {}

    /** A user namespace's users for this process's user: itself as root, and whoever {@code /etc/subuid} grants it. */
    public static List<IdMapping> uids(Privileges user) {
        return mappings(user.uid(), grants(Path.of("/etc/subuid"), user.uid()));
    }

    /** Id 0 alone, which is {@code id} outside. */
    public static List<IdMapping> own(int id) {
        return List.of(new IdMapping(0, Integer.toUnsignedLong(id), 1));
    }

    /** As {@link #uids}, for groups. */
    public static List<IdMapping> gids(Privileges user) {
        return mappings(user.gid(), grants(Path.of("/etc/subgid"), user.uid()));
    }

    /** The ranges that a file grants to a user, each as if for a user namespace of its own. */
    public static List<IdMapping> granted(Path file, String user) {
        return ranges(grants(file, user, user));
    }

    private static String grants(Path file, int uid) {
        return IdHelpers.areThere()
                ? grants(file, System.getProperty("user.name", ""), Integer.toUnsignedString(uid))
                : "";
    }

    private static String grants(Path file, String name, String number) {
        var granted = new StringBuilder();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(name + ":") || line.startsWith(number + ":")) {
                    granted.append(line).append('\n');
                }
            }
            return granted.toString();
        } catch (NoSuchFileException nothing) {
            return "";
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + StateFolder.reason(e), e);
        }
    }

    /** Id 0 is {@code own}, and those from 1 on are what the lines grant, in their order. */
    static List<IdMapping> mappings(int own, String lines) {
        var mappings = new ArrayList<IdMapping>(own(own));
        long next = 1;
        for (IdMapping range : ranges(lines)) {
            mappings.add(new IdMapping(next, range.hostId(), range.size()));
            next += range.size();
        }
        return mappings;
    }

    private static List<IdMapping> ranges(String lines) {
        var ranges = new ArrayList<IdMapping>();
        for (String line : lines.split("\n", -1)) {
            String[] fields = line.split(":", -1);
            if (fields.length == FIELDS && isNumber(fields[1]) && isNumber(fields[2])) {
                ranges.add(new IdMapping(0, Long.parseLong(fields[1]), Long.parseLong(fields[2])));
            }
        }
        return ranges;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
