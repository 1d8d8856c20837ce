package dev.gatun.container;

import dev.gatun.cgroup.Creation;
import dev.gatun.cgroup.DeviceFilter;
import dev.gatun.cgroup.GroupPaths;
import dev.gatun.cgroup.Steps;
import dev.gatun.cgroup.Write;
import dev.gatun.linux.Block;
import dev.gatun.linux.BpfCalls;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.program.Label;
import dev.gatun.program.Op;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ops that make a container's control group and put its first process there.
 *
 * <p>In version 2 the process is cloned into the group. In version 1 it writes 0 to {@code tasks} itself: a single
 * thread that moves itself does not stop the forks of the whole machine, and does not wait until they have, as a write
 * to {@code cgroup.procs} does (kernel/cgroup/cgroup.c, cgroup_procs_write_start). The files are opened by the parent,
 * by whose rights the kernel judges, before it joins any namespace. The parent itself never is in the group.
 */
final class CgroupOps implements Steps {
    private static final int FOLDER_MODE = 0755;

    private final ProgramBuilder program;
    private final GroupPaths paths;
    private final boolean clonesInto;
    private final List<Slot> joined = new ArrayList<>();
    private final Slot folder;

    /**
     * The ops for one group.
     *
     * @param clonesInto whether the parent has the right to clone into the group when it clones: not if it has joined a
     *     user namespace, or a cgroup namespace that does not show the group that it is in itself
     */
    CgroupOps(ProgramBuilder program, GroupPaths paths, boolean clonesInto) {
        this.program = program;
        this.paths = paths;
        this.clonesInto = clonesInto && paths.unified().isPresent();
        this.folder = program.slot("control_group");
    }

    /** In the parent, first of all: makes the group. */
    void make(Creation creation) {
        creation.describe(this);
    }

    /** In the parent, before it joins a namespace: opens what the child joins by. */
    void open() {
        for (GroupPaths.Place place : paths.places()) {
            String purpose = "open the group " + place.path() + " (" + name(place) + ")";
            if (place.isUnified() && clonesInto) {
                program.call(
                                FileCalls.openat(
                                        FileCalls.CURRENT_DIRECTORY,
                                        place.folder(),
                                        Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC,
                                        0),
                                purpose)
                        .to(folder);
            } else {
                String file = place.folder() + (place.isUnified() ? "/cgroup.procs" : "/tasks");
                Slot slot = program.slot("tasks");
                program.call(openToWrite(file), purpose).to(slot);
                joined.add(slot);
            }
        }
    }

    /** The group's folder, where the child is cloned into it. */
    Optional<Slot> cloneTarget() {
        return clonesInto ? Optional.of(folder) : Optional.empty();
    }

    /** In the child, before it makes a cgroup namespace, whose root is to be the group. */
    void join() {
        for (Slot tasks : joined) {
            program.call(FileCalls.write(tasks, Block.content("0")), "join the control group");
        }
    }

    /** In the parent, after the container has ended. */
    void remove() {
        GroupRemovalOps.add(program, paths);
    }

    @Override
    public void folder(String path, String purpose) {
        program.call(FileCalls.mkdirat(FileCalls.CURRENT_DIRECTORY, path, FOLDER_MODE), purpose)
                .tolerate(Errno.EEXIST);
    }

    @Override
    public void write(Write write) {
        Label done = program.label("behind " + write.purpose());
        write(write, done);
        program.place(done);
    }

    private void write(Write write, Label done) {
        Slot file = program.slot("file");
        Op open = program.call(openToWrite(write.file()), write.purpose()).to(file);
        Optional<Write> instead = write.instead();
        Label missing = program.label("no " + write.file());
        if (instead.isPresent()) {
            open.onError(missing, Errno.ENOENT);
        } else {
            expect(open, write, Optional.of(done));
        }
        expect(
                program.call(FileCalls.write(file, Block.content(write.value())), write.purpose()),
                write,
                Optional.empty());
        program.call(FileCalls.close(file), "close it");
        if (instead.isPresent()) {
            program.jump(done, "go on");
            program.place(missing);
            write(instead.get(), done);
        }
    }

    private static void expect(Op op, Write write, Optional<Label> target) {
        Errno[] tolerated = write.tolerated().toArray(new Errno[0]);
        if (write.isAttempt()) {
            target.ifPresentOrElse(op::onAnyError, op::tolerateAll);
        } else if (tolerated.length > 0) {
            target.ifPresentOrElse(label -> op.onError(label, tolerated), () -> op.tolerate(tolerated));
        }
    }

    @Override
    public void own(String path, long uid, long gid, String purpose) {
        program.call(FileCalls.fchownat(FileCalls.CURRENT_DIRECTORY, path, uid, gid, 0), purpose)
                .tolerate(Errno.ENOENT);
    }

    @Override
    public void filter(String path, DeviceFilter filter, String purpose) {
        Slot group = program.slot("group");
        Slot loaded = program.slot("filter");
        Slot word = program.slot("type_and_flags", BpfCalls.attachWord());
        program.call(
                        FileCalls.openat(
                                FileCalls.CURRENT_DIRECTORY,
                                path,
                                Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC,
                                0),
                        purpose)
                .to(group);
        program.call(BpfCalls.loadDeviceFilter(filter.bytes()), purpose).to(loaded);
        // descriptors are stored as words of 64 bits, so each wrote over the half that comes next; this one is the last
        program.load(new Block(Long.BYTES, "&zero"), 0, 0, BpfCalls.attachWord(), "attach it beside others")
                .to(word);
        program.call(BpfCalls.attachDeviceFilter(group, loaded, word), purpose);
        program.call(FileCalls.close(loaded), "close the filter");
        program.call(FileCalls.close(group), "close the group");
    }

    private static Call openToWrite(String file) {
        return FileCalls.openat(FileCalls.CURRENT_DIRECTORY, file, Fcntl.O_WRONLY | Fcntl.O_CLOEXEC, 0);
    }

    private static String name(GroupPaths.Place place) {
        return place.isUnified() ? "version 2" : place.hierarchy();
    }
}
