package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Offset;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Word;
import dev.gatun.program.Label;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Ops that remove a control group and the groups that were made below it, where there is no Java to do it.
 *
 * <p>A program knows no lists. What is to be removed it reads from a file, a path at a time, and how often it
 * may try again from another one, a byte at a time. Of a folder it looks at one entry at a time: it asks for some, uses
 * the first, which is at a known address, and goes on behind that one.
 */
final class GroupRemovalOps {
    /** A second, if nothing else takes time; more nested groups are not removed either. */
    private static final int ATTEMPTS = 1000;

    private static final int PAUSE_MILLIS = 1;

    // struct linux_dirent64 (getdents(2))
    private static final int ENTRIES_SIZE = 512;
    private static final int NEXT_POSITION = 8;
    private static final int LENGTH_AND_TYPE = 16;
    private static final int TYPE_SHIFT = 16;
    private static final int NAME = 19;
    /** A bit that DT_DIR has, and DT_REG has not; there is nothing else in these file systems. */
    private static final int FOLDER_BIT = 4;

    /** Behind {@code .} and {@code ..} (linux/fs.h, dir_emit_dots). */
    private static final int FIRST_ENTRY = 2;

    private final ProgramBuilder program;
    private final Block path;
    private final Block entry = Block.buffer(ENTRIES_SIZE, "&entry");
    private final Slot folder;
    private final Label next;
    private final Label again;

    private GroupRemovalOps(ProgramBuilder program, int pathSize) {
        this.program = program;
        this.path = Block.buffer(pathSize, "&path");
        this.folder = program.slot("group");
        this.next = program.label("next group");
        this.again = program.label("again");
    }

    /** Adds them; what fails is passed over. */
    static void add(ProgramBuilder program, GroupPaths paths) {
        List<GroupPaths.Place> places = paths.places();
        if (places.isEmpty()) {
            return;
        }
        int size = 0;
        for (GroupPaths.Place place : places) {
            size = Math.max(size, place.folder().getBytes(StandardCharsets.UTF_8).length + 1);
        }
        var all = new byte[size * places.size()];
        for (int i = 0; i < places.size(); i++) {
            byte[] name = places.get(i).folder().getBytes(StandardCharsets.UTF_8);
            System.arraycopy(name, 0, all, i * size, name.length);
        }
        Label done = program.label("no groups");
        Slot queue = file(program, "groups", Block.of(all, "paths"), done);
        add(program, queue, size);
        program.place(done);
    }

    /**
     * Adds them, for the groups whose paths are in a file, from where it stands on; what fails is passed over.
     *
     * @param pathSize how many bytes of the file each path takes
     */
    static void add(ProgramBuilder program, Slot queue, int pathSize) {
        new GroupRemovalOps(program, pathSize).add(queue);
    }

    /** Adds the ops that kill all processes of a group, where version 2 can. */
    static void addKill(ProgramBuilder program, GroupPaths paths) {
        if (paths.unified().isEmpty()) {
            return;
        }
        String file = paths.unified().get().folder() + "/cgroup.kill";
        Slot kill = program.slot("kill");
        Label none = program.label("no cgroup.kill");
        program.call(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, file, Fcntl.O_WRONLY | Fcntl.O_CLOEXEC, 0),
                        "kill what is left of the container")
                .to(kill)
                .onAnyError(none);
        program.call(FileCalls.write(kill, Block.content("1")), "kill what is left of the container")
                .tolerateAll();
        program.place(none);
    }

    private void add(Slot queue) {
        Label done = program.label("groups removed");
        Label busy = program.label("busy group");
        Slot patience = file(program, "attempts", Block.of(new byte[ATTEMPTS], "attempts"), done);
        program.place(next);
        program.call(FileCalls.read(queue, path), "take the path of a control group")
                .ifZero(done)
                .onAnyError(done);
        program.place(again);
        program.call(
                        Call.of(Syscall.UNLINKAT, FileCalls.CURRENT_DIRECTORY, path, Word.of(Fcntl.AT_REMOVEDIR)),
                        "remove the control group")
                .onAnyError(busy);
        program.jump(next, "go on");
        program.place(busy);
        program.call(open(FileCalls.CURRENT_DIRECTORY, path), "see what is below it")
                .to(folder)
                .onAnyError(next);
        removeOneBelow(patience);
        program.place(done);
    }

    /** A file in memory to read from. */
    private static Slot file(ProgramBuilder program, String name, Block content, Label failed) {
        Slot file = program.slot(name);
        program.call(FileCalls.memfdCreate(name, Fcntl.MFD_CLOEXEC), "make a list of " + name)
                .to(file)
                .onAnyError(failed);
        // where it is put does not move where it is read from
        program.call(
                        Call.of(Syscall.PWRITE64, file, content, Word.of(content.size()), Word.of(0)),
                        "write the list of " + name)
                .onAnyError(failed);
        return file;
    }

    /** Removes some group that has none below it, and begins again; what is busy then is waited for. */
    private void removeOneBelow(Slot patience) {
        Slot position = program.slot("position");
        Slot deeper = program.slot("deeper");
        Label enter = program.label("enter");
        Label scan = program.label("scan");
        Label descend = program.label("descend");
        Label stuck = program.label("stuck");
        Label restart = program.label("restart");
        var name = new Offset(entry, NAME);
        program.place(enter);
        seek(Word.of(FIRST_ENTRY));
        program.place(scan);
        program.call(Call.of(Syscall.GETDENTS64, folder, entry, Word.of(ENTRIES_SIZE)), "read its entries")
                .ifZero(stuck)
                .onAnyError(stuck);
        program.load(new Offset(entry, NEXT_POSITION), 0, -1, 0, "where the second one is")
                .to(position);
        seek(position);
        program.load(new Offset(entry, LENGTH_AND_TYPE), TYPE_SHIFT, FOLDER_BIT, 0, "whether the first is a group")
                .ifZero(scan);
        program.call(Call.of(Syscall.UNLINKAT, folder, name, Word.of(Fcntl.AT_REMOVEDIR)), "remove the group below")
                .onAnyError(descend);
        program.jump(restart, "see whether that was all");
        program.place(descend);
        program.call(open(folder, name), "see what is below that one")
                .to(deeper)
                .onAnyError(scan);
        program.call(Call.of(Syscall.DUP3, deeper, folder, Word.of(Fcntl.O_CLOEXEC)), "go down")
                .onAnyError(stuck);
        program.call(FileCalls.close(deeper), "close it").tolerateAll();
        program.jump(enter, "see what is below it");
        program.place(stuck);
        program.call(
                        ProcessCalls.ppoll(Word.NULL, 0, ProcessCalls.timeout(PAUSE_MILLIS)),
                        "let processes leave that have just ended")
                .tolerateAll();
        program.place(restart);
        program.call(FileCalls.close(folder), "close it").tolerateAll();
        program.call(FileCalls.read(patience, Block.buffer(1, "&attempt")), "count the attempts")
                .ifZero(next)
                .onAnyError(next);
        program.jump(again, "try again");
    }

    private void seek(Arg position) {
        program.call(Call.of(Syscall.LSEEK, folder, position, Word.of(0)), "go to the next entry")
                .tolerateAll();
    }

    private static Call open(Arg above, Arg name) {
        return Call.of(
                Syscall.OPENAT,
                above,
                name,
                Word.of(Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC));
    }
}
