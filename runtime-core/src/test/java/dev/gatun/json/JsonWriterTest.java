package dev.gatun.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
    private static final JsonWritable POINT =
            out -> out.beginObject().field("x", 1).field("y", true).endObject();

    private static final JsonWritable NOTHING =
            out -> out.beginObject().optional("z", 0).endObject();

    private static final JsonWritable DOCUMENT = out -> out.beginObject()
            .field("text", "a")
            .field("list", List.of("b", 2, 3L, false, POINT))
            .field("none", List.of())
            .field("map", Map.of("k", "v"))
            .field("empty", Map.of())
            .unsignedField("max", -1)
            .endObject();

    @Test
    void writesWithoutWhiteSpace() {
        assertThat(DOCUMENT.toJson())
                .isEqualTo("{\"text\":\"a\",\"list\":[\"b\",2,3,false,{\"x\":1,\"y\":true}],\"none\":[],"
                        + "\"map\":{\"k\":\"v\"},\"empty\":{},\"max\":18446744073709551615}");
    }

    @Test
    void writesOneFieldToALine() {
        String expected = """
                {
                  "text": "a",
                  "list": [
                    "b",
                    2,
                    3,
                    false,
                    {
                      "x": 1,
                      "y": true
                    }
                  ],
                  "none": [],
                  "map": {
                    "k": "v"
                  },
                  "empty": {},
                  "max": 18446744073709551615
                }""";

        assertThat(DOCUMENT.toJson("  ")).isEqualTo(expected);
        assertThat(DOCUMENT.toJson("\t")).isEqualTo(expected.replace("  ", "\t"));
    }

    @Test
    void leavesOutWhatIsEmpty() {
        JsonWriter out = JsonWriter.compact().beginObject();
        out.optional("a", false)
                .optional("b", 0)
                .optional("c", OptionalInt.empty())
                .optional("d", OptionalLong.empty())
                .optional("e", Optional.empty())
                .optional("f", List.of())
                .optional("g", Map.of())
                .optional("h", NOTHING)
                .unsignedOptional("i", 0)
                .unsignedOptional("j", OptionalLong.empty());
        assertThat(out.endObject().toString()).isEqualTo("{}");
    }

    @Test
    void keepsWhatIsThere() {
        JsonWriter out = JsonWriter.compact().beginObject();
        out.optional("a", true)
                .optional("b", -1)
                .optional("c", OptionalInt.of(0))
                .optional("d", OptionalLong.of(-2))
                .optional("e", Optional.of(false))
                .optional("f", List.of(""))
                .optional("g", Map.of("", ""))
                .optional("h", POINT)
                .unsignedOptional("i", -2)
                .unsignedOptional("j", OptionalLong.of(0));
        assertThat(out.endObject().toString())
                .isEqualTo("{\"a\":true,\"b\":-1,\"c\":0,\"d\":-2,\"e\":false,\"f\":[\"\"],\"g\":{\"\":\"\"},"
                        + "\"h\":{\"x\":1,\"y\":true},"
                        + "\"i\":18446744073709551614,\"j\":0}");
    }

    /** Not only the first field: the comma after what was taken back must be right too. */
    @Test
    void takesBackAnEmptyObjectAnywhere() {
        JsonWritable document = out -> out.beginObject()
                .optional("a", NOTHING)
                .field("b", 1)
                .optional("c", NOTHING)
                .optional("d", POINT)
                .optional("e", NOTHING)
                .endObject();
        JsonWritable nested = out ->
                out.beginObject().optional("f", NOTHING).optional("g", document).endObject();

        assertThat(document.toJson()).isEqualTo("{\"b\":1,\"d\":{\"x\":1,\"y\":true}}");
        assertThat(nested.toJson(" "))
                .isEqualTo("{\n \"g\": {\n  \"b\": 1,\n  \"d\": {\n   \"x\": 1,\n   \"y\": true\n  }\n }\n}");
    }

    @Test
    void escapesWhatAStringMayNotHold() {
        assertThat(JsonWriter.compact()
                        .value("\"\\/\n\r\t\b\0\u001f\u007f\u00e9\uD83D\uDE00<&>")
                        .toString())
                .isEqualTo("\"\\\"\\\\/\\n\\r\\t\\u0008\\u0000\\u001f\\u007f\u00e9\uD83D\uDE00<&>\"");
        assertThat(JsonWriter.compact().value("a\uD83Db\uDE00").toString()).isEqualTo("\"a\uFFFDb\uFFFD\"");
    }

    @Test
    void refusesWhatHasNoJsonForm() {
        assertThatThrownBy(() -> JsonWriter.compact().field("a", List.of(1.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no JSON form for a java.lang.Double");
    }
}
