package dev.gatun.program;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Memory;

/**
 * The result of an op as an argument of others: when the op has run, every word that names the slot holds its result.
 *
 * <p>Until then, and where the op was jumped over, those words hold the slot's initial value.
 */
public final class Slot implements Arg {
    private final String name;
    private final long initial;

    Slot(String name, long initial) {
        this.name = name;
        this.initial = initial;
    }

    @Override
    public long word(Memory memory) {
        return initial;
    }

    @Override
    public void print(StringBuilder out) {
        out.append(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
