package dev.gatun.image.file;

import dev.gatun.image.ImageException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What owners are called elsewhere, as the maps of a user namespace have it.
 *
 * @param uids of users
 * @param gids of groups
 */
public record IdShift(List<Range> uids, List<Range> gids) {
    private static final long ALL = 0xffff_ffffL;

    /** Everybody stays who they are. */
    public static final IdShift NONE = new IdShift(List.of(new Range(0, 0, ALL)), List.of(new Range(0, 0, ALL)));

    /**
     * Ids from {@code from} on, {@code size} of them, become those from {@code to} on.
     *
     * @param from the first as it is
     * @param to the first as it will be
     */
    public record Range(long from, long to, long size) {}

    public IdShift {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    /** Whether it is {@link #NONE}; a record's own equals would cost a cold start milliseconds. */
    public boolean isNone() {
        return isNone(uids) && isNone(gids);
    }

    private static boolean isNone(List<Range> ranges) {
        if (ranges.size() != 1) {
            return false;
        }
        Range only = ranges.getFirst();
        return only.from == 0 && only.to == 0 && only.size == ALL;
    }

    public long uid(long id) {
        return shifted(uids, id, "user");
    }

    public long gid(long id) {
        return shifted(gids, id, "group");
    }

    /** What {@link #parse} reads. */
    public String text() {
        return text(uids) + ";" + text(gids);
    }

    private static String text(List<Range> ranges) {
        return ranges.stream()
                .map(range -> range.from + ":" + range.to + ":" + range.size)
                .collect(Collectors.joining(","));
    }

    /** Reads what {@link #text} has written. */
    public static IdShift parse(String text) {
        String[] parts = text.split(";", -1);
        return new IdShift(ranges(parts[0]), ranges(parts[1]));
    }

    private static List<Range> ranges(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(range -> range.split(":", -1))
                .map(numbers ->
                        new Range(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2])))
                .toList();
    }

    /** The way back. */
    public IdShift inverse() {
        return new IdShift(inverse(uids), inverse(gids));
    }

    private static List<Range> inverse(List<Range> ranges) {
        return ranges.stream()
                .map(range -> new Range(range.to, range.from, range.size))
                .toList();
    }

    private static long shifted(List<Range> ranges, long id, String what) {
        for (Range range : ranges) {
            if (id >= range.from && id - range.from < range.size) {
                return range.to + id - range.from;
            }
        }
        throw new ImageException(what + " " + id + " is in no range of the user namespace's map; map more ids");
    }
}
