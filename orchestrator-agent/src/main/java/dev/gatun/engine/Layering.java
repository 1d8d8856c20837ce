package dev.gatun.engine;

import dev.gatun.container.IdMaps;
import dev.gatun.container.MountProgram;
import dev.gatun.container.Privileges;
import dev.gatun.container.Unshare;
import dev.gatun.image.Digest;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.layer.UnpackRules;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How layers are unpacked and laid over each other for the user of this process.
 *
 * @param folder where such layers are: those of root, and those for each map of ids apart
 * @param ofHost what the owners of the host's own files become in an image
 * @param mountProgram lays them over each other, where the kernel does not
 */
public record Layering(String folder, UnpackRules rules, IdShift ofHost, Optional<MountProgram> mountProgram) {
    /** For root: files belong to whom the layers say. */
    public static final Layering OF_ROOT =
            new Layering("snapshots", UnpackRules.PRIVILEGED, IdShift.NONE, Optional.empty());

    /** What is unknown in a user namespace belongs to this one there (proc_sys_kernel(5), overflowuid). */
    private static final long UNKNOWN = 65534;

    private static final int NAME = 8;

    /** For the user of this process, or for the one that it was run for as root of a user namespace. */
    public static Layering of(Map<String, String> environment) {
        if (Unshare.user(environment).isPresent()) {
            return of(IdMaps.ofThisProcess(), environment);
        }
        Privileges user = Privileges.ofThisProcess();
        return user.isRootless() ? of(IdMaps.grantedTo(user), environment) : OF_ROOT;
    }

    private static Layering of(IdMaps ids, Map<String, String> environment) {
        String name = Digest.of(ids.toString().getBytes(StandardCharsets.US_ASCII))
                .hex()
                .substring(0, NAME);
        var range = new IdShift.Range(UNKNOWN, 0, 1);
        var others = IdShift.NONE.uids().getFirst();
        var ofHost = new IdShift(List.of(range, others), List.of(range, others));
        return new Layering(
                OF_ROOT.folder + "-" + name,
                ids.isOneAlone() ? UnpackRules.UNPRIVILEGED : UnpackRules.MAPPED,
                ofHost,
                MountPrograms.of(environment));
    }
}
