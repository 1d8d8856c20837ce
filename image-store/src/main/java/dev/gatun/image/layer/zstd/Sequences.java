package dev.gatun.image.layer.zstd;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sequences section of a block, and what later blocks of a frame need of it (RFC 8878, 3.1.1.3.2). */
final class Sequences {
    private final Map<SequenceCode, SequenceTable> predefined = new HashMap<>();
    private final Map<SequenceCode, SequenceTable> tables = new HashMap<>();
    private long recent1;
    private long recent2;
    private long recent3;

    Sequences() {
        for (SequenceCode code : SequenceCode.ALL) {
            predefined.put(code, SequenceTable.of(code, code.predefined()));
        }
        reset();
    }

    /** Forgets what an earlier frame left: RFC 8878, 3.1.1.5. */
    void reset() {
        tables.clear();
        recent1 = 1;
        recent2 = 4;
        recent3 = 8;
    }

    /** Reads the section, which is the rest of a block, and appends what it makes of the literals. */
    void read(Bytes in, Literals literals, Window window) {
        int count = count(in);
        int used = 0;
        if (count > 0) {
            int modes = in.next();
            if ((modes & 3) != 0) {
                throw new WrongData("reserved bits of a block's sequences are set");
            }
            SequenceTable lengths = table(SequenceCode.LITERAL_LENGTH, modes >> 6, in);
            SequenceTable offsets = table(SequenceCode.OFFSET, (modes >> 4) & 3, in);
            SequenceTable matches = table(SequenceCode.MATCH_LENGTH, (modes >> 2) & 3, in);
            used = execute(in, count, lengths, offsets, matches, literals, window);
        } else if (in.remaining() > 0) {
            throw new WrongData("a block without sequences goes on");
        }
        window.append(literals.array(), used, literals.size() - used);
    }

    private static int count(Bytes in) {
        int first = in.next();
        if (first < 128) {
            return first;
        }
        return first < 255 ? ((first - 128) << 8) + in.next() : (int) in.number(2) + 0x7f00;
    }

    /** RFC 8878, 3.1.1.3.2.1: the mode says where the table is. */
    private SequenceTable table(SequenceCode code, int mode, Bytes in) {
        @Nullable
        SequenceTable table = switch (mode) {
            case 0 -> predefined.get(code);
            case 1 -> SequenceTable.of(code, code.constant(in.next()));
            case 2 -> SequenceTable.of(code, code.read(in));
            default -> tables.get(code);
        };
        if (table == null) {
            throw new WrongData("sequences need the table of an earlier block, and there is none");
        }
        tables.put(code, table);
        return table;
    }

    /** RFC 8878, 3.1.1.3.2.1.2 and 3.1.1.4; gives how many literals were used. */
    private int execute(
            Bytes in,
            int count,
            SequenceTable lengths,
            SequenceTable offsets,
            SequenceTable matches,
            Literals literals,
            Window window) {
        byte[] array = in.array();
        int start = in.position() * 8;
        int bit = in.backwards() - lengths.accuracyLog();
        int lengthState = bits(array, bit, lengths.accuracyLog());
        bit -= offsets.accuracyLog();
        int offsetState = bits(array, bit, offsets.accuracyLog());
        bit -= matches.accuracyLog();
        int matchState = bits(array, bit, matches.accuracyLog());
        int used = 0;
        for (int left = count; left > 0; left--) {
            long length = lengths.state(lengthState);
            long offset = offsets.state(offsetState);
            long match = matches.state(matchState);
            bit -= SequenceTable.extraBits(offset);
            long offsetValue = number(offset, array, bit);
            bit -= SequenceTable.extraBits(match);
            int matchLength = (int) number(match, array, bit);
            bit -= SequenceTable.extraBits(length);
            int literalLength = (int) number(length, array, bit);
            if (bit < start || literalLength > literals.size() - used) {
                throw new WrongData("sequences need more than the block has");
            }
            window.append(literals.array(), used, literalLength, offset(offsetValue, literalLength == 0), matchLength);
            used += literalLength;
            if (left > 1) {
                bit -= SequenceTable.nextBits(length);
                lengthState = next(length, array, bit);
                bit -= SequenceTable.nextBits(match);
                matchState = next(match, array, bit);
                bit -= SequenceTable.nextBits(offset);
                offsetState = next(offset, array, bit);
            }
        }
        if (bit != start) {
            throw new WrongData("a block's sequences end too early");
        }
        return used;
    }

    private static int bits(byte[] array, int bit, int count) {
        return (int) LittleEndian.getBits(array, bit, count);
    }

    private static long number(long state, byte[] array, int bit) {
        return SequenceTable.baseline(state) + LittleEndian.getBits(array, bit, SequenceTable.extraBits(state));
    }

    private static int next(long state, byte[] array, int bit) {
        return SequenceTable.nextBase(state) + bits(array, bit, SequenceTable.nextBits(state));
    }

    /** RFC 8878, 3.1.1.5: the three lowest values are offsets used lately, others are three more than the offset. */
    private long offset(long value, boolean noLiterals) {
        if (value > 3) {
            recent3 = recent2;
            recent2 = recent1;
            recent1 = value - 3;
            return recent1;
        }
        int which = (int) value - (noLiterals ? 0 : 1);
        if (which == 0) {
            return recent1;
        }
        long offset = which == 1 ? recent2 : which == 2 ? recent3 : recent1 - 1;
        if (offset == 0) {
            throw new WrongData("a match has the offset 0");
        }
        if (which > 1) {
            recent3 = recent2;
        }
        recent2 = recent1;
        recent1 = offset;
        return offset;
    }
}
