package dev.gatun.program;

/** A place in a program to jump to; {@link ProgramBuilder#place} says where it is. */
public final class Label {
    private final String name;
    private int index = -1;

    Label(String name) {
        this.name = name;
    }

    void place(int opIndex) {
        if (index >= 0) {
            throw new IllegalStateException("label " + name + " is placed already");
        }
        index = opIndex;
    }

    /** The index of the op that it stands before. */
    int index() {
        if (index < 0) {
            throw new IllegalStateException("label " + name + " is placed nowhere");
        }
        return index;
    }

    boolean isPlaced() {
        return index >= 0;
    }

    String name() {
        return name;
    }
}
