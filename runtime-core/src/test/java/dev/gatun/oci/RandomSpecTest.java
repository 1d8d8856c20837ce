package dev.gatun.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RandomSpecTest {
    @Test
    void readsBackWhatItWrote() {
        Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            RuntimeSpec spec = new RandomSpec(random).spec();
            assertThat(Configs.parse(spec.toJson())).isEqualTo(spec);
            assertThat(Configs.parse(spec.toJson("\t"))).isEqualTo(spec);
        }
    }
}
