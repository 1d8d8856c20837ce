package dev.gatun.container;

import dev.gatun.linux.Call;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
import dev.gatun.oci.Linux;
import dev.gatun.program.Launcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes bind mounts that show other owners than the file system has, attached nowhere yet.
 *
 * <p>mount_setattr(2) wants rights over the file system itself, which a container in a user namespace does not have: so
 * they are made by Java, and handed to the container's program.
 */
final class IdmappedMounts {
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
            Fd namespace = namespaces.of(Idmap.of(mount, options, linux));
            return new IdmappedTree(
                            MountOps.source(mount, bundle.folder()),
                            options.isRecursiveBind(),
                            RootfsOps.separation(linux),
                            options.isRecursiveIdmap())
                    .make(kernel, namespace);
        } catch (UnmappableException refused) {
            throw new ContainerException("mounts[" + index + "]: uidMappings: " + refused.getMessage(), refused);
        } catch (ContainerException wrong) {
            throw new ContainerException("mounts[" + index + "]: " + wrong.getMessage(), wrong);
        } catch (SyscallException failed) {
            throw new ContainerException("mounts[" + index + "]: uidMappings: " + failed.getMessage(), failed);
        }
    }
}
