package dev.gatun.container;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Word;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Op;
import dev.gatun.program.Slot;
import java.util.Optional;

/** Ops that mount the layers of an image with a folder for changes on top, seen by the container's first process only. */
final class LayerOps {
    private static final String DEVICE = "/dev/fuse";

    private final Assembly assembly;
    private final Optional<Fd> line;
    private final Optional<Fd> device;

    /**
     * Ops for layers.
     *
     * @param line to Java
     * @param device any open file, whose number the device of a {@link MountProgram} gets, if that may have to help:
     *     the mount is told a number, which is to be known now
     */
    LayerOps(Assembly assembly, Optional<Fd> line, Optional<Fd> device) {
        this.assembly = assembly;
        this.line = line;
        this.device = device;
    }

    void mount(RootSource.Layers source) {
        var program = assembly.program;
        program.call(FileCalls.chdir(source.base().toString()), "go where the image's layers have short names");
        if (device.isEmpty()) {
            mountByKernel(source);
        } else if (source.helper().orElseThrow().always()) {
            mountByProgram(source, device.get());
        } else {
            Label refused = program.label("no overlay");
            Label mounted = program.label("layers mounted");
            mountByKernel(source).onAnyError(refused);
            program.place(mounted);
            assembly.detour(() -> {
                program.place(refused);
                mountByProgram(source, device.get());
                program.jump(mounted, "go on");
            });
        }
    }

    private Op mountByKernel(RootSource.Layers source) {
        String advice = assembly.privileges.isRootless() && device.isEmpty()
                ? " (fuse-overlayfs would do it where the kernel does not: install it, and let users open " + DEVICE
                        + ")"
                : "";
        return assembly.program.call(
                source.mountOn(source.folder().toString()), "lay the image's layers over each other" + advice);
    }

    /**
     * Mounts a file system that a program in user space is going to be (fuse(4)), and waits until Java has had it served.
     * It is mounted in the container's mount namespace alone, and ends with that; then the program finds its device gone.
     */
    private void mountByProgram(RootSource.Layers source, Fd device) {
        var program = assembly.program;
        Slot opened = program.slot("fuse");
        // here, as it has to be of the user namespace that the file system is mounted in
        program.call(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, DEVICE, Fcntl.O_RDWR | Fcntl.O_CLOEXEC, 0),
                        "open " + DEVICE)
                .to(opened);
        program.call(FileCalls.dup3(opened, device.number(), Fcntl.O_CLOEXEC), "give it a number that is known");
        assembly.close(opened);
        String options =
                "fd=" + device.number() + ",rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other";
        program.call(
                MountCalls.mount(
                        Optional.of("fuse-overlayfs"),
                        source.folder().toString(),
                        Optional.of("fuse"),
                        0,
                        Optional.of(options)),
                "mount what a program lays over each other");
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 1), "let the program join the user namespace");
        Channel.signalOp(
                program,
                line.orElseThrow(),
                ContainerProgram.UNSERVED,
                Word.of(0),
                device,
                "hand over the file system's device");
        Channel.awaitOps(program, line.orElseThrow(), assembly.abandoned, "wait until it is served");
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 0), "keep other processes out again");
        assembly.close(device);
    }
}
