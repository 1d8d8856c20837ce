package dev.gatun.container;

import dev.gatun.json.JsonException;
import dev.gatun.oci.Mount;
import dev.gatun.oci.RuntimeSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An OCI bundle: a folder with a configuration, and a root file system (bundle.md).
 *
 * @param folder absolute
 * @param spec its config.json
 * @param root what becomes the container's root
 */
public record Bundle(Path folder, RuntimeSpec spec, RootSource root) {
    static final String CONFIGURATION = "config.json";

    /**
     * Reads the bundle in {@code folder}.
     *
     * @throws ContainerException if it is no bundle, or its configuration or root file system is wrong
     */
    public static Bundle read(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        RuntimeSpec spec = readSpec(absolute);
        Path rootfs = absolute.resolve(spec.root().path()).normalize();
        checkRootfs(rootfs);
        return new Bundle(absolute, spec, new RootSource.Folder(rootfs));
    }

    /** Reads the configuration alone, as for a container that runs already. */
    public static RuntimeSpec readSpec(Path folder) {
        Path file = folder.resolve(CONFIGURATION);
        try {
            return RuntimeSpec.parse(Files.readAllBytes(file));
        } catch (NoSuchFileException missing) {
            throw new ContainerException(
                    file + ": no such file or directory; a bundle needs one, and \"gatun-oci spec\" writes one",
                    missing);
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + StateFolder.reason(e), e);
        } catch (JsonException wrong) {
            throw new ContainerException(file + ": " + wrong.getMessage(), wrong);
        }
    }

    /** The same with one more mount, behind all others. */
    Bundle with(Mount mount) {
        var mounts = new ArrayList<Mount>(spec.mounts());
        mounts.add(mount);
        return new Bundle(folder, spec.with(mounts), root);
    }

    /** The same with more variables for its process. */
    public Bundle with(List<String> variables) {
        var environment = new ArrayList<String>(spec.startableProcess().env());
        environment.addAll(variables);
        return new Bundle(folder, spec.with(spec.startableProcess().with(environment)), root);
    }

    private static void checkRootfs(Path rootfs) {
        if (Files.isSymbolicLink(rootfs)) {
            throw new ContainerException("root.path: " + rootfs + " is a symbolic link; name the folder itself");
        }
        if (!Files.exists(rootfs, LinkOption.NOFOLLOW_LINKS)) {
            throw new ContainerException("root.path: " + rootfs + ": no such file or directory");
        }
        if (!Files.isDirectory(rootfs, LinkOption.NOFOLLOW_LINKS)) {
            throw new ContainerException("root.path: " + rootfs + " is not a folder");
        }
        if (rootfs.getParent() == null) {
            throw new ContainerException(
                    "root.path: / cannot be the root of a container; gatun run host makes a copy of it");
        }
    }
}
