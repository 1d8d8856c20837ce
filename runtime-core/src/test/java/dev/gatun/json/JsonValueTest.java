package dev.gatun.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValueTest {
    private static final String UINT64 = "a number from 0 to 18446744073709551615";

    @Test
    void knowsItsPath() {
        JsonValue value =
                parse("{\"linux\":{\"namespaces\":[{},[7]],\"sysctl\":{\"net.a\":1,\"\":2,\"a-b_9\":3,\"q\\\"\":4}}}");
        JsonValue linux = value.field("linux");

        assertThat(value.path()).isEmpty();
        assertThat(linux.field("namespaces").elements().get(0).field("type").path())
                .isEqualTo("linux.namespaces[0].type");
        assertThat(linux.field("namespaces").elements().get(1).elements().get(0).path())
                .isEqualTo("linux.namespaces[1][0]");
        assertThat(linux.field("sysctl").fields().values())
                .extracting(JsonValue::path)
                .containsExactly(
                        "linux.sysctl[\"net.a\"]",
                        "linux.sysctl[\"\"]",
                        "linux.sysctl.a-b_9",
                        "linux.sysctl[\"q\\\"\"]");
    }

    @Test
    void takesNullForAbsent() {
        JsonValue value = parse("{\"a\":null}");

        for (String name : new String[] {"a", "b"}) {
            assertThat(value.field(name).isPresent()).isFalse();
            assertThat(value.field(name).string("x")).isEqualTo("x");
            assertThat(value.field(name).bool(true)).isTrue();
            assertThat(value.field(name).elements()).isEmpty();
            assertThat(value.field(name).fields()).isEmpty();
            assertThat(value.field(name).field("c").field("d").isPresent()).isFalse();
        }
        fails(() -> value.field("a").required("a thing"), "a: missing; a thing is required");
        fails(() -> value.field("b").required("a thing"), "b: missing; a thing is required");
        fails(() -> value.field("b").field("c").uint32(), "b.c: missing; a number from 0 to 4294967295 is required");
        fails(() -> value.field("a").string(), "a: expected a string, found null");
    }

    @Test
    void saysWhatItFoundAndWhatItExpected() {
        fails(
                () -> parse("{\"a\":\"root\"}").field("a").uint32(),
                "a: expected a number from 0 to 4294967295, found \"root\"");
        fails(() -> parse("[]").field("a"), "document: expected an object, found an array");
        fails(() -> parse("[]").fields(), "document: expected an object, found an array");
        fails(() -> parse("{}").elements(), "document: expected an array, found an object");
        fails(() -> parse("12").string(), "document: expected a string, found 12");
        fails(() -> parse("\"true\"").bool(), "document: expected true or false, found \"true\"");
        fails(() -> parse("\"1\"").number(), "document: expected a number, found \"1\"");
        fails(() -> parse("true").int32(), "document: expected a number from -2147483648 to 2147483647, found true");
        fails(
                () -> parse("\"" + "x".repeat(200) + "\"").bool(),
                "document: expected true or false, found \"" + "x".repeat(80) + "...\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1000",
                "1e3",
                "1E3",
                "1.0e3",
                "0.1e4",
                "10000e-1",
                "1000.000",
                "1.000e+3",
                "0.0000001e10",
                "1000e0"
            })
    void takesAnIntegerInAnyNotation(String number) {
        assertThat(parse(number).int64()).isEqualTo(1000);
        assertThat(parse(number).uint64()).isEqualTo(1000);
        assertThat(parse("-" + number).int32()).isEqualTo(-1000);
        fails(() -> parse("-" + number).uint64(), "document: expected " + UINT64 + ", found -" + number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "0.0", "-0.0e5", "0e999999999999", "0.000e-12"})
    void takesZeroInAnyNotation(String number) {
        assertThat(parse(number).int64()).isZero();
        assertThat(parse(number).uint64()).isZero();
        assertThat(parse(number).uint32()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.5",
                "1e-1",
                "1234e-5",
                "18446744073709551616",
                "1e20",
                "99999999999999999999999",
                "1e999999999999999999999",
                "1e-999999999999999999999",
                "0.00000000000000000000001"
            })
    void refusesWhatIsNoIntegerOf64Bits(String number) {
        fails(() -> parse(number).uint64(), "document: expected " + UINT64 + ", found " + number);
        fails(
                () -> parse(number).int64(),
                "document: expected a number from -9223372036854775808 to 9223372036854775807, found " + number);
    }

    @Test
    void holdsTheBounds() {
        assertThat(parse("-9223372036854775808").int64()).isEqualTo(Long.MIN_VALUE);
        assertThat(parse("9223372036854775807").int64()).isEqualTo(Long.MAX_VALUE);
        assertThat(parse("9223372036854775.807e3").int64()).isEqualTo(Long.MAX_VALUE);
        assertThat(parse("18446744073709551615").uint64()).isEqualTo(-1);
        assertThat(parse("4294967295").uint32()).isEqualTo(4294967295L);
        fails(() -> parse("4294967296").uint32(), "document: expected a number from 0 to 4294967295, found 4294967296");
        fails(() -> parse("-1").uint32(), "document: expected a number from 0 to 4294967295, found -1");
        fails(
                () -> parse("9223372036854775808").int64(),
                "document: expected a number from -9223372036854775808 to 9223372036854775807, found 9223372036854775808");
        assertThat(parse("1e999").number()).isInfinite();
    }

    @Test
    void makesErrorsAboutWhatIsBelow() {
        JsonValue value = parse("{\"a\":{}}");

        assertThat(value.error("no")).hasMessage("document: no");
        assertThat(value.error("b[1]", "no")).hasMessage("b[1]: no");
        assertThat(value.field("a").error("b", "no")).hasMessage("a.b: no");
        assertThat(value.field("a").error("[\"b.c\"]", "no")).hasMessage("a[\"b.c\"]: no");
        assertThat(value.field("a").error("", "no")).hasMessage("a: no");
    }

    private static void fails(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(JsonException.class).hasMessage(message);
    }

    private static JsonValue parse(String document) {
        return JsonReader.parse(document.getBytes(UTF_8));
    }
}
