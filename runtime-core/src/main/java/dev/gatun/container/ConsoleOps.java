package dev.gatun.container;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.OpenFlags;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Stat;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Terminal;
import dev.gatun.linux.Word;
import dev.gatun.oci.Process;
import dev.gatun.program.Channel;
import dev.gatun.program.Slot;
import java.util.Optional;

/**
 * Ops that give the process a terminal: a new pseudo-terminal of the container's own devpts.
 *
 * <p>Its other end is asked of the terminal itself (TIOCGPTPEER), never opened by a path that the image could have put
 * there (CVE-2025-52565).
 */
final class ConsoleOps {
    private final Assembly assembly;
    private final PathOps paths;

    private final Slot master;
    private final Slot slave;

    ConsoleOps(Assembly assembly, PathOps paths) {
        this.assembly = assembly;
        this.paths = paths;
        this.master = assembly.program.slot("terminal");
        this.slave = assembly.program.slot("process_end");
    }

    /** Makes the terminal and connects the process's standard descriptors to it. */
    void open(Process process, Optional<Slot> devpts) {
        var program = assembly.program;
        long flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
        program.call(
                        devpts.isPresent()
                                ? FileCalls.openat(devpts.get(), "ptmx", flags, 0)
                                : paths.open("/dev/ptmx", flags, 0),
                        "make a terminal")
                .to(master);
        program.call(
                FileCalls.ioctl(master, Terminal.TIOCSPTLCK, new Block(Integer.BYTES, "[0]")), "unlock the terminal");
        program.call(
                        FileCalls.ioctl(master, Terminal.TIOCGPTPEER, new OpenFlags(flags)),
                        "open the process's end of the terminal")
                .to(slave);
        process.consoleSize().ifPresent(this::resize);
        long uid = process.user().uid();
        if (uid != 0) {
            program.call(
                    FileCalls.fchownat(slave, "", uid, -1, Fcntl.AT_EMPTY_PATH), "give the terminal to user " + uid);
        }
        connect();
    }

    private void resize(Process.ConsoleSize size) {
        var winsize = new Block(Structs.WINSIZE_SIZE, "{ws_row=" + size.height() + ", ws_col=" + size.width() + "}")
                .int16(Structs.WINSIZE_ROWS, size.height())
                .int16(Structs.WINSIZE_COLUMNS, size.width());
        assembly.program.call(FileCalls.ioctl(master, Terminal.TIOCSWINSZ, winsize), "set the terminal's size");
    }

    private void connect() {
        var program = assembly.program;
        program.call(FileCalls.ioctl(slave, Terminal.TIOCSCTTY, Word.of(0)), "make it the controlling terminal");
        for (int standard = 0; standard < 3; standard++) {
            program.call(FileCalls.dup3(slave, standard, 0), "connect descriptor " + standard + " to the terminal");
        }
    }

    /** Shows the terminal as {@code /dev/console}, too. */
    void bindConsole() {
        var program = assembly.program;
        Slot dev = program.slot("dev");
        Slot tree = program.slot("console_mount");
        Slot console = program.slot("console");
        String purpose = "bind the terminal to /dev/console";
        program.call(paths.open("/dev", Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0), purpose)
                .to(dev);
        program.call(FileCalls.mknodat(dev, "console", Stat.S_IFREG | 0600, 0), purpose)
                .tolerate(Errno.EEXIST);
        program.call(
                        MountCalls.openTree(
                                slave, "", Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC | Fcntl.AT_EMPTY_PATH),
                        purpose)
                .to(tree);
        program.call(FileCalls.openat(dev, "console", Fcntl.O_PATH | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC, 0), purpose)
                .to(console);
        program.call(MountCalls.moveMount(tree, console), purpose);
        assembly.close(tree);
        assembly.close(console);
        assembly.close(dev);
    }

    /** Hands the master's end to who asked for it, over {@code --console-socket}: one descriptor, and a name for it. */
    void send(Arg socket) {
        var message = SocketCalls.message(Block.content("/dev/ptmx"), SocketCalls.rights(master));
        assembly.program.call(SocketCalls.sendmsg(socket, message), "hand the terminal to the console socket");
        assembly.close(master);
        assembly.close(slave);
    }

    /** Hands the master's end to Java. */
    void signal(Arg channel, int kind) {
        Channel.signalOp(assembly.program, channel, kind, Word.of(0), master, "hand the terminal to Gatun");
        assembly.close(master);
        assembly.close(slave);
    }
}
