package dev.gatun.cgroup;

import dev.gatun.linux.Errno;
import dev.gatun.oci.Memory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Memory: bytes, of which 0 is "as it is" and −1 is no limit. Version 2 counts swap apart, the specification does not. */
final class MemorySettings {
    private static final String FIELD = "memory";
    private static final String LIMIT = "memory.limit_in_bytes";
    private static final String SWAP_LIMIT = "memory.memsw.limit_in_bytes";
    private static final String TCP_LIMIT = "memory.kmem.tcp.limit_in_bytes";
    private static final int HIGHEST_SWAPPINESS = 100;

    private final Settings settings;

    MemorySettings(Settings settings) {
        this.settings = settings;
    }

    void add(Memory memory) {
        long limit = memory.limit().orElse(0);
        long swap = memory.swap().orElse(0);
        long reservation = memory.reservation().orElse(0);
        boolean legacyOnly = memory.swappiness().isPresent()
                || memory.kernelTcp().isPresent()
                || memory.disableOomKiller().orElse(false);
        if (limit == 0 && swap == 0 && reservation == 0 && (settings.isUnified() || !legacyOnly)) {
            return;
        }
        GroupPaths.Place place = settings.place(FIELD, FIELD, FIELD);
        if (place.isUnified()) {
            unified(place, memory, limit, swap, reservation);
        } else {
            legacy(place, memory, limit, swap, reservation);
        }
    }

    private void legacy(GroupPaths.Place place, Memory memory, long limit, long swap, long reservation) {
        long both = limit == -1 && swap == 0 ? -1 : swap;
        // without swap accounting there is no such file; to lift a limit that cannot be there is no error then
        List<Errno> tolerated = limit == -1 && swap == 0 ? List.of(Errno.ENOENT) : List.of();
        // the limit of both may never be less than that of memory, on the way either
        boolean swapFirst = limit != 0 && (both == -1 || (both > 0 && isBelow(place, both)));
        if (both != 0 && swapFirst) {
            settings.add(Write.tolerant(place, SWAP_LIMIT, Long.toString(both), tolerated));
        }
        if (limit != 0) {
            settings.add(Write.to(place, LIMIT, Long.toString(limit)));
        }
        if (both != 0 && !swapFirst) {
            settings.add(Write.tolerant(place, SWAP_LIMIT, Long.toString(both), tolerated));
        }
        if (reservation != 0) {
            settings.add(Write.to(place, "memory.soft_limit_in_bytes", Long.toString(reservation)));
        }
        // the limit of all of the kernel's memory is not written: Linux takes it and does nothing (mm/memcontrol-v1.c)
        if (memory.kernelTcp().orElse(0) != 0) {
            settings.add(
                    Write.to(place, TCP_LIMIT, Long.toString(memory.kernelTcp().getAsLong())));
        }
        if (memory.disableOomKiller().orElse(false)) {
            settings.add(Write.to(place, "memory.oom_control", "1"));
        }
        OptionalLong swappiness = memory.swappiness();
        if (swappiness.isPresent() && swappiness.getAsLong() != -1) {
            if (swappiness.getAsLong() < 0 || swappiness.getAsLong() > HIGHEST_SWAPPINESS) {
                throw new CgroupException("linux.resources.memory.swappiness: "
                        + Long.toUnsignedString(swappiness.getAsLong()) + " is not from 0 to 100");
            }
            settings.add(Write.to(place, "memory.swappiness", Long.toString(swappiness.getAsLong())));
        }
    }

    /** Whether the limit of memory is now below {@code value}; a new group has none. */
    private boolean isBelow(GroupPaths.Place place, long value) {
        Optional<String> current = settings.current(place, LIMIT);
        return current.isPresent() && Long.compareUnsigned(Long.parseUnsignedLong(current.get()), value) < 0;
    }

    private void unified(GroupPaths.Place place, Memory memory, long limit, long swap, long reservation) {
        if (memory.checkBeforeUpdate().orElse(false)) {
            checkUsage(place, limit, swap);
        }
        Optional<String> swapOnly = swapOnly(place, limit, swap);
        if (swapOnly.isPresent()) {
            boolean anyway = swapOnly.get().equals("max") || swapOnly.get().equals("0");
            settings.add(Write.tolerant(
                    place, "memory.swap.max", swapOnly.get(), anyway ? List.of(Errno.ENOENT) : List.of()));
        }
        if (limit != 0) {
            settings.add(Write.to(place, "memory.max", text(limit)));
        }
        if (reservation != 0) {
            settings.add(Write.to(place, "memory.low", text(reservation)));
        }
    }

    /** What may be swapped out, of memory and swap together; empty if that is not to change. */
    private Optional<String> swapOnly(GroupPaths.Place place, long limit, long swap) {
        if (swap == -1 || (limit == -1 && swap == 0)) {
            return Optional.of("max");
        }
        if (swap == 0) {
            return Optional.empty();
        }
        if (limit == -1) {
            return Optional.of(Long.toString(swap));
        }
        long memory = limit;
        if (memory == 0) {
            String current = settings.current(place, "memory.max").orElse("max");
            if (current.equals("max")) {
                throw new CgroupException("linux.resources.memory.swap: unable to set swap limit without memory limit");
            }
            memory = Long.parseLong(current);
        }
        if (memory < 0 || swap < 0) {
            throw new CgroupException("linux.resources.memory: " + (swap < 0 ? swap : memory)
                    + " is not a number of bytes; -1 is no limit");
        }
        if (swap < memory) {
            throw new CgroupException("linux.resources.memory.swap: " + swap
                    + " is memory and swap together, and less than the memory limit " + memory);
        }
        return Optional.of(Long.toString(swap - memory));
    }

    private void checkUsage(GroupPaths.Place place, long limit, long swap) {
        Optional<String> current = settings.current(place, "memory.current");
        if (current.isEmpty()) {
            return;
        }
        long usage = Long.parseLong(current.get());
        if (swap > 0 && swap <= usage) {
            throw new CgroupException(
                    "linux.resources.memory: rejecting memory+swap limit " + swap + " <= usage " + usage);
        }
        if (limit > 0 && limit <= usage) {
            throw new CgroupException("linux.resources.memory: rejecting memory limit " + limit + " <= usage " + usage);
        }
    }

    private static String text(long bytes) {
        return bytes == -1 ? "max" : Long.toString(bytes);
    }
}
