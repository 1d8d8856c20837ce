package dev.gatun.linux;

/** One argument of a system call: a 64-bit word, or memory that the word points to. */
public interface Arg {
    /** The word to pass; memory that it points to is laid out in {@code memory}. */
    long word(Memory memory);

    /** Writes the argument as strace would. */
    void print(StringBuilder out);
}
