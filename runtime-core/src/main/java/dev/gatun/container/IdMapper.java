package dev.gatun.container;

import dev.gatun.oci.IdMapping;
import dev.gatun.oci.Linux;
import java.util.List;

/** Who writes the ids of a new user namespace: user_namespaces(7), "Defining user and group ID mappings". */
enum IdMapper {
    /** The program's parent, which may map any. */
    PARENT,
    /** The program's parent, which may map the runtime's own user and group alone, and only to who gives up setgroups(2). */
    PARENT_OF_ONE,
    /** newuidmap(1) and newgidmap(1), which the administrator has trusted with it, and which Java starts. */
    HELPERS;

    static IdMapper of(Linux linux, Privileges privileges) {
        return of(linux.uidMappings(), linux.gidMappings(), privileges);
    }

    static IdMapper of(List<IdMapping> uids, List<IdMapping> gids, Privileges privileges) {
        if (privileges.mapsAnyId()) {
            return PARENT;
        }
        boolean own = isOnly(uids, privileges.uid()) && isOnly(gids, privileges.gid());
        return own ? PARENT_OF_ONE : HELPERS;
    }

    private static boolean isOnly(List<IdMapping> mappings, int id) {
        return mappings.size() == 1
                && mappings.getFirst().size() == 1
                && mappings.getFirst().hostId() == Integer.toUnsignedLong(id);
    }
}
