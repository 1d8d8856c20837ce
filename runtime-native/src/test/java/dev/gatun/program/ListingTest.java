package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Word;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListingTest {
    @Test
    void aProgramPrintsItselfInTheNotationOfStrace() {
        assertThat(new Listing(program()).toString()).isEqualTo("""
                        # namespaces
                        start:
                          clone3({flags=CLONE_NEWNS|CLONE_NEWPID, exit_signal=SIGCHLD}, 88) = pid  [0: init]    ; make the init process
                          wait4(pid, &status, 0, NULL)                                                          ; wait for it
                          code = *&status >> 8 & 0xff | 0  [0: done]                                            ; its exit status
                          exit_group(code)                                                                      ; end as it did
                        init, again:
                          openat(AT_FDCWD, "/dev/null", O_RDWR|O_CLOEXEC, 0) = null  [ENOENT, ENXIO: done]      ; open /dev/null

                        # root file system
                          mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID|MS_NODEV, "mode=1777")  [EBUSY: go on]      ; mount tmpfs on /tmp
                          unlinkat(null, "file", 0)  [any error: go on]                                         ; remove a file
                          constant = *&zero >> 0 & 0 | 0x5                                                      ; remember five
                          goto again                                                                            ; try again

                        # namespaces
                        done:
                          exit_group(0)                                                                         ; end
                        failure:
                          exit_group(125)                                                                       ; end after a failure
                        """);
    }

    @Test
    void linesTellTheSameInParts() {
        List<Listing.Line> lines = new Listing(program()).lines();
        assertThat(lines).hasSize(11);
        assertThat(lines.get(4))
                .isEqualTo(new Listing.Line(
                        "namespaces",
                        "init, again",
                        "openat(AT_FDCWD, \"/dev/null\", O_RDWR|O_CLOEXEC, 0) = null",
                        "[ENOENT, ENXIO: done]",
                        "open /dev/null"));
        assertThat(lines.get(8)).isEqualTo(new Listing.Line("root file system", "", "goto again", "", "try again"));
    }

    @Test
    void aLongLineKeepsItsDistanceFromTheReason() {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        program.place(start);
        program.call(FileCalls.chdir("/" + "x".repeat(100)), "go there");
        assertThat(new Listing(program.build(start, start)).toString())
                .isEqualTo("start:\n  chdir(\"/" + "x".repeat(100) + "\")  ; go there\n");
    }

    private static Program program() {
        var program = new ProgramBuilder();
        Label start = program.label("start of the program");
        Label init = program.label("init");
        Label again = program.label("again");
        Label done = program.label("done");
        Label failure = program.label("failure");
        Slot pid = program.slot("pid");
        Slot code = program.slot("code");
        Slot nul = program.slot("null");
        var status = Block.buffer(8, "&status");
        program.section("namespaces");
        program.place(start);
        program.call(
                        ProcessCalls.clone3(Sched.CLONE_NEWNS | Sched.CLONE_NEWPID, Signal.SIGCHLD),
                        "make the init process")
                .to(pid)
                .ifZero(init);
        program.call(ProcessCalls.wait4(pid, status, 0), "wait for it");
        program.load(status, 8, 0xff, 0, "its exit status").to(code).ifZero(done);
        program.call(ProcessCalls.exitGroup(code), "end as it did");
        program.place(init);
        program.place(again);
        program.call(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/dev/null", Fcntl.O_RDWR | Fcntl.O_CLOEXEC, 0),
                        "open /dev/null")
                .to(nul)
                .onError(done, Errno.ENOENT, Errno.ENXIO);
        program.section("root file system");
        program.call(
                        MountCalls.mount(
                                Optional.of("tmpfs"),
                                "/tmp",
                                Optional.of("tmpfs"),
                                dev.gatun.linux.Mount.MS_NOSUID | dev.gatun.linux.Mount.MS_NODEV,
                                Optional.of("mode=1777")),
                        "mount tmpfs on /tmp")
                .tolerate(Errno.EBUSY);
        program.call(FileCalls.unlinkat(nul, "file", 0), "remove a file").tolerateAll();
        program.load(new Block(8, "&zero"), 0, 0, 5, "remember five").to(program.slot("constant"));
        program.jump(again, "try again");
        program.section("an empty section is not shown");
        program.section("namespaces");
        program.place(done);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        program.place(failure);
        program.call(ProcessCalls.exitGroup(Word.of(125)), "end after a failure");
        return program.build(start, failure);
    }
}
