package dev.gatun.container;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes of a container that has no control group: those that share its pid namespace. */
final class PidNamespace {
    private PidNamespace() {}

    /** Their numbers on the host, in order; none if {@code pid} is 0. */
    static List<Integer> processes(int pid) {
        var processes = new ArrayList<Integer>();
        if (pid == 0) {
            return processes;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            Path own = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid"));
            for (Path folder : folders) {
                if (isIn(own, folder)) {
                    processes.add(Integer.parseInt(folder.getFileName().toString()));
                }
            }
            processes.sort(null);
            return processes;
        } catch (IOException e) {
            throw new ContainerException("find the processes beside process " + pid + ": " + StateFolder.reason(e), e);
        }
    }

    private static boolean isIn(Path namespace, Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/pid")).equals(namespace);
        } catch (IOException goneOrAnothers) {
            return false;
        }
    }
}
