package dev.gatun.program;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Notation;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Word;

/** What a program does with the fault record when an op has failed. */
public final class Report {
    private Report() {}

    /** Sends {op, errno} and the texts, in one message. */
    static Call toChannel(Arg channel) {
        return writev(channel, DataSegment.FAULT_VECTOR, 3);
    }

    /** Adds the ops that write {@code gatun: mount proc on /proc: EPERM (Operation not permitted)} and a line's end. */
    public static void textOps(ProgramBuilder program, Arg fd) {
        program.call(FileCalls.write(fd, Block.content("gatun: ")), "begin the error message")
                .tolerateAll();
        program.call(writev(fd, DataSegment.TEXT_VECTOR, 2), "say what failed, and why")
                .tolerateAll();
        program.call(FileCalls.write(fd, Block.content("\n")), "end the error message")
                .tolerateAll();
    }

    private static Call writev(Arg fd, int offset, int count) {
        return Call.of(Syscall.WRITEV, fd, new Word(DataSegment.ADDRESS + offset, Notation.POINTER), Word.of(count));
    }
}
