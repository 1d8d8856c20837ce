package dev.gatun.cgroup;

import dev.gatun.linux.Block;
import dev.gatun.linux.BpfCalls;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Structs;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Word;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Takes steps at once, from this process. */
final class Performer implements Steps {
    private static final int FOLDER_MODE = 0755;
    /** As many as the kernel lets be attached to one group. */
    private static final int MOST_FILTERS = 64;

    private static final int LOG_SIZE = 1 << 16;

    private final Kernel kernel;

    Performer(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public void folder(String folder, String purpose) {
        long made = kernel.attempt(FileCalls.mkdirat(FileCalls.CURRENT_DIRECTORY, folder, FOLDER_MODE));
        if (made < 0 && made != -Errno.EEXIST.number()) {
            throw failure(purpose, made);
        }
    }

    @Override
    public void write(Write write) {
        long result = attempt(write.file(), write.value());
        if (result >= 0) {
            return;
        }
        if (result == -Errno.ENOENT.number() && write.instead().isPresent()) {
            write(write.instead().get());
            return;
        }
        for (Errno tolerated : write.tolerated()) {
            if (result == -tolerated.number()) {
                return;
            }
        }
        throw failure(write.purpose(), result);
    }

    /** Writes a value, and returns −errno if that failed. */
    long attempt(String file, String value) {
        long opened = open(file, Fcntl.O_WRONLY | Fcntl.O_CLOEXEC);
        if (opened < 0) {
            return opened;
        }
        try (var fd = new Fd(kernel, opened, file)) {
            return kernel.attempt(FileCalls.write(fd, Block.content(value)));
        }
    }

    @Override
    public void own(String path, long uid, long gid, String purpose) {
        long owned = kernel.attempt(FileCalls.fchownat(FileCalls.CURRENT_DIRECTORY, path, uid, gid, 0));
        if (owned < 0 && owned != -Errno.ENOENT.number()) {
            throw failure(purpose, owned);
        }
    }

    @Override
    public void filter(String folder, DeviceFilter filter, String purpose) {
        try (Fd group = folder(folder);
                Fd program = load(filter, purpose)) {
            long word = BpfCalls.attachWord();
            long attached = kernel.attempt(BpfCalls.attachDeviceFilter(group, program, Word.of(word)));
            if (attached < 0) {
                throw failure(purpose, attached);
            }
        }
    }

    /** Puts a filter in the place of those that are attached: of one at once, so that there is no moment without. */
    void replaceFilter(String folder, DeviceFilter filter, String purpose) {
        List<Fd> attached = new ArrayList<>();
        try (Fd group = folder(folder);
                Fd program = load(filter, purpose)) {
            attached.addAll(filters(group));
            boolean one = attached.size() == 1;
            long result = kernel.attempt(
                    one
                            ? BpfCalls.replaceDeviceFilter(group, program, attached.getFirst())
                            : BpfCalls.attachDeviceFilter(group, program, Word.of(BpfCalls.attachWord())));
            if (result < 0) {
                throw failure(purpose, result);
            }
            if (!one) {
                for (Fd old : attached) {
                    kernel.call(BpfCalls.detachDeviceFilter(group, old));
                }
            }
        } finally {
            attached.forEach(Fd::close);
        }
    }

    /** The filters that are attached to a group itself; the caller closes them. */
    List<Fd> filters(Fd group) {
        var ids = Block.buffer(MOST_FILTERS * Integer.BYTES, "&ids");
        Block query = BpfCalls.query(group, ids);
        kernel.call(BpfCalls.queryDeviceFilters(query));
        var filters = new ArrayList<Fd>();
        for (int i = 0; i < query.getInt32(Structs.BPF_QUERY_COUNT); i++) {
            long opened = kernel.attempt(BpfCalls.programOf(ids.getInt32(i * Integer.BYTES)));
            if (opened >= 0) {
                filters.add(new Fd(kernel, opened, "filter"));
            }
        }
        return filters;
    }

    Fd folder(String folder) {
        return new Fd(
                kernel, kernel.call(openCall(folder, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC)), folder);
    }

    private Fd load(DeviceFilter filter, String purpose) {
        long loaded = kernel.attempt(BpfCalls.loadDeviceFilter(filter.bytes()));
        if (loaded >= 0) {
            return new Fd(kernel, loaded, "filter");
        }
        var log = Block.buffer(LOG_SIZE, "&log");
        kernel.attempt(BpfCalls.loadDeviceFilter(filter.bytes(), log));
        String words = new String(log.getBytes(0, LOG_SIZE), StandardCharsets.UTF_8);
        int end = words.indexOf('\0');
        throw new CgroupException(purpose + ": load the eBPF program: " + Errno.describe((int) -loaded)
                + (end > 0 ? ": " + words.substring(0, end).strip() : ""));
    }

    private long open(String file, long flags) {
        return kernel.attempt(openCall(file, flags));
    }

    private static dev.gatun.linux.Call openCall(String file, long flags) {
        return FileCalls.openat(FileCalls.CURRENT_DIRECTORY, file, flags, 0);
    }

    private static CgroupException failure(String purpose, long result) {
        int errno = (int) -result;
        var cause = new SyscallException(purpose, errno);
        return new CgroupException(
                cause.getMessage()
                        + Advice.on(purpose, errno).map(text -> "; " + text).orElse(""),
                cause);
    }
}
