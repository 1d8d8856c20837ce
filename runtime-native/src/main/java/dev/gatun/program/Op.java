package dev.gatun.program;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Notation;
import dev.gatun.linux.Word;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One step of a program: a system call, or a load from the program's own memory, and where to go on afterwards.
 *
 * <p>In memory it is twelve 64-bit words, in the order of the {@code WORD} constants: the number (−1 for a load), six
 * arguments, the address of a list of places that the result is stored in, where to go on if the result is 0, the set
 * of errors that are expected, where to go on after one of those, and the address of {text, length} of what the op is
 * for, which is reported if it fails with any other error.
 */
public final class Op {
    static final int WORDS = 12;
    static final int SIZE = WORDS * Long.BYTES;
    static final int WORD_NUMBER = 0;
    static final int WORD_ARGUMENTS = 1;
    static final int WORD_STORES = 7;
    static final int WORD_ON_ZERO = 8;
    static final int WORD_EXPECTED_ERRORS = 9;
    static final int WORD_ON_ERROR = 10;
    static final int WORD_TEXT = 11;

    /** The number of a load. */
    static final long LOAD = -1;

    /** The highest bit of the set of expected errors stands for this error and all above. */
    private static final int HIGHEST_ERROR = 63;

    private final @Nullable Call call;
    private final List<Arg> args;
    private final String purpose;
    private @Nullable Slot result;
    private @Nullable Label onZero;
    private @Nullable Label onError;
    private long expectedErrors;

    Op(Call call, String purpose) {
        this.call = call;
        this.args = call.args();
        this.purpose = purpose;
    }

    /** A load: the result is {@code *address >> shift & mask | or}. */
    Op(Arg address, int shift, long mask, long or, String purpose) {
        this.call = null;
        this.args = List.of(address, Word.of(shift), new Word(mask, Notation.HEX), new Word(or, Notation.HEX));
        this.purpose = purpose;
    }

    /** Keeps the result in {@code slot}. */
    public Op to(Slot slot) {
        result = slot;
        return this;
    }

    /** Goes on at {@code target} if the result is 0. */
    public Op ifZero(Label target) {
        onZero = target;
        return this;
    }

    /** Goes on with the next op after one of these errors. */
    public Op tolerate(Errno... errors) {
        return expect(null, errors);
    }

    /** Goes on with the next op whatever the error. */
    public Op tolerateAll() {
        expect(null);
        expectedErrors = -1;
        return this;
    }

    /** Goes on at {@code target} after one of these errors. */
    public Op onError(Label target, Errno... errors) {
        return expect(target, errors);
    }

    /** Goes on at {@code target} whatever the error. */
    public Op onAnyError(Label target) {
        expect(target);
        expectedErrors = -1;
        return this;
    }

    private Op expect(@Nullable Label target, Errno... errors) {
        for (Errno error : errors) {
            if (error.number() >= HIGHEST_ERROR) {
                throw new IllegalArgumentException(error + " cannot be told from others above " + HIGHEST_ERROR);
            }
        }
        if (expectedErrors != 0 && onError != target) {
            throw new IllegalStateException("an op goes on at one place after all errors that it expects: " + purpose);
        }
        for (Errno error : errors) {
            expectedErrors |= 1L << error.number();
        }
        onError = target;
        return this;
    }

    Optional<Call> call() {
        return Optional.ofNullable(call);
    }

    List<Arg> args() {
        return args;
    }

    String purpose() {
        return purpose;
    }

    Optional<Slot> result() {
        return Optional.ofNullable(result);
    }

    Optional<Label> onZero() {
        return Optional.ofNullable(onZero);
    }

    Optional<Label> onError() {
        return Optional.ofNullable(onError);
    }

    long expectedErrors() {
        return expectedErrors;
    }
}
