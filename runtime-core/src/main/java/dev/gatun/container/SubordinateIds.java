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

    private static String grants(Path file, int uid) {
        if (!IdHelpers.areThere()) {
            return "";
        }
        String name = System.getProperty("user.name", "");
        var granted = new StringBuilder();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(name + ":") || line.startsWith(Integer.toUnsignedString(uid) + ":")) {
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
        for (String line : lines.split("\n", -1)) {
            String[] fields = line.split(":", -1);
            if (fields.length == FIELDS && isNumber(fields[1]) && isNumber(fields[2])) {
                var mapping = new IdMapping(next, Long.parseLong(fields[1]), Long.parseLong(fields[2]));
                next += mapping.size();
                mappings.add(mapping);
            }
        }
        return mappings;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
