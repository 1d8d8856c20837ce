package dev.gatun.linux;

import java.util.List;

/**
 * Starts processes with posix_spawn(3), which shares the parent's memory until the child's execve(2): it costs the same
 * however large the JVM is.
 *
 * <p>The child gets no signal mask, default dispositions for all signals, an empty environment, and of the parent's
 * descriptors those that are not close-on-exec and those that are named.
 */
public final class Spawn {
    private static final int POSIX_SPAWN_SETSIGDEF = 4;
    private static final int POSIX_SPAWN_SETSIGMASK = 8;

    private final Kernel kernel;

    public Spawn(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Starts {@code path}.
     *
     * @param name the new process's argv[0]
     * @param keep descriptors that the child is to have, under their own numbers
     * @return its process id; it is to be waited for
     * @throws SyscallException if it could not be started
     */
    public int start(String path, String name, List<Fd> keep) {
        var actions = Block.buffer(Structs.SPAWN_FILE_ACTIONS_SIZE, "&actions");
        var attributes = Block.buffer(Structs.SPAWN_ATTRIBUTES_SIZE, "&attributes");
        var pid = Block.buffer(Integer.BYTES, "&pid");
        check("posix_spawn_file_actions_init", actions);
        try {
            for (Fd fd : keep) {
                // duplicating a descriptor onto itself clears its close-on-exec flag in the child
                check("posix_spawn_file_actions_adddup2", actions, Word.fd(fd.number()), Word.fd(fd.number()));
            }
            initialise(attributes);
            check(
                    "posix_spawn",
                    pid,
                    new Text(path),
                    actions,
                    attributes,
                    Block.strings(List.of(name), out -> out.append(name)),
                    Block.strings(List.of(), out -> out.append("[]")));
            return pid.getInt32(0);
        } finally {
            kernel.libraryCall("posix_spawn_file_actions_destroy", actions);
        }
    }

    private void initialise(Block attributes) {
        var none = new Block(Structs.SIGSET_SIZE, "[]");
        // sigfillset(3) would leave out two signals that glibc keeps for itself, and the child would ignore them
        var all = new Block(Structs.SIGSET_SIZE, "~[]");
        for (int offset = 0; offset < Structs.SIGSET_SIZE; offset += Long.BYTES) {
            all.int64(offset, -1);
        }
        check("posix_spawnattr_init", attributes);
        check("posix_spawnattr_setsigmask", attributes, none);
        check("posix_spawnattr_setsigdefault", attributes, all);
        check("posix_spawnattr_setflags", attributes, Word.of(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
    }

    private void check(String function, Arg... args) {
        int errno = (int) kernel.libraryCall(function, args);
        if (errno != 0) {
            var call = new StringBuilder(function).append('(');
            for (Arg arg : args) {
                call.append(call.charAt(call.length() - 1) == '(' ? "" : ", ");
                arg.print(call);
            }
            throw new SyscallException(call.append(')').toString(), Math.abs(errno));
        }
    }
}
