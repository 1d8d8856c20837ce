package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Word;
import dev.gatun.oci.Hook;
import dev.gatun.oci.State;
import dev.gatun.program.Label;
import dev.gatun.program.Monitor;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.util.List;

/** Ops that delete a container which has ended, where there is no Java any more to do it. */
final class DeletionOps {
    private static final long DESCRIPTOR_MASK = 0xffff_ffffL;
    private static final int STATUS_MASK = 0xffff;
    private static final int STANDARD_ERROR = 2;

    /** struct pollfd: events lie behind the descriptor. */
    private static final long POLLIN = 1L << 32;

    private final StateFolder state;
    private final ContainerRecord record;

    DeletionOps(StateFolder state, ContainerRecord record) {
        this.state = state;
        this.record = record;
    }

    /** Adds them; what fails is passed over, or told of on standard error. */
    void add(ProgramBuilder program) {
        if (!record.ownPidNamespace()) {
            GroupRemovalOps.addKill(program, record.group());
        }
        GroupRemovalOps.add(program, record.group());
        for (String folder : record.resctrl()) {
            program.call(
                            FileCalls.unlinkat(FileCalls.CURRENT_DIRECTORY, folder, Fcntl.AT_REMOVEDIR),
                            "remove its group of resctrl")
                    .tolerateAll();
        }
        for (Call call : state.removal(record.id())) {
            program.call(call, "delete the container's state").tolerateAll();
        }
        String stopped =
                new ContainerStatus(record, State.Status.STOPPED, false).state().toJson();
        List<Hook> hooks = record.hooks().poststop();
        for (int i = 0; i < hooks.size(); i++) {
            run(program, "hooks.poststop[" + i + "]: " + hooks.get(i).path(), hooks.get(i), stopped);
        }
    }

    private static void run(ProgramBuilder program, String name, Hook hook, String stopped) {
        Slot input = program.slot("state");
        Slot child = program.slot("hook");
        Label inChild = program.label("in " + name);
        Label ended = program.label("after " + name);
        Label failed = program.label("failed " + name);
        Label done = program.label("done " + name);
        program.call(FileCalls.memfdCreate("state", Fcntl.MFD_CLOEXEC), "make a file of the state")
                .to(input)
                .onAnyError(failed);
        var content = Block.content(stopped);
        // where it is put does not move what the hook reads from
        program.call(
                        Call.of(Syscall.PWRITE64, input, content, Word.of(content.size()), Word.of(0)),
                        "write the state to it")
                .onAnyError(failed);
        program.call(ProcessCalls.clone3(0, Signal.SIGCHLD), "start " + name)
                .to(child)
                .ifZero(inChild)
                .onAnyError(failed);
        if (hook.timeout().isPresent()) {
            await(program, child, hook.timeout().getAsInt(), ended);
        }
        program.place(ended);
        var status = Block.buffer(Monitor.STATUS_SIZE, "&hook_status");
        program.call(ProcessCalls.wait4(child, status, 0), "wait for " + name).onAnyError(failed);
        program.load(status, 0, STATUS_MASK, 0, "how it ended").ifZero(done);
        program.jump(failed, "tell of it");

        program.place(inChild);
        execute(program, input, hook);
        program.place(failed);
        program.call(
                        FileCalls.write(
                                Word.fd(STANDARD_ERROR), Block.content("gatun: warning: " + name + ": failed\n")),
                        "tell of it")
                .tolerateAll();
        program.place(done);
        program.call(FileCalls.close(input), "close the state").tolerateAll();
    }

    private static void await(ProgramBuilder program, Slot child, int seconds, Label ended) {
        Slot pidfd = program.slot("pidfd");
        Slot poll = program.slot("poll");
        var descriptor = new Block(Long.BYTES, "&pidfd").field(0, pidfd);
        var polls = new Block(Structs.POLLFD_SIZE, "&poll").field(0, poll);
        Label late = program.label("late");
        program.call(ProcessCalls.pidfdOpen(child), "open its process")
                .to(pidfd)
                .onAnyError(ended);
        program.load(descriptor, 0, DESCRIPTOR_MASK, POLLIN, "wait for its end").to(poll);
        program.call(ProcessCalls.ppoll(polls, 1, ProcessCalls.timeout(seconds * 1000L)), "wait for its end")
                .ifZero(late)
                .tolerateAll();
        program.jump(ended, "see how it ended");
        program.place(late);
        program.call(ProcessCalls.kill(child, Word.of(Signal.SIGKILL)), "kill it, as its time is over")
                .tolerateAll();
    }

    private static void execute(ProgramBuilder program, Slot input, Hook hook) {
        Label end = program.label("no hook");
        program.call(ProcessCalls.setsid(), "start a session of its own").onAnyError(end);
        program.call(FileCalls.dup3(input, 0, 0), "give it the state to read").onAnyError(end);
        program.call(ProcessCalls.setSignalMask(ProcessCalls.noSignals()), "get signals again")
                .onAnyError(end);
        program.call(ProcessCalls.execve(hook.path(), HookProgram.arguments(hook), hook.env()), "execute it")
                .onAnyError(end);
        program.place(end);
        program.call(ProcessCalls.exitGroup(Word.of(ContainerProgram.FAILURE_STATUS)), "end");
    }
}
