package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Notation;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Text;
import dev.gatun.linux.Word;
import dev.gatun.oci.Process;
import dev.gatun.program.Label;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.util.ArrayList;
import java.util.List;

/**
 * Ops that find the command and execute it.
 *
 * <p>It is looked for when the container is created, by the user that it will run as: that there is none is an error of
 * create. Execution then only has to use what was found.
 */
final class CommandOps {
    /** unistd.h: X_OK. */
    private static final int EXECUTABLE = 1;

    /** fcntl.h: ask for the effective user, as execve does. */
    private static final int AT_EACCESS = 0x200;

    private final ProgramBuilder program;
    private final Process process;
    private final String name;
    private final Slot file;

    /**
     * Ops for a process.
     *
     * @param name of the command: mostly the first of the arguments, which a hook may have another one than
     */
    CommandOps(ProgramBuilder program, Process process, String name) {
        this.program = program;
        this.process = process;
        this.name = name;
        this.file = program.slot("command", 0);
    }

    /** Fails for want of a command: the specification asks for one at start only (config.md, Process). */
    static void refuse(ProgramBuilder program) {
        program.call(
                FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "", Fcntl.O_PATH, 0),
                "process.args: empty; a program to run is required");
    }

    /** Looks for the command: as given if it has a slash, otherwise in the folders of the process's own PATH. */
    void find() {
        Label found = program.label("found the command");
        if (name.contains("/")) {
            String purpose = "exec: " + Text.quoted(name);
            candidate(name, purpose, List.of(), found);
            program.place(found);
            return;
        }
        String purpose = "exec: " + Text.quoted(name) + ": executable file not found in $PATH";
        List<String> folders = searchPath();
        if (folders.isEmpty()) {
            throw new ContainerException(purpose + ", as process.env has no PATH");
        }
        for (int i = 0; i < folders.size(); i++) {
            boolean last = i == folders.size() - 1;
            String path = folders.get(i) + "/" + name;
            candidate(path, purpose, last ? List.of() : List.of(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES), found);
        }
        program.place(found);
    }

    /** Takes {@code path} as the command if it can be executed and is no folder, and goes on at {@code found}. */
    private void candidate(String path, String purpose, List<Errno> tolerated, Label found) {
        Label next = program.label("not " + path);
        Label isFile = program.label("is " + path);
        Errno[] errors = tolerated.toArray(new Errno[0]);
        program.call(isExecutable(path), purpose).onError(next, errors);
        program.call(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path + "/.", Fcntl.O_PATH | Fcntl.O_CLOEXEC, 0),
                        "see whether " + path + " is a folder")
                .onError(isFile, Errno.ENOTDIR);
        if (tolerated.isEmpty()) {
            // going on into a folder fails for good, with the error that execve would give
            program.call(ProcessCalls.execve(path, process.args(), List.of()), purpose);
        } else {
            program.jump(next, "look on, as it is a folder");
        }
        program.place(isFile);
        var pointer = new Block(Long.BYTES, "&" + Text.quoted(path)).field(0, new Text(path));
        program.load(pointer, 0, -1, 0, "take " + path).to(file);
        program.jump(found, "take " + path);
        program.place(next);
    }

    /** Fails as execve would for want of the file or of the right to execute it. */
    static Call isExecutable(String path) {
        return Call.of(
                Syscall.FACCESSAT2,
                FileCalls.CURRENT_DIRECTORY,
                new Text(path),
                Word.of(EXECUTABLE),
                new Word(AT_EACCESS, Notation.HEX));
    }

    private List<String> searchPath() {
        var folders = new ArrayList<String>();
        for (String variable : process.env()) {
            if (variable.startsWith("PATH=")) {
                folders.clear();
                for (String folder : variable.substring("PATH=".length()).split(":", -1)) {
                    // an empty entry means the working folder, from where nothing is run unasked
                    if (!folder.isEmpty()) {
                        folders.add(folder);
                    }
                }
            }
        }
        return folders;
    }

    /** Executes what was found; the environment is the process's own. */
    void execute(List<String> environment) {
        program.call(ProcessCalls.execve(file, process.args(), environment), "exec: " + Text.quoted(name));
    }
}
