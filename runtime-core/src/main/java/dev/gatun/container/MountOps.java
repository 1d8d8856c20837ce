package dev.gatun.container;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ops that mount what the configuration lists, in its order. */
final class MountOps {
    /** fsconfig(2) takes strings up to this size; mount(2) takes a page of them. */
    private static final int MAX_PARAMETER = 255;

    private static final String DEV = "/dev";
    /** include/linux/proc_ns.h: PROC_ROOT_INO. */
    private static final Long PROCFS_ROOT = 1L;

    private static final List<String> REPLACEABLE = List.of(
            "/proc/cpuinfo",
            "/proc/diskstats",
            "/proc/meminfo",
            "/proc/stat",
            "/proc/swaps",
            "/proc/uptime",
            "/proc/loadavg",
            "/proc/slabinfo",
            "/proc/sys/kernel/ns_last_pid",
            "/proc/sys/crypto/fips_enabled");

    private final Assembly assembly;
    private final PathOps paths;
    /** What is bound, as far as it is open already, by its place in the configuration. */
    private final Map<Integer, Arg> opened;

    private @Nullable Slot proc;
    private @Nullable Slot devpts;
    private @Nullable Slot readOnlyDev;

    /**
     * The mounts of a configuration.
     *
     * @param idmapped the mounts that Java made ({@link IdmappedMounts}), by their place in it
     */
    MountOps(Assembly assembly, PathOps paths, Map<Integer, Fd> idmapped) {
        this.assembly = assembly;
        this.paths = paths;
        this.opened = new HashMap<>(idmapped);
    }

    /**
     * Opens what is bound. For a process that is about to become root of a user namespace, to whom folders of the host on the
     * way there may be closed.
     */
    void openSources() {
        List<dev.gatun.oci.Mount> mounts = assembly.spec.mounts();
        for (int i = 0; i < mounts.size(); i++) {
            dev.gatun.oci.Mount mount = mounts.get(i);
            try {
                MountOptions options = MountOptions.parse(mount.options());
                if (isBind(mount, options) && !options.isRemount() && !isIdmapped(mount)) {
                    Path source = source(mount, assembly.bundle);
                    opened.put(i, open(source, options.isRecursiveBind(), "open " + source + ", which is to be bound"));
                }
            } catch (ContainerException wrong) {
                throw new ContainerException("mounts[" + i + "]: " + wrong.getMessage(), wrong);
            }
        }
    }

    private static boolean isBind(dev.gatun.oci.Mount mount, MountOptions options) {
        return options.isBind() || mount.type().orElse("").equals("bind");
    }

    /** Adds the ops of all mounts. */
    void mountAll() {
        List<dev.gatun.oci.Mount> mounts = assembly.spec.mounts();
        for (int i = 0; i < mounts.size(); i++) {
            try {
                mount(mounts.get(i), Optional.ofNullable(opened.get(i)));
            } catch (ContainerException wrong) {
                throw new ContainerException("mounts[" + i + "]: " + wrong.getMessage(), wrong);
            }
        }
    }

    /** The mount of a new procfs on {@code /proc}, if there is one: nothing in an image can pass for it. */
    Optional<Slot> proc() {
        return Optional.ofNullable(proc);
    }

    /** The mount of a new devpts on {@code /dev/pts}, if there is one. */
    Optional<Slot> devpts() {
        return Optional.ofNullable(devpts);
    }

    /** Whether a mount shows other owners than its file system has. */
    static boolean isIdmapped(dev.gatun.oci.Mount mount) {
        boolean mapped = !mount.uidMappings().isEmpty();
        for (String option : mount.options()) {
            mapped |= MountOptions.isIdmap(option);
        }
        return mapped;
    }

    /** Whether any of a configuration does. */
    static boolean mapIds(RuntimeSpec spec) {
        for (dev.gatun.oci.Mount mount : spec.mounts()) {
            if (isIdmapped(mount)) {
                return true;
            }
        }
        return false;
    }

    private void mount(dev.gatun.oci.Mount mount, Optional<Arg> made) {
        MountOptions options = MountOptions.parse(mount.options());
        if (made.isEmpty() && isIdmapped(mount)) {
            throw new ContainerException(
                    "uidMappings: a compiled program has nobody beside it who would map the owners that a mount shows");
        }
        String type = mount.type().orElse("");
        String destination = clean(mount.destination());
        checkProc(mount, type, destination, options);
        if (options.isRemount()) {
            remount(destination, options);
        } else if (isBind(mount, options)) {
            bind(mount, destination, options, made);
        } else if (type.equals("cgroup")) {
            new CgroupMountOps(assembly, paths).mount(destination, options);
        } else {
            filesystem(mount, type, destination, options);
        }
    }

