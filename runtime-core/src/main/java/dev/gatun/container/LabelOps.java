package dev.gatun.container;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.PolicyCalls;
import dev.gatun.linux.Text;
import dev.gatun.oci.Process;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Ops that label the process for the kernel's security modules, and give it a session keyring of its own.
 *
 * <p>Labels are written through the host's procfs, which nothing in a container can pass for (CVE-2025-52881).
 */
final class LabelOps {
    /**
     * include/linux/key.h: all rights of the possessor, and of the user to view, read and link, as the kernel has it;
     * beside them KEY_USR_SEARCH, without which a process that is added later does not find the keyring.
     */
    private static final long KEY_PERMISSIONS = 0x3f130000L | 0x80000L;

    private static final Path APPARMOR = Path.of("/sys/module/apparmor");
    private static final Path SELINUX = Path.of("/sys/fs/selinux/enforce");

    private final ProgramBuilder program;
    private final Process process;

    LabelOps(ProgramBuilder program, Process process) {
        this.program = program;
        this.process = process;
    }

    /** Throws {@link ContainerException} if the process is to have a label that this kernel knows nothing of. */
    static void check(Process process, Optional<String> mountLabel) {
        if (isSet(process.apparmorProfile()) && !Files.exists(APPARMOR)) {
            throw new ContainerException("process.apparmorProfile: "
                    + Text.quoted(process.apparmorProfile().get())
                    + " cannot be applied, as this kernel runs without AppArmor");
        }
        if (isSet(process.selinuxLabel()) && !Files.exists(SELINUX)) {
            throw new ContainerException("process.selinuxLabel: selinux label is specified in config, but selinux is"
                    + " disabled or not supported");
        }
        if (isSet(mountLabel) && !Files.exists(SELINUX)) {
            throw new ContainerException("linux.mountLabel: selinux label is specified in config, but selinux is"
                    + " disabled or not supported");
        }
    }

    /** An empty label is none: engines write it so. */
    private static boolean isSet(Optional<String> label) {
        return label.isPresent() && !label.get().isEmpty();
    }

    /** Whether {@link #label} has anything to do. */
    boolean isNeeded() {
        return isSet(process.apparmorProfile()) || isSet(process.selinuxLabel());
    }

    /**
     * Adds the ops that make the next execve label the process.
     *
     * @param procfs the host's {@code /proc}
     */
    void label(Arg procfs) {
        if (isSet(process.selinuxLabel())) {
            write(procfs, "self/attr/exec", process.selinuxLabel().get(), "set the SELinux label");
        }
        if (isSet(process.apparmorProfile())) {
            // attr/exec, too, belongs to AppArmor where it is the only module; its own folder came with Linux 5.8
            String profile = process.apparmorProfile().get();
            write(procfs, "self/attr/apparmor/exec", "exec " + profile, "apply the AppArmor profile " + profile);
        }
    }

    /** Adds the ops that make a session keyring of a name, and join it. */
    void makeKeyring(String name) {
        Slot keyring = program.slot("keyring");
        var done = program.label("has a keyring");
        // a kernel without keys has none to keep from the container
        program.call(PolicyCalls.joinSessionKeyring(name), "join the session keyring " + Text.quoted(name))
                .to(keyring)
                .onError(done, Errno.ENOSYS);
        program.call(PolicyCalls.setKeyPermissions(keyring, KEY_PERMISSIONS), "let added processes find the keyring");
        program.place(done);
    }

    /** Adds the op that joins the keyring of a running container, for a process that is added to it. */
    void joinKeyring(String name) {
        program.call(PolicyCalls.joinSessionKeyring(name), "join the session keyring " + Text.quoted(name))
                .tolerate(Errno.ENOSYS);
    }

    private void write(Arg procfs, String file, String label, String purpose) {
        Slot attribute = program.slot("attribute");
        program.call(FileCalls.openat(procfs, file, Fcntl.O_WRONLY | Fcntl.O_CLOEXEC, 0), purpose)
                .to(attribute);
        program.call(FileCalls.write(attribute, Block.content(label)), purpose);
        program.call(FileCalls.close(attribute), "close " + attribute);
    }
}
