package dev.gatun.container;

import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
import dev.gatun.oci.Linux;
import dev.gatun.program.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes bind mounts that show other owners than the file system has, attached nowhere yet.
 *
 * <p>mount_setattr(2) wants rights over the file system itself, which a container in a user namespace does not have: so
 * they are made by Java, and handed to the container's program.
 */
final class IdmappedMounts {
    private static final String UNKNOWN = "of unknown type";

    private final Kernel kernel;
    private final Bundle bundle;
    private final UserNamespaces namespaces;

    IdmappedMounts(Kernel kernel, Launcher launcher, Bundle bundle) {
        this.kernel = kernel;
        this.bundle = bundle;
        this.namespaces = new UserNamespaces(kernel, launcher);
    }

    /**
     * Makes those of the configuration.
     *
     * @param made gets each, also when a later one cannot be made; the caller closes them
     * @return by their place in the configuration
     * @throws ContainerException if one cannot be made
     */
    Map<Integer, Fd> make(List<Fd> made) {
        if (kernel.call(Call.of(Syscall.GETUID)) != 0) {
            throw new ContainerException("mounts: mapping the owners that a mount shows needs root");
        }
        var mounts = new HashMap<Integer, Fd>();
        List<dev.gatun.oci.Mount> configured = bundle.spec().mounts();
        try (namespaces) {
            for (int i = 0; i < configured.size(); i++) {
                if (MountOps.isIdmapped(configured.get(i))) {
                    Fd mount = make(i, configured.get(i));
                    made.add(mount);
                    mounts.put(i, mount);
                }
            }
        }
        return mounts;
    }

    private Fd make(int index, dev.gatun.oci.Mount mount) {
        try {
            MountOptions options = MountOptions.parse(mount.options());
            Linux linux = bundle.spec().linux();
            Idmap idmap = Idmap.of(mount, options, linux);
            Path source = MountOps.source(mount, bundle.folder());
            return make(source, options, namespaces.of(idmap), RootfsOps.separation(linux));
        } catch (ContainerException wrong) {
            throw new ContainerException("mounts[" + index + "]: " + wrong.getMessage(), wrong);
        } catch (SyscallException failed) {
            throw new ContainerException("mounts[" + index + "]: uidMappings: " + failed.getMessage(), failed);
        }
    }

    /** The tree of {@code source} with mapped owners, and as far from the host's mounts as the container's are. */
    private Fd make(Path source, MountOptions options, Fd namespace, long separation) {
        long flags =
                Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC | (options.isRecursiveBind() ? Fcntl.AT_RECURSIVE : 0);
        var tree = new Fd(
                kernel,
                kernel.call(MountCalls.openTree(FileCalls.CURRENT_DIRECTORY, source.toString(), flags)),
                "idmapped_bind");
        try {
            if ((separation & Mount.MS_REC) != 0) {
                kernel.call(MountCalls.mountSetattr(
                        tree,
                        Fcntl.AT_EMPTY_PATH | Fcntl.AT_RECURSIVE,
                        0,
                        0,
                        separation & ~Mount.MS_REC,
                        Optional.empty()));
            }
            map(source, tree, options.isRecursiveIdmap(), namespace);
            return tree;
        } catch (RuntimeException | Error failed) {
            tree.close();
            throw failed;
        }
    }

    private void map(Path source, Fd tree, boolean recursive, Fd namespace) {
        try {
            kernel.call(MountCalls.mountSetattr(
                    tree,
                    Fcntl.AT_EMPTY_PATH | (recursive ? Fcntl.AT_RECURSIVE : 0),
                    Mount.MOUNT_ATTR_IDMAP,
                    0,
                    0,
                    Optional.of(namespace)));
        } catch (SyscallException refused) {
            String what = source + " (" + type(source) + (recursive ? ", or what is mounted below it)" : ")");
            if (refused.is(Errno.EINVAL)) {
                throw new ContainerException(
                        "uidMappings: this kernel cannot map the owners that the file system of " + what + " shows",
                        refused);
            }
            if (refused.is(Errno.EPERM)) {
                throw new ContainerException(
                        "uidMappings: " + what + " shows mapped owners already, or belongs to another user namespace",
                        refused);
            }
            throw refused;
        }
    }

    private static String type(Path source) {
        try {
            return Files.getFileStore(source).type();
        } catch (IOException unseen) {
            // the message that it is for says enough without
            return UNKNOWN;
        }
    }
}