    /**
     * Refuses what would pass for a part of {@code /proc}: what masks, parameters and labels protect is the real one
     * (CVE-2019-16884). As runc, some files that a machine's emulators replace are allowed.
     */
    private void checkProc(dev.gatun.oci.Mount mount, String type, String destination, MountOptions options) {
        if (!destination.startsWith("/proc")
                && !assembly.view.resolve(destination).startsWith("/proc")) {
            return;
        }
        String target = assembly.view.resolve(destination);
        boolean isProc = type.equals("proc") || (options.isBind() && isProcfs(mount));
        if (target.equals("/proc") && !isProc && !options.isRemount()) {
            throw new ContainerException("\"" + destination + "\" cannot be mounted because it is not of type proc");
        }
        if (target.startsWith("/proc/") && !REPLACEABLE.contains(target)) {
            throw new ContainerException("\"" + destination + "\" cannot be mounted because it is inside /proc");
        }
    }

    /** Whether a bind mount's source is the root of a procfs, whose inode is always 1. */
    private boolean isProcfs(dev.gatun.oci.Mount mount) {
        try {
            Path source = source(mount, assembly.bundle);
            return Files.getFileStore(source).type().equals("proc")
                    && Files.getAttribute(source, "unix:ino").equals(PROCFS_ROOT);
        } catch (IOException e) {
            throw new ContainerException("source: look at it: " + StateFolder.reason(e), e);
        }
    }

    private void remount(String destination, MountOptions options) {
        Slot target = assembly.program.slot(PathOps.slotName(destination));
        assembly.program
                .call(paths.open(destination, Fcntl.O_PATH, 0), "find the mount " + destination)
                .to(target);
        setAttributes(target, options.set(), options.clear(), 0, "change the mount " + destination);
        assembly.close(target);
    }

    private void bind(dev.gatun.oci.Mount mount, String destination, MountOptions options, Optional<Arg> made) {
        // options of a file system mean nothing here, and mount(2) does not look at them either
        Path source = source(mount, assembly.bundle);
        String purpose = "bind " + source + " to " + destination + described(mount.options());
        Arg tree = made.isPresent() ? made.get() : open(source, options.isRecursiveBind(), purpose);
        setAttributes(tree, options.set(), options.clear(), 0, purpose);
        var kind = Files.isDirectory(source) ? PathOps.Kind.FOLDER : PathOps.Kind.FILE;
        attach(tree, destination, kind, options, purpose);
        assembly.close(tree);
    }

    private Slot open(Path source, boolean recursive, String purpose) {
        long flags = Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC | (recursive ? Fcntl.AT_RECURSIVE : 0);
        Slot tree = assembly.program.slot("bind");
        assembly.program
                .call(MountCalls.openTree(FileCalls.CURRENT_DIRECTORY, source.toString(), flags), purpose)
                .to(tree);
        return tree;
    }

    /** What is bound; a relative path is taken from the bundle. */
    static Path source(dev.gatun.oci.Mount mount, Path bundle) {
        Path source = bundle.resolve(
                mount.source().orElseThrow(() -> new ContainerException("source: missing; a bind mount needs one")));
        if (!Files.exists(source)) {
            throw new ContainerException("source: " + source + ": no such file or directory");
        }
        return source;
    }

    private void filesystem(dev.gatun.oci.Mount mount, String type, String destination, MountOptions options) {
        if (type.isEmpty()) {
            throw new ContainerException("type: missing; a mount without the option bind needs one");
        }
        if (options.isCopyUp() && (!type.equals("tmpfs") || isLong(options))) {
            throw new ContainerException("options: tmpcopyup: only a tmpfs has it, and only with options of up to "
                    + MAX_PARAMETER + " characters");
        }
        boolean kernelView = type.equals("proc") || type.equals("sysfs");
        if (kernelView && !assembly.view.resolve(destination).equals(destination)) {
            throw new ContainerException("destination: \"" + type + "\" must be mounted on an ordinary folder, and "
                    + destination + " is a symbolic link");
        }
        String purpose = "mount " + type + " on " + destination + described(mount.options());
        // /dev is to be filled before nobody can write to it any longer
        boolean filledFirst = destination.equals(DEV) && (options.set() & Mount.MOUNT_ATTR_RDONLY) != 0;
        long attributes = filledFirst ? options.set() & ~Mount.MOUNT_ATTR_RDONLY : options.set();
        Slot tree;
        if (isLong(options)) {
            tree = legacy(mount, type, destination, options, attributes, purpose);
        } else {
            long first = options.isCopyUp() ? attributes & ~Mount.MOUNT_ATTR_RDONLY : attributes;
            tree = create(mount.source().orElse(type), type, destination, options, first, purpose);
            if (options.isCopyUp()) {
                new CopyUpOps(assembly, paths).copy(destination, tree);
                setAttributes(tree, attributes & ~first, 0, 0, purpose);
            }
            attach(tree, destination, PathOps.Kind.FOLDER, options, purpose);
        }
        if (filledFirst) {
            readOnlyDev = tree;
        } else {
            keepOrClose(type, destination, tree);
        }
    }

