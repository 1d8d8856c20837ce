package dev.gatun.container;

import dev.gatun.linux.MountCalls;
import dev.gatun.program.Slot;
import java.util.List;

/** Ops that make a file system, configured parameter by parameter (fsopen(2)) and attached nowhere yet. */
final class FilesystemOps {
    private FilesystemOps() {}

    /**
     * Adds the ops.
     *
     * @param parameters each {@code key=value}, or a key alone
     * @param attributes {@code MOUNT_ATTR_*} of the mount
     * @param tree gets the mount's descriptor
     */
    static void make(
            Assembly assembly, String type, List<String> parameters, long attributes, Slot tree, String purpose) {
        var program = assembly.program;
        Slot configuration = program.slot(type + "_config");
        program.call(MountCalls.fsopen(type), purpose).to(configuration);
        for (String parameter : parameters) {
            int equals = parameter.indexOf('=');
            program.call(
                    equals < 0
                            ? MountCalls.fsconfigFlag(configuration, parameter)
                            : MountCalls.fsconfigString(
                                    configuration, parameter.substring(0, equals), parameter.substring(equals + 1)),
                    purpose);
        }
        program.call(MountCalls.fsconfigCreate(configuration), purpose);
        program.call(MountCalls.fsmount(configuration, attributes), purpose).to(tree);
        assembly.close(configuration);
    }
}
