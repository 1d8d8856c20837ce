package dev.gatun.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.json.JsonValue.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonReaderTest {
    @Test
    void readsEveryKindOfValue() {
        JsonValue value =
                parse(" {\"o\": {}, \"a\":[ ] ,\"s\":\"x\",\t\"n\":-1.5e+2,\r\n\"t\":true,\"f\":false,\"z\":null}\n");

        assertThat(value.field("o").kind()).isEqualTo(Kind.OBJECT);
        assertThat(value.field("a").elements()).isEmpty();
        assertThat(value.field("s").string()).isEqualTo("x");
        assertThat(value.field("n").number()).isEqualTo(-150.0);
        assertThat(value.field("t").bool()).isTrue();
        assertThat(value.field("f").bool()).isFalse();
        assertThat(value.field("z").kind()).isEqualTo(Kind.NULL);
        assertThat(value.fields().keySet()).containsExactly("o", "a", "s", "n", "t", "f", "z");
    }

    @Test
    void readsEscapesAndText() {
        assertThat(parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uD83D\\ude00\"")
                        .string())
                .isEqualTo("\"\\/\b\f\n\r\tA\u00e9\uD83D\uDE00");
        assertThat(parse("\"a\\tGat\u00fan \uD83D\uDE00 \uFFFD\"").string())
                .isEqualTo("a\tGat\u00fan \uD83D\uDE00 \uFFFD");
        assertThat(parse("\"\\u0000\"").string()).isEqualTo("\0");
    }

    @Test
    void takesTheLastOfDuplicateKeys() {
        assertThat(parse("{\"a\":1,\"b\":2,\"a\":3}").field("a").int64()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    ``              | line 1, column 1: expected a value, found the end of the document
                    `   `           | line 1, column 4: expected a value, found the end of the document
                    {               | line 1, column 2: expected a key in quotes, found the end of the document
                    {a:1}           | line 1, column 2: expected a key in quotes, found a
                    {"a"}           | line 1, column 5: expected a colon, found }
                    {"a":}          | line 1, column 6: expected a value, found }
                    {"a":1,}        | line 1, column 8: expected a key in quotes, found }
                    {"a":1 "b":2}   | line 1, column 8: expected a comma or }, found "
                    [1,]            | line 1, column 4: expected a value, found ]
                    [1 2]           | line 1, column 4: expected a comma or ], found 2
                    [1}             | line 1, column 3: expected a comma or ], found }
                    1 2             | line 1, column 3: expected nothing after the document, found 2
                    {}}             | line 1, column 3: expected nothing after the document, found }
                    tru             | line 1, column 4: expected true, found the end of the document
                    nul1            | line 1, column 4: expected null, found 1
                    True            | line 1, column 1: expected a value, found T
                    NaN             | line 1, column 1: expected a value, found N
                    -               | line 1, column 2: expected a digit, found the end of the document
                    +1              | line 1, column 1: expected a value, found +
                    01              | line 1, column 2: expected nothing after the document, found 1
                    1.              | line 1, column 3: expected a digit, found the end of the document
                    .5              | line 1, column 1: expected a value, found .
                    1e+             | line 1, column 4: expected a digit, found the end of the document
                    "abc            | line 1, column 5: the string does not end
                    "a\\            | line 1, column 3: no such escape in a string
                    "a\\x"          | line 1, column 3: no such escape in a string
                    "\\u12G4"       | line 1, column 6: expected a hexadecimal digit, found G
                    "x\\ud800"      | line 1, column 3: half of a surrogate pair
                    "\\udc00"       | line 1, column 2: half of a surrogate pair
                    "\\ud800\\u0041" | line 1, column 2: half of a surrogate pair
                    "\\ud800\\n"    | line 1, column 2: half of a surrogate pair
                    /* no */ 1      | line 1, column 1: expected a value, found /
                    """)
    void saysWhereTheSyntaxIsWrong(String document, String message) {
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(JsonException.class)
                .hasMessage(message);
    }

    @Test
    void countsLinesAndCharacters() {
        assertThatThrownBy(() -> parse("{\n  \"a\": 1,\n  \"\u00e9\u00e9\": ?\n}"))
                .hasMessage("line 3, column 9: expected a value, found ?");
        assertThatThrownBy(() -> parse("[\"a\nb\"]"))
                .hasMessage("line 1, column 4: a control character in a string must be escaped");
        assertThatThrownBy(() -> parse("\u00a0[]")).hasMessage("line 1, column 1: expected a value, found byte 0xc2");
    }

    @Test
    void refusesInvalidUtf8() {
        for (String bytes : new String[] {
            "\u00ff", "\u00c3", "\u00c0\u0080", "\u00ed\u00a0\u0080", "\u00f5\u0080\u0080\u0080", "\u0080"
        }) {
            assertThatThrownBy(() -> JsonReader.parse(("[\"ab" + bytes + "\"]").getBytes(ISO_8859_1)))
                    .hasMessage("line 1, column 5: invalid UTF-8");
        }
    }

    @Test
    void refusesAByteOrderMark() {
        assertThatThrownBy(() -> parse("\uFEFF{}")).hasMessage("line 1, column 1: expected a value, found byte 0xef");
    }

    @Test
    void limitsTheDepth() {
        assertThat(parse("[".repeat(512) + "]".repeat(512)).elements()).hasSize(1);
        assertThatThrownBy(() -> parse("[".repeat(513) + "]".repeat(513)))
                .hasMessage("line 1, column 513: nested deeper than 512 levels");
        assertThatThrownBy(() -> parse("{\"a\":".repeat(100_000))).isInstanceOf(JsonException.class);
        assertThat(parse("[" + "[],".repeat(10_000) + "{}]").elements()).hasSize(10_001);
    }

    private static JsonValue parse(String document) {
        return JsonReader.parse(document.getBytes(UTF_8));
    }
}
