package dev.gatun.container;

import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.Mount;
import dev.gatun.program.Listing;
import dev.gatun.program.Program;
import dev.gatun.seccomp.SeccompFilter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The program of a bundle, which is not started: it is to be read, or to be kept as an executable. */
public final class Blueprint {
    private static final int FIRST_DESCRIPTOR = 3;

    private final Kernel kernel;
    private final Program program;

    private Blueprint(Kernel kernel, Bundle bundle, Surroundings surroundings) {
        this.kernel = kernel;
        try (RootView view = RootView.of(kernel, bundle.root())) {
            program = ContainerProgram.compile(
                    bundle.spec(),
                    bundle.folder(),
                    bundle.root(),
                    view,
                    new JoinOrder(kernel).of(bundle.spec().linux().namespaces()),
                    ContainerGroup.of(bundle.spec(), nameOf(bundle.folder()), Privileges.ofThisProcess()),
                    bundle.spec().linux().seccomp().map(profile -> SeccompFilter.compile(profile, kernel.arch())),
                    surroundings);
        }
    }

    /** A container that was given no name is named as its folder, where that has one. */
    private static String nameOf(Path folder) {
        Path name = folder.getFileName();
        return name == null ? "container" : name.toString();
    }

    /** The program that a JVM would start, and stay in touch with. */
    public static Blueprint attended(Kernel kernel, Bundle bundle, CreateOptions options) {
        // a listing names its descriptors, so any numbers will do
        Fd channel = new Fd(kernel, FIRST_DESCRIPTOR, "channel");
        Optional<Fd> status =
                options.monitor() ? Optional.of(new Fd(kernel, FIRST_DESCRIPTOR + 1L, "exit_file")) : Optional.empty();
        return new Blueprint(
                kernel,
                bundle,
                new Surroundings.Attended(
                        channel,
                        Optional.empty(),
                        Optional.empty(),
                        status,
                        idmapped(kernel, bundle),
                        Optional.empty(),
                        bundle.root() instanceof RootSource.Layers layers
                                ? layers.helper().map(_ -> new Fd(kernel, FIRST_DESCRIPTOR + 2L, "fuse"))
                                : Optional.empty(),
                        options,
                        Privileges.ofThisProcess()));
    }

    /** Stand-ins for what would be made before the program is started. */
    private static Map<Integer, Fd> idmapped(Kernel kernel, Bundle bundle) {
        var mounts = new HashMap<Integer, Fd>();
        List<Mount> configured = bundle.spec().mounts();
        for (int i = 0; i < configured.size(); i++) {
            if (MountOps.isIdmapped(configured.get(i))) {
                mounts.put(i, new Fd(kernel, FIRST_DESCRIPTOR + 3L + i, "idmapped_bind"));
            }
        }
        return mounts;
    }

    /** The program that needs nobody: errors go to standard error, and it ends as the container does. */
    public static Blueprint alone(Kernel kernel, Bundle bundle) {
        return new Blueprint(kernel, bundle, new Surroundings.Alone(Privileges.ofThisProcess()));
    }

    /** The program in words. */
    public Listing listing() {
        return new Listing(program);
    }

    /** Writes the program as an executable file, which is there whole or not at all. */
    public void writeTo(Path file) {
        ProgramFile.write(program, kernel.arch(), file);
    }
}