    /** Makes a file system that is attached nowhere yet. */
    private Slot create(
            String source, String type, String destination, MountOptions options, long attributes, String purpose) {
        Slot tree = assembly.program.slot(type);
        var parameters = new ArrayList<String>();
        parameters.add("source=" + source);
        parameters.addAll(options.wholeFilesystem());
        parameters.addAll(options.filesystem());
        parameters.addAll(assembly.labelOf(type));
        if (type.equals("tmpfs") && !hasMode(options)) {
            // as runc: a folder of the image keeps its permissions
            Optional<ImageFile> covered = assembly.view.find(assembly.view.resolve(destination));
            if (covered.isPresent()) {
                parameters.add("mode=" + Integer.toOctalString(covered.get().permissions()));
            }
        }
        FilesystemOps.make(assembly, type, parameters, attributes, tree, purpose);
        return tree;
    }

    private static boolean hasMode(MountOptions options) {
        for (String option : options.filesystem()) {
            if (option.startsWith("mode=")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLong(MountOptions options) {
        for (String option : options.filesystem()) {
            if (option.length() - option.indexOf('=') > MAX_PARAMETER) {
                return true;
            }
        }
        return false;
    }

    /** Mounts with mount(2), which takes longer options; the target is a descriptor there too. */
    private Slot legacy(
            dev.gatun.oci.Mount mount,
            String type,
            String destination,
            MountOptions options,
            long attributes,
            String purpose) {
        var program = assembly.program;
        var data = new ArrayList<String>(options.wholeFilesystem());
        data.addAll(options.filesystem());
        data.addAll(assembly.labelOf(type));
        Slot target = paths.openOrMake(destination, PathOps.Kind.FOLDER, true, purpose);
        program.call(FileCalls.fchdir(target), purpose);
        program.call(
                MountCalls.mount(
                        Optional.of(mount.source().orElse(type)),
                        ".",
                        Optional.of(type),
                        0,
                        Optional.of(String.join(",", data))),
                purpose);
        program.call(FileCalls.chdir("/"), "step out of " + destination);
        assembly.close(target);
        Slot tree = program.slot(type);
        program.call(paths.open(destination, Fcntl.O_PATH, 0), purpose).to(tree);
        setAttributes(tree, attributes, options.clear(), 0, purpose);
        changePropagation(tree, options, purpose);
        return tree;
    }

    /** Attaches a detached mount at a path of the container, which is made if it is missing. */
    void attach(Arg tree, String destination, PathOps.Kind kind, MountOptions options, String purpose) {
        boolean links = !destination.equals("/proc") && !destination.equals("/sys");
        Slot target = paths.openOrMake(destination, kind, links, purpose);
        assembly.program.call(MountCalls.moveMount(tree, target), purpose);
        assembly.close(target);
        changePropagation(tree, options, purpose);
    }

    private void changePropagation(Arg tree, MountOptions options, String purpose) {
        setAttributes(tree, options.recursiveSet(), options.recursiveClear(), Fcntl.AT_RECURSIVE, purpose);
        for (long propagation : options.propagation()) {
            long recursive = (propagation & Mount.MS_REC) != 0 ? Fcntl.AT_RECURSIVE : 0;
            assembly.program.call(
                    MountCalls.mountSetattr(
                            tree, Fcntl.AT_EMPTY_PATH | recursive, 0, 0, propagation & ~Mount.MS_REC, Optional.empty()),
                    purpose);
        }
    }

    private void setAttributes(Arg mount, long set, long clear, long recursive, String purpose) {
        if (set != 0 || clear != 0) {
            assembly.program.call(
                    MountCalls.mountSetattr(mount, Fcntl.AT_EMPTY_PATH | recursive, set, clear, 0, Optional.empty()),
                    purpose);
        }
    }

    private void keepOrClose(String type, String destination, Slot tree) {
        if (type.equals("proc") && destination.equals("/proc")) {
            proc = tree;
        } else if (type.equals("devpts") && destination.equals("/dev/pts")) {
            devpts = tree;
        } else {
            assembly.close(tree);
        }
    }

    /** Closes what was kept, and makes {@code /dev} read-only if that was put off until it was filled. */
    void closeKept() {
        if (readOnlyDev != null) {
            setAttributes(readOnlyDev, Mount.MOUNT_ATTR_RDONLY, 0, 0, "make /dev read-only");
            assembly.close(readOnlyDev);
        }
        proc().ifPresent(assembly::close);
        devpts().ifPresent(assembly::close);
    }

    /** The path without doubled and trailing slashes and dots. */
    static String clean(String destination) {
        return Path.of(destination).normalize().toString();
    }

    private static String described(List<String> options) {
        return options.isEmpty() ? "" : " (" + String.join(",", options) + ")";
    }
}
