package dev.gatun.container;

import dev.gatun.linux.Capability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process may do (proc_pid_status(5), capabilities(7)).
 *
 * @param uid its effective user
 * @param gid its effective group
 * @param capabilities its effective capabilities, each {@link Capability#bit}
 */
public record Privileges(int uid, int gid, long capabilities) {
    /** All that there are. */
    public static final Privileges ROOT = new Privileges(0, 0, -1);

    private static final Path STATUS = Path.of("/proc/self/status");
    /** Real, effective, saved and file system's id, in this order. */
    private static final int EFFECTIVE = 1;

    /** This process's own. */
    public static Privileges ofThisProcess() {
        try {
            return parse(new String(Files.readAllBytes(STATUS), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new ContainerException("read " + STATUS + ": " + StateFolder.reason(e), e);
        }
    }

    static Privileges parse(String status) {
        return new Privileges(
                Integer.parseUnsignedInt(field(status, "Uid").split("\t", -1)[EFFECTIVE]),
                Integer.parseUnsignedInt(field(status, "Gid").split("\t", -1)[EFFECTIVE]),
                Long.parseUnsignedLong(field(status, "CapEff"), 16));
    }

    private static String field(String status, String name) {
        int start = status.indexOf("\n" + name + ":\t");
        if (start < 0) {
            throw new ContainerException(STATUS + ": no line " + name);
        }
        int value = start + name.length() + 3;
        return status.substring(value, status.indexOf('\n', value));
    }

    /** Whether it makes no namespace but a user namespace, and what that owns. */
    public boolean isRootless() {
        return !has(Capability.CAP_SYS_ADMIN);
    }

    /** Whether it maps any ids that it has into a user namespace, and not its own alone (user_namespaces(7)). */
    boolean mapsAnyId() {
        return has(Capability.CAP_SETUID) && has(Capability.CAP_SETGID);
    }

    private boolean has(Capability capability) {
        return (capabilities & capability.bit()) != 0;
    }
}
