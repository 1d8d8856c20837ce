package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Arg;
import dev.gatun.linux.FileCalls;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.Label;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the parts of a container's program share while it is compiled. */
final class Assembly {
    final ProgramBuilder program = new ProgramBuilder();
    final RuntimeSpec spec;
    final Namespaces namespaces;
    /** The folder that relative paths of the configuration are taken from. */
    final Path bundle;
    /** What becomes the root. */
    final RootSource source;

    final RootView view;
    /** The control group that the first process is in. */
    final GroupPaths group;

    /** What whoever starts the program may do. */
    final Privileges privileges;
    /** The container's root, once it is mounted: everything in it is reached from here. */
    final Slot root = program.slot("root");
    /** Where a process of the program ends that nobody waits for any longer. */
    final Label abandoned = program.label("abandoned");

    private final List<Runnable> detours = new ArrayList<>();

    Assembly(
            RuntimeSpec spec,
            Namespaces namespaces,
            Path bundle,
            RootSource source,
            RootView view,
            GroupPaths group,
            Privileges privileges) {
        this.spec = spec;
        this.namespaces = namespaces;
        this.bundle = bundle;
        this.source = source;
        this.view = view;
        this.group = group;
        this.privileges = privileges;
    }

    /** The option that labels a new file system of the type for SELinux; the kernel's own views take none (as runc). */
    List<String> labelOf(String type) {
        String label = spec.linux().mountLabel().orElse("");
        boolean takesNone = type.equals("proc") || type.equals("sysfs") || type.equals("mqueue");
        return label.isEmpty() || takesNone ? List.of() : List.of("context=" + label);
    }

    /** Adds ops that are seldom needed behind everything else, so that the listing reads straight on. */
    void detour(Runnable ops) {
        detours.add(ops);
    }

    /** Adds the detours; they may ask for further ones. */
    void addDetours() {
        for (int i = 0; i < detours.size(); i++) {
            detours.get(i).run();
        }
    }

    /** Adds the op that closes a descriptor which is no longer needed. */
    void close(Arg descriptor) {
        program.call(FileCalls.close(descriptor), "close " + descriptor);
    }
}
