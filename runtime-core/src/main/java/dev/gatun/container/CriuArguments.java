package dev.gatun.container;

import dev.gatun.oci.Device;
import dev.gatun.oci.Mount;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.RuntimeSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What criu(8) is called with for a container: what lies outside of it is named, so that CRIU does not look into it. */
final class CriuArguments {
    static final String DUMP_LOG = "dump.log";
    static final String RESTORE_LOG = "restore.log";

    private static final String HOST_NULL = "/dev/null";
    private static final String USUAL_CONFIGURATION = "/etc/criu/runc.conf";

    private final List<String> args = new ArrayList<>();

    private CriuArguments() {}

    /** Those of a checkpoint of the process {@code pid}, whose root is {@code rootfs}. */
    static List<String> checkpoint(RuntimeSpec spec, String rootfs, int pid, CriuOptions options) {
        var criu = new CriuArguments();
        criu.add(options.preDump() ? "pre-dump" : "dump", "--tree", Integer.toString(pid), "--root", rootfs);
        criu.common(spec, options, DUMP_LOG);
        options.parent().ifPresent(parent -> criu.add("--prev-images-dir", parent, "--track-mem"));
        if (options.leaveRunning()) {
            criu.add("--leave-running");
        }
        criu.joined(spec);
        if (!options.preDump()) {
            for (Mount mount : spec.mounts()) {
                if (isBind(mount)) {
                    criu.external(mount.destination(), mount.destination());
                }
            }
            for (String path : spec.linux().maskedPaths()) {
                if (Files.isRegularFile(Path.of("/proc/" + pid + "/root" + path))
                        || isDevice(Path.of("/proc/" + pid + "/root" + path))) {
                    criu.external(path, HOST_NULL);
                }
            }
            for (Device device : spec.linux().devices()) {
                criu.external(device.path(), device.path());
            }
        }
        return criu.args;
    }

    /**
     * Those of a restore.
     *
     * @param rootfs the root, as a mount of its own
     * @param pidFile where CRIU writes the first process's id
     * @param pipes the names of the standard streams' pipes at the checkpoint, by descriptor
     */
    static List<String> restore(
            RuntimeSpec spec, Path rootfs, Path pidFile, CriuOptions options, Map<Integer, String> pipes) {
        var criu = new CriuArguments();
        criu.add("restore", "--root", rootfs.toString(), "--pidfile", pidFile.toString());
        // a child of this process, as one that was created would be
        criu.add("--restore-detached", "--restore-sibling", "--evasive-devices");
        criu.common(spec, options, RESTORE_LOG);
        for (Mount mount : spec.mounts()) {
            if (isBind(mount)) {
                criu.external(mount.destination(), mount.source().orElse(""));
            }
        }
        if (!spec.linux().maskedPaths().isEmpty()) {
            criu.external(HOST_NULL, HOST_NULL);
        }
        for (Device device : spec.linux().devices()) {
            criu.external(device.path(), device.path());
        }
        pipes.forEach((descriptor, pipe) -> criu.add("--inherit-fd", "fd[" + descriptor + "]:" + pipe));
        return criu.args;
    }

    private void common(RuntimeSpec spec, CriuOptions options, String log) {
        add("--images-dir", options.images().toString());
        options.work().ifPresent(work -> add("--work-dir", work.toString()));
        add("--log-file", log, "-v4");
        String configuration = spec.annotations().getOrDefault("org.criu.config", USUAL_CONFIGURATION);
        if (!configuration.isEmpty() && Files.exists(Path.of(configuration))) {
            add("--config", configuration);
        }
        // the network's devices are whose who made them
        add("--empty-ns", "net", "--orphan-pts-master");
        args.addAll(options.flags());
    }

    /** Namespaces that the container has joined are somebody else's. */
    private void joined(RuntimeSpec spec) {
        var namespaces = new Namespaces(spec.linux().namespaces());
        for (Namespace.Type type : List.of(Namespace.Type.NETWORK, Namespace.Type.PID)) {
            String file = Namespaces.file(type);
            namespaces
                    .joined(type)
                    .ifPresent(path -> add(
                            "--external",
                            file + "[" + inode(Path.of(path)) + "]:extRoot" + (file.equals("net") ? "Net" : "Pid")
                                    + "NS"));
        }
    }

    private static Object inode(Path namespace) {
        try {
            return Files.getAttribute(namespace, "unix:ino");
        } catch (IOException e) {
            throw new ContainerException("open " + namespace + ": " + StateFolder.reason(e), e);
        }
    }

    private static boolean isDevice(Path file) {
        return Files.exists(file) && !Files.isDirectory(file);
    }

    private static boolean isBind(Mount mount) {
        return MountOptions.parse(mount.options()).isBind()
                || mount.type().orElse("").equals("bind");
    }

    private void external(String mountPoint, String name) {
        add("--external", "mnt[" + mountPoint + "]:" + name);
    }

    private void add(String... more) {
        args.addAll(List.of(more));
    }
}
