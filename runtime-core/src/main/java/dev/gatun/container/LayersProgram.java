package dev.gatun.container;

import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Word;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The program that lays layers over each other in a mount namespace of its own, and hands the mount over. */
final class LayersProgram {
    private static final int MADE = 1;
    private static final int FIRST_CLOSED = 3;

    private final ProgramBuilder program = new ProgramBuilder();
    private final RootSource.Layers layers;
    private final Optional<Cover> cover;
    private final Fd channel;

    /**
     * What is mounted on the folder of all layers before.
     *
     * @param tree shows them with other owners
     */
    record Cover(Path store, Fd tree) {}

    LayersProgram(RootSource.Layers layers, Optional<Cover> cover, Fd channel) {
        this.layers = layers;
        this.cover = cover;
        this.channel = channel;
    }

    /** What the program is handed. */
    List<Fd> descriptors() {
        var all = new ArrayList<Fd>();
        all.add(channel);
        cover.ifPresent(tree -> all.add(tree.tree));
        return all;
    }

    Program compile() {
        Label start = program.label("start");
        Label failure = program.label("failure");
        program.section("root file system");
        program.place(start);
        Preamble.ops(program, FIRST_CLOSED, descriptors());
        program.call(ProcessCalls.unshare(Sched.CLONE_NEWNS), "mount where nobody sees it");
        program.call(MountCalls.propagation("/", Mount.MS_REC | Mount.MS_PRIVATE), "keep mounts from the host");
        program.call(FileCalls.chdir(layers.base().toString()), "go where the image's layers have short names");
        cover.ifPresent(this::cover);
        mount();
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        program.place(failure);
        Channel.reportOp(program, channel);
        program.call(ProcessCalls.exitGroup(Word.of(ContainerProgram.FAILURE_STATUS)), "end");
        return program.build(start, failure);
    }

    /**
     * Must follow going to the container's folder, which lies in the store, too: from there its own names still lead below
     * the cover, so that changes go to the disk as they are. The links to the layers climb out to the store, and so
     * through the cover.
     */
    private void cover(Cover cover) {
        program.call(
                MountCalls.moveMount(
                        cover.tree, FileCalls.CURRENT_DIRECTORY, cover.store.toString(), Mount.MOVE_MOUNT_F_EMPTY_PATH),
                "show the layers with the owners that the container sees");
    }

    private void mount() {
        String target = layers.base().relativize(layers.folder()).toString();
        Slot mount = program.slot("root");
        program.call(layers.mountOn(target), "lay the image's layers over each other");
        program.call(
                        MountCalls.openTree(
                                FileCalls.CURRENT_DIRECTORY, target, Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC),
                        "take the mount")
                .to(mount);
        Channel.signalOp(program, channel, MADE, Word.of(0), mount, "hand it over");
    }
}
