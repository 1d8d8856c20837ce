package dev.gatun.image.layer.zstd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/** The tables of RFC 8878, appendix A: by state the symbol, the number of bits, and the base. */
class SequenceCodeTest {
    private static final String LITERAL_LENGTHS = """
            0 4 0, 0 4 16, 1 5 32, 3 5 0, 4 5 0, 6 5 0, 7 5 0, 9 5 0, 10 5 0, 12 5 0, 14 6 0, 16 5 0, 18 5 0, 19 5 0, \
            21 5 0, 22 5 0, 24 5 0, 25 5 32, 26 5 0, 27 6 0, 29 6 0, 31 6 0, 0 4 32, 1 4 0, 2 5 0, 4 5 32, 5 5 0, \
            7 5 32, 8 5 0, 10 5 32, 11 5 0, 13 6 0, 16 5 32, 17 5 0, 19 5 32, 20 5 0, 22 5 32, 23 5 0, 25 4 0, \
            25 4 16, 26 5 32, 28 6 0, 30 6 0, 0 4 48, 1 4 16, 2 5 32, 3 5 32, 5 5 32, 6 5 32, 8 5 32, 9 5 32, \
            11 5 32, 12 5 32, 15 6 0, 17 5 32, 18 5 32, 20 5 32, 21 5 32, 23 5 32, 24 5 32, 35 6 0, 34 6 0, 33 6 0, \
            32 6 0""";

    private static final String MATCH_LENGTHS = """
            0 6 0, 1 4 0, 2 5 32, 3 5 0, 5 5 0, 6 5 0, 8 5 0, 10 6 0, 13 6 0, 16 6 0, 19 6 0, 22 6 0, 25 6 0, 28 6 0, \
            31 6 0, 33 6 0, 35 6 0, 37 6 0, 39 6 0, 41 6 0, 43 6 0, 45 6 0, 1 4 16, 2 4 0, 3 5 32, 4 5 0, 6 5 32, \
            7 5 0, 9 6 0, 12 6 0, 15 6 0, 18 6 0, 21 6 0, 24 6 0, 27 6 0, 30 6 0, 32 6 0, 34 6 0, 36 6 0, 38 6 0, \
            40 6 0, 42 6 0, 44 6 0, 1 4 32, 1 4 48, 2 4 16, 4 5 32, 5 5 32, 7 5 32, 8 5 32, 11 6 0, 14 6 0, 17 6 0, \
            20 6 0, 23 6 0, 26 6 0, 29 6 0, 52 6 0, 51 6 0, 50 6 0, 49 6 0, 48 6 0, 47 6 0, 46 6 0""";

    private static final String OFFSETS = """
            0 5 0, 6 4 0, 9 5 0, 15 5 0, 21 5 0, 3 5 0, 7 4 0, 12 5 0, 18 5 0, 23 5 0, 5 5 0, 8 4 0, 14 5 0, 20 5 0, \
            2 5 0, 7 4 16, 11 5 0, 17 5 0, 22 5 0, 4 5 0, 8 4 16, 13 5 0, 19 5 0, 1 5 0, 6 4 16, 10 5 0, 16 5 0, \
            28 5 0, 27 5 0, 26 5 0, 25 5 0, 24 5 0""";

    @Test
    void predefinedTablesAreThoseOfTheStandard() {
        assertThat(table(SequenceCode.LITERAL_LENGTH)).isEqualTo(LITERAL_LENGTHS);
        assertThat(table(SequenceCode.MATCH_LENGTH)).isEqualTo(MATCH_LENGTHS);
        assertThat(table(SequenceCode.OFFSET)).isEqualTo(OFFSETS);
    }

    /** The last rows of RFC 8878, 3.1.1.3.2.1.1. */
    @Test
    void baselinesAreThoseOfTheStandard() {
        assertThat(SequenceCode.LITERAL_LENGTH.baseline(16)).isEqualTo(16);
        assertThat(SequenceCode.LITERAL_LENGTH.baseline(35)).isEqualTo(65536);
        assertThat(SequenceCode.MATCH_LENGTH.baseline(32)).isEqualTo(35);
        assertThat(SequenceCode.MATCH_LENGTH.baseline(52)).isEqualTo(65539);
        assertThat(SequenceCode.OFFSET.baseline(31)).isEqualTo(1L << 31);
    }

    private static String table(SequenceCode code) {
        FseTable table = code.predefined();
        var rows = new StringJoiner(", ");
        for (int i = 0; i < 1 << table.accuracyLog(); i++) {
            rows.add(table.symbol(i) + " " + table.bits(i) + " " + table.base(i));
        }
        return rows.toString();
    }
}
