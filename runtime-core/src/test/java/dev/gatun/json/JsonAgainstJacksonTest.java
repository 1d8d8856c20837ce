package dev.gatun.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two readers that nobody wrote together must agree on what a document says, and on whether it is one. */
class JsonAgainstJacksonTest {
    private static final ObjectMapper JACKSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final BigInteger UINT64_MAX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final BigInteger INT64_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger INT64_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    @Test
    void agreesOnRandomDocuments() {
        Random random = new Random(1);
        for (int i = 0; i < 3_000; i++) {
            String document = new RandomJson(random).document();
            JsonNode expected = jackson(document.getBytes(UTF_8)).orElseThrow();
            same(JsonReader.parse(document.getBytes(UTF_8)), expected, document);
        }
    }

    @Test
    void agreesOnDamagedDocuments() {
        Random random = new Random(2);
        int right = 0;
        int wrong = 0;
        for (int i = 0; i < 6_000; i++) {
            byte[] document = damage(new RandomJson(random).document().getBytes(UTF_8), random);
            Optional<JsonNode> expected;
            try {
                expected = jackson(document);
            } catch (NumberFormatException beyondBigDecimal) {
                continue; // an exponent of ten digits, of which JSON thinks nothing
            }
            Optional<JsonValue> found = read(document);
            String shown = new String(document, UTF_8);
            assertThat(found.isPresent()).as(shown).isEqualTo(expected.isPresent());
            if (found.isPresent()) {
                same(found.get(), expected.get(), shown);
                right++;
            } else {
                wrong++;
            }
        }
        assertThat(right).isGreaterThan(500);
        assertThat(wrong).isGreaterThan(500);
    }

    private static Optional<JsonValue> read(byte[] document) {
        try {
            return Optional.of(JsonReader.parse(document));
        } catch (JsonException e) {
            assertThat(e.getMessage()).startsWith("line ");
            return Optional.empty();
        }
    }

    /** What Jackson reads; nothing where it is lax on purpose: invalid UTF-8, halves of surrogate pairs. */
    private static Optional<JsonNode> jackson(byte[] document) {
        try {
            JsonNode node = JACKSON.readTree(
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString());
            return node.isMissingNode() || hasHalfOfAPair(node) ? Optional.empty() : Optional.of(node);
        } catch (CharacterCodingException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static boolean hasHalfOfAPair(JsonNode node) {
        boolean found = node.isTextual() && !UTF_8.newEncoder().canEncode(node.textValue());
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            found |= !UTF_8.newEncoder().canEncode(field.getKey());
        }
        for (JsonNode child : node) {
            found |= hasHalfOfAPair(child);
        }
        return found;
    }

    private static void same(JsonValue found, JsonNode expected, String document) {
        assertThat(found.kind().name())
                .as(document)
                .isEqualTo(expected.getNodeType().name());
        switch (found.kind()) {
            case OBJECT -> {
                assertThat(found.fields()).as(document).hasSize(expected.size());
                for (Map.Entry<String, JsonValue> field : found.fields().entrySet()) {
                    same(field.getValue(), expected.get(field.getKey()), document);
                }
            }
            case ARRAY -> {
                assertThat(found.elements()).as(document).hasSize(expected.size());
                for (int i = 0; i < expected.size(); i++) {
                    same(found.elements().get(i), expected.get(i), document);
                }
            }
            case STRING -> assertThat(found.string()).as(document).isEqualTo(expected.textValue());
            case BOOLEAN -> assertThat(found.bool()).as(document).isEqualTo(expected.booleanValue());
            case NUMBER -> sameNumber(found, expected.decimalValue());
            case NULL, ABSENT -> assertThat(found.isPresent()).isFalse();
        }
    }

    private static void sameNumber(JsonValue found, BigDecimal expected) {
        assertThat(found.number()).as(found.shown()).isEqualTo(Double.parseDouble(found.shown()));
        boolean integral =
                expected.signum() == 0 || expected.stripTrailingZeros().scale() <= 0;
        boolean small = integral && expected.precision() - expected.scale() < 30;
        BigInteger exact = small ? expected.toBigIntegerExact() : BigInteger.TWO.pow(100);
        boolean signed = exact.compareTo(INT64_MIN) >= 0 && exact.compareTo(INT64_MAX) <= 0;
        boolean unsigned = exact.signum() >= 0 && exact.compareTo(UINT64_MAX) <= 0;
        assertThat(integer(found, true))
                .as(found.shown())
                .isEqualTo(signed ? Optional.of(exact.longValue()) : Optional.empty());
        assertThat(integer(found, false))
                .as(found.shown())
                .isEqualTo(unsigned ? Optional.of(exact.longValue()) : Optional.empty());
    }

    private static Optional<Long> integer(JsonValue value, boolean signed) {
        try {
            return Optional.of(signed ? value.int64() : value.uint64());
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    private static byte[] damage(byte[] document, Random random) {
        byte[] alphabet = "{}[]\",:\\0123456789.eE+-tfn u\u00e9\n\0".getBytes(UTF_8);
        byte[] damaged = document.clone();
        for (int n = random.nextInt(3); n >= 0; n--) {
            damaged[random.nextInt(damaged.length)] = alphabet[random.nextInt(alphabet.length)];
        }
        return damaged;
    }
}
