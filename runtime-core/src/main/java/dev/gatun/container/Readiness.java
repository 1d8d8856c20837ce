package dev.gatun.container;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.SyscallException;
import dev.gatun.oci.Mount;
import dev.gatun.program.Channel;
import dev.gatun.program.Image;
import dev.gatun.program.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The line from a container to the service manager on which it says that it is ready (sd_notify(3)), as runc lays it:
 * through a folder of the container's state, which it sees as {@code /run/notify}.
 */
public final class Readiness implements AutoCloseable {
    private static final String FOLDER_INSIDE = "/run/notify";
    static final String SOCKET = "notify.sock";

    private final Kernel kernel;
    private final Fd container;
    private final Fd manager;

    private Readiness(Kernel kernel, Fd container, Fd manager) {
        this.kernel = kernel;
        this.container = container;
        this.manager = manager;
    }

    /** Makes the folder in the container's state, and returns the bundle with what shows it to the container. */
    static Bundle prepare(Bundle bundle, Path folder) {
        try {
            Files.createDirectory(folder);
            // who looks for the socket inside may be any user
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new ContainerException("make the folder " + folder + ": " + StateFolder.reason(e), e);
        }
        var mount = new Mount(
                FOLDER_INSIDE,
                Optional.of("bind"),
                Optional.of(folder.toString()),
                List.of("bind", "nosuid", "noexec", "nodev", "ro"),
                List.of(),
                List.of());
        return bundle.with(mount).with(List.of("NOTIFY_SOCKET=" + FOLDER_INSIDE + "/" + SOCKET));
    }

    /** Listens in the folder, on behalf of a service manager that is reached at {@code address}. */
    static Readiness listen(Kernel kernel, Path folder, String address) {
        Fd manager = socket(kernel, "manager", 0);
        try {
            try {
                kernel.call(
                        SocketCalls.connect(manager, address.startsWith("@") ? "\0" + address.substring(1) : address));
            } catch (SyscallException failed) {
                throw new ContainerException("NOTIFY_SOCKET: connect to " + address + ": " + failed.reason(), failed);
            }
            return new Readiness(kernel, bind(kernel, folder), manager);
        } catch (RuntimeException | Error failed) {
            manager.close();
            throw failed;
        }
    }

    private static Fd bind(Kernel kernel, Path folder) {
        Fd socket = socket(kernel, "notify", Socket.SOCK_NONBLOCK);
        long flags = Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        try (var directory = new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, folder.toString(), flags, 0)),
                "folder")) {
            kernel.call(ReadinessProgram.onlyReady(socket));
            // through the descriptor, as a socket's path may be no longer than 107 bytes
            kernel.call(SocketCalls.bind(socket, directory.path() + "/" + SOCKET));
            Files.setPosixFilePermissions(folder.resolve(SOCKET), PosixFilePermissions.fromString("rwxrwxrwx"));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new ContainerException("open " + folder.resolve(SOCKET) + ": " + StateFolder.reason(e), e);
        } catch (RuntimeException | Error failed) {
            socket.close();
            throw failed;
        }
    }

    private static Fd socket(Kernel kernel, String name, int flags) {
        long opened = kernel.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_DGRAM | Socket.SOCK_CLOEXEC | flags));
        return new Fd(kernel, opened, name);
    }

    /** Waits until the container says that it is ready, or ends. */
    void await(Launcher launcher, int init) {
        try (var channel = new Channel(kernel)) {
            Optional<Image> image = follow(launcher, channel, init, init);
            // the channel is closed at the program's end
            if (image.isPresent() && channel.receive(image.get()) instanceof Channel.Failed failed) {
                throw new ContainerException(failed.failure());
            }
        }
    }

    /** Has the container's word passed on whenever it comes, while this process, {@code mainPid}, does something else. */
    void watch(Launcher launcher, int init, int mainPid) {
        try (var channel = new Channel(kernel)) {
            follow(launcher, channel, init, mainPid);
        }
    }

    /** Starts the program that passes it on; nothing is started if the container has ended already. */
    private Optional<Image> follow(Launcher launcher, Channel channel, int init, int mainPid) {
        long opened = kernel.attempt(ProcessCalls.pidfdOpen(init));
        if (opened < 0) {
            return Optional.empty();
        }
        try (var process = new Fd(kernel, opened, "process")) {
            Image image = Image.of(
                    ReadinessProgram.compile(channel.programEnd(), container, manager, process, mainPid),
                    kernel.arch());
            int parent = launcher.start(image, List.of(channel.programEnd(), container, manager, process));
            channel.started();
            Launch.reap(kernel, parent);
            return Optional.of(image);
        }
    }

    @Override
    public void close() {
        container.close();
        manager.close();
    }
}
