package dev.gatun.program;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import java.util.ArrayList;
import java.util.List;

/** Collects the ops of a program. */
public final class ProgramBuilder {
    private static final Block ZERO = new Block(Long.BYTES, "&zero");

    private final List<Program.Section> sections = new ArrayList<>();
    private final List<Op> current = new ArrayList<>();
    private String title = "";
    private int count;

    /** An empty program. */
    public ProgramBuilder() {}

    /** Starts a group of ops; it may have a title that an earlier group had. */
    public ProgramBuilder section(String name) {
        endSection();
        title = name;
        return this;
    }

    /**
     * Adds a system call.
     *
     * @param purpose what it does, as an error message names it: {@code mount proc on /proc}
     */
    public Op call(Call call, String purpose) {
        return add(new Op(call, purpose));
    }

    /** Adds a load of the word at {@code address}: the result is {@code *address >> shift & mask | or}. */
    public Op load(Arg address, int shift, long mask, long or, String purpose) {
        return add(new Op(address, shift, mask, or, purpose));
    }

    /** Adds an unconditional jump. */
    public void jump(Label target, String purpose) {
        load(ZERO, 0, 0, 0, purpose).ifZero(target);
    }

    /** A name for the result of an op. */
    public Slot slot(String name) {
        return new Slot(name, -1);
    }

    /** A name for the result of an op, with the value that it has before. */
    public Slot slot(String name, long initial) {
        return new Slot(name, initial);
    }

    public Label label(String name) {
        return new Label(name);
    }

    /** Puts a label before the next op. */
    public void place(Label label) {
        label.place(count);
    }

    /**
     * The finished program.
     *
     * @param entry where it starts
     * @param failure where it goes on after an error that no op expects
     */
    public Program build(Label entry, Label failure) {
        endSection();
        return new Program(sections, entry.index(), failure.index());
    }

    private Op add(Op op) {
        current.add(op);
        count++;
        return op;
    }

    private void endSection() {
        if (!current.isEmpty()) {
            sections.add(new Program.Section(title, current));
            current.clear();
        }
    }
}
