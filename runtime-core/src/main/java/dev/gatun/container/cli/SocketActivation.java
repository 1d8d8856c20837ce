package dev.gatun.container.cli;

import dev.gatun.container.Bundle;
import dev.gatun.container.ContainerException;
import java.util.List;
import java.util.Map;

/**
 * The sockets that a service manager has handed this process, behind its standard streams, and that go on to the
 * container: sd_listen_fds(3).
 */
final class SocketActivation {
    private final int count;

    private SocketActivation(int count) {
        this.count = count;
    }

    /** What the environment tells; what it tells of another process is nothing to this one. */
    static SocketActivation of(Map<String, String> environment) {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        String pid = environment.getOrDefault("LISTEN_PID", "");
        if (count.isEmpty() || !pid.equals(Long.toString(ProcessHandle.current().pid()))) {
            return new SocketActivation(0);
        }
        try {
            return new SocketActivation(Math.max(Integer.parseInt(count), 0));
        } catch (NumberFormatException wrong) {
            throw new ContainerException("LISTEN_FDS: \"" + count + "\" is not a number", wrong);
        }
    }

    /** How many descriptors there are. */
    int count() {
        return count;
    }

    /** The bundle, whose process is told of them as its own: in its pid namespace it is the first. */
    Bundle tell(Bundle bundle) {
        return count == 0 ? bundle : bundle.with(List.of("LISTEN_FDS=" + count, "LISTEN_PID=1"));
    }
}
