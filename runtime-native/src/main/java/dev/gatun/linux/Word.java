package dev.gatun.linux;

/**
 * A plain number as an argument.
 *
 * @param value the word that is passed
 * @param notation how it is written
 */
public record Word(long value, Notation notation) implements Arg {
    /** The null pointer. */
    public static final Word NULL = new Word(0, Notation.POINTER);

    /** A number written in decimal. */
    public static Word of(long value) {
        return new Word(value, Notation.DECIMAL);
    }

    /** A file descriptor. */
    public static Word fd(int number) {
        return new Word(number, Notation.DESCRIPTOR);
    }

    @Override
    public long word(Memory memory) {
        return value;
    }

    @Override
    public void print(StringBuilder out) {
        notation.print(value, out);
    }
}
