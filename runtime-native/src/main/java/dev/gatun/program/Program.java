package dev.gatun.program;

import java.util.ArrayList;
import java.util.List;

/**
 * A finished program.
 *
 * @param sections its ops in order, grouped by what they do
 * @param entry the index of the op that runs first
 * @param failure the index of the op that runs after an op has failed
 */
public record Program(List<Section> sections, int entry, int failure) {
    /**
     * A group of ops.
     *
     * @param title what they do, e.g. {@code root file system}
     */
    public record Section(String title, List<Op> ops) {
        public Section {
            ops = List.copyOf(ops);
        }
    }

    public Program {
        sections = List.copyOf(sections);
    }

    /** All ops in order. */
    public List<Op> ops() {
        var ops = new ArrayList<Op>();
        for (Section section : sections) {
            ops.addAll(section.ops());
        }
        return ops;
    }
}
