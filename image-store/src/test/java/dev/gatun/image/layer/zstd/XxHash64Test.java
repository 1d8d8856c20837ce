package dev.gatun.image.layer.zstd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class XxHash64Test {
    @Test
    void nothingHasThePublishedHash() {
        assertThat(new XxHash64().value()).isEqualTo(0xef46db3751d8e999L);
    }

    @Test
    void partsGiveTheSameAsTheWhole() {
        var random = new Random(64);
        for (int size = 0; size < 300; size++) {
            byte[] bytes = Packed.random(random, size);
            var whole = new XxHash64();
            whole.update(bytes, 0, size);
            var parts = new XxHash64();
            for (int at = 0; at < size; ) {
                int count = Math.min(1 + random.nextInt(70), size - at);
                parts.update(bytes, at, count);
                at += count;
            }
            assertThat(parts.value()).as("%d bytes", size).isEqualTo(whole.value());
        }
    }
}
