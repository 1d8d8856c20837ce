package dev.gatun.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.gatun.json.JsonException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a config holds, it is read or refused with the place of the fault; no other exception comes out. */
class DamagedConfigTest {
    private static final byte[] CONFIG = Configs.FULL.getBytes(UTF_8);

    @Test
    void refusesEveryTruncation() {
        assertThat(reads(CONFIG)).isTrue();
        int whole = Configs.FULL.strip().getBytes(UTF_8).length;
        for (int length = 0; length < whole; length++) {
            byte[] truncated = Arrays.copyOf(CONFIG, length);
            assertThat(reads(truncated)).as("first %d bytes", length).isFalse();
        }
    }

    @Test
    void survivesChangedBytes() {
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = CONFIG.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            refused += reads(damaged) ? 0 : 1;
        }
        assertThat(refused).isBetween(500, 1_999);
    }

    @Test
    void survivesSwappedValues() {
        Random random = new Random(4);
        String[] values = {
            "null",
            "true",
            "0",
            "-1",
            "1e400",
            "18446744073709551616",
            "\"\"",
            "\"x\"",
            "[]",
            "{}",
            "[[]]",
            "\"\\u0000\""
        };
        for (int i = 0; i < 2_000; i++) {
            String value = values[random.nextInt(values.length)];
            int colon = Configs.FULL.indexOf(": ", random.nextInt(Configs.FULL.length()));
            if (colon < 0) {
                continue;
            }
            reads((Configs.FULL.substring(0, colon + 2) + value + ", \"rest\": " + Configs.FULL.substring(colon + 2))
                    .getBytes(UTF_8));
        }
    }

    private static boolean reads(byte[] config) {
        RuntimeSpec spec;
        try {
            spec = RuntimeSpec.parse(config);
        } catch (JsonException e) {
            assertThat(e.getMessage()).matches("(?s)(line \\d+, column \\d+|[a-zA-Z\\[][^:]*.*): .+");
            return false;
        }
        assertThatCode(() -> assertThat(Configs.parse(spec.toJson())).isEqualTo(spec))
                .doesNotThrowAnyException();
        return true;
    }
}
