package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Wait;
import dev.gatun.linux.Word;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The processes of a pid namespace that have ended and were never waited for by their parents outside of it. The first
 * process cannot end before they are gone (kernel/pid_namespace.c, zap_pid_ns_processes).
 */
final class Unreaped {
    private record Ended(int pid, int parent) {}

    private final List<Ended> processes;

    private Unreaped(List<Ended> processes) {
        this.processes = processes;
    }

    /** Those in the namespace of {@code first}, which is its first process. */
    static Unreaped in(int first) {
        var found = new ArrayList<Ended>();
        Path proc = Path.of("/proc");
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
            Path namespace = namespace(proc.resolve(Integer.toString(first)));
            for (Path folder : folders) {
                int pid = Integer.parseInt(folder.getFileName().toString());
                ProcessIdentity.Ancestry ancestry = ProcessIdentity.ancestry(pid);
                if (pid != first && ancestry.ended() && isIn(namespace, folder)) {
                    found.add(new Ended(pid, ancestry.parent()));
                }
            }
        } catch (IOException e) {
            throw new ContainerException("see which processes have ended: " + StateFolder.reason(e), e);
        }
        return new Unreaped(found);
    }

    private static boolean isIn(Path namespace, Path process) {
        try {
            return namespace(process).equals(namespace);
        } catch (IOException gone) {
            return false;
        }
    }

    private static Path namespace(Path process) throws IOException {
        return Files.readSymbolicLink(process.resolve("ns/pid"));
    }

    /** Forgets those that are children of this process. */
    void reapOwn(Kernel kernel) {
        var status = Block.buffer(Long.BYTES, "&status");
        for (Ended process : processes) {
            kernel.attempt(ProcessCalls.wait4(Word.of(process.pid()), status, Wait.WNOHANG));
        }
    }

    /** Who is to do something, in words; nothing if there are none. */
    String description() {
        if (processes.isEmpty()) {
            return "";
        }
        var parents = new TreeSet<Integer>();
        var pids = new ArrayList<Integer>();
        for (Ended process : processes) {
            parents.add(process.parent());
            pids.add(process.pid());
        }
        return "processes " + pids + " of its pid namespace have ended, and were not waited for by their parents "
                + parents + "; end those";
    }
}
