package dev.gatun.container;

import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.Stat;
import dev.gatun.oci.Device;
import dev.gatun.oci.Namespace;
import dev.gatun.program.Label;
import dev.gatun.program.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Ops that fill {@code /dev}: the devices that every container has, those that are listed, and the usual links. */
final class DeviceOps {
    private static final int DEFAULT_MODE = 0666;
    private static final List<Device> DEFAULTS = List.of(
            memory("/dev/null", 3),
            memory("/dev/zero", 5),
            memory("/dev/full", 7),
            memory("/dev/random", 8),
            memory("/dev/urandom", 9),
            new Device(
                    "/dev/tty",
                    Device.Type.CHARACTER,
                    5,
                    0,
                    OptionalInt.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty()));
    private static final List<String[]> LINKS = List.of(
            new String[] {"fd", "/proc/self/fd"},
            new String[] {"stdin", "/proc/self/fd/0"},
            new String[] {"stdout", "/proc/self/fd/1"},
            new String[] {"stderr", "/proc/self/fd/2"});

    private final Assembly assembly;
    private final PathOps paths;

    DeviceOps(Assembly assembly, PathOps paths) {
        this.assembly = assembly;
        this.paths = paths;
    }

    private static Device memory(String path, int minor) {
        return new Device(
                path, Device.Type.CHARACTER, 1, minor, OptionalInt.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    /** Adds all of it, unless {@code /dev} is bound from the host, who then answers for its content. */
    void populate() {
        if (isDevBound()) {
            return;
        }
        Slot dev = paths.openOrMake("/dev", PathOps.Kind.FOLDER, true, "open /dev");
        Set<String> listed = new HashSet<>();
        for (Device device : assembly.spec.linux().devices()) {
            listed.add(device.path());
        }
        for (Device device : DEFAULTS) {
            if (!listed.contains(device.path())) {
                make(dev, device, device.path().substring("/dev/".length()));
            }
        }
        for (Device device : assembly.spec.linux().devices()) {
            makeListed(dev, device);
        }
        for (String[] link : LINKS) {
            link(dev, link[0], link[1]);
        }
        if (Files.exists(Path.of("/proc/kcore"))) {
            link(dev, "core", "/proc/kcore");
        }
        // the specification wants ptmx to be that of the container's own devpts, whatever the image holds there
        assembly.program
                .call(FileCalls.unlinkat(dev, "ptmx", 0), "remove the image's /dev/ptmx")
                .tolerate(Errno.ENOENT, Errno.EROFS);
        link(dev, "ptmx", "pts/ptmx");
        assembly.close(dev);
    }

    private boolean isDevBound() {
        for (dev.gatun.oci.Mount mount : assembly.spec.mounts()) {
            boolean bind = MountOptions.parse(mount.options()).isBind()
                    || mount.type().orElse("").equals("bind");
            if (bind && MountOps.clean(mount.destination()).equals("/dev")) {
                return true;
            }
        }
        return false;
    }

    private void makeListed(Slot dev, Device device) {
        String path = device.path();
        int slash = path.lastIndexOf('/');
        String folder = path.substring(0, slash);
        if (folder.equals("/dev")) {
            make(dev, device, path.substring(slash + 1));
            return;
        }
        Slot parent = paths.openOrMake(
                folder.isEmpty() ? "/" : folder, PathOps.Kind.FOLDER, true, "open the folder of " + path);
        make(parent, device, path.substring(slash + 1));
        assembly.close(parent);
    }

    private void make(Slot folder, Device device, String name) {
        String purpose = "make the device " + device.path();
        // nobody in a user namespace makes devices; there the host's own is bound
        if (assembly.namespaces.has(Namespace.Type.USER)) {
            bindHosts(folder, device, name);
            return;
        }
        var program = assembly.program;
        Label done = program.label("made " + device.path());
        Label exists = program.label("there is a " + device.path());
        Label refused = program.label("no right to make " + device.path());
        int mode = type(device) | device.fileMode().orElse(DEFAULT_MODE);
        long number = dev.gatun.linux.Device.number(device.major(), device.minor());
        var node = FileCalls.mknodat(folder, name, mode, number);
        program.call(node, purpose).onError(exists, Errno.EEXIST);
        long uid = device.uid().orElse(0);
        long gid = device.gid().orElse(0);
        Label owned = program.label("own " + device.path());
        program.place(owned);
        if (uid != 0 || gid != 0) {
            program.call(
                    FileCalls.fchownat(folder, name, uid, gid, Fcntl.AT_SYMLINK_NOFOLLOW),
                    "give the device " + device.path() + " to " + uid + ":" + gid);
        }
        program.place(done);
        assembly.detour(() -> {
            program.section("devices that the image has already");
            program.place(exists);
            program.call(FileCalls.unlinkat(folder, name, 0), "replace what the image has as " + device.path())
                    .onError(refused, Errno.EROFS);
            program.call(node, purpose);
            program.jump(owned, "go on with " + device.path());
            program.place(refused);
            bindHosts(folder, device, name);
            program.jump(done, "go on behind " + device.path());
        });
    }

    private void bindHosts(Slot folder, Device device, String name) {
        var program = assembly.program;
        String purpose = "bind the host's device " + device.path();
        Slot tree = program.slot("device");
        Slot target = program.slot(name);
        program.call(
                        FileCalls.mknodat(folder, name, Stat.S_IFREG | DEFAULT_MODE, 0),
                        "make a file to bind " + device.path() + " to")
                .tolerate(Errno.EEXIST);
        program.call(
                        MountCalls.openTree(
                                FileCalls.CURRENT_DIRECTORY,
                                device.path(),
                                Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC),
                        purpose)
                .to(tree);
        program.call(FileCalls.openat(folder, name, Fcntl.O_PATH | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC, 0), purpose)
                .to(target);
        program.call(MountCalls.moveMount(tree, target), purpose);
        assembly.close(tree);
        assembly.close(target);
    }

    private void link(Slot dev, String name, String target) {
        assembly.program
                .call(FileCalls.symlinkat(target, dev, name), "link /dev/" + name + " to " + target)
                .tolerate(Errno.EEXIST);
    }

    private static int type(Device device) {
        return switch (device.type()) {
            case CHARACTER, UNBUFFERED -> Stat.S_IFCHR;
            case BLOCK -> Stat.S_IFBLK;
            case FIFO -> Stat.S_IFIFO;
        };
    }
}
