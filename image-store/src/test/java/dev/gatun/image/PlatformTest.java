package dev.gatun.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the rules of containerd's platforms package. */
class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "x86_64, linux/amd64", "amd64, linux/amd64", "linux/amd64/v1, linux/amd64", "linux/amd64/v3, linux/amd64/v3",
        "aarch64, linux/arm64", "linux/arm64/v8, linux/arm64", "arm, linux/arm/v7", "linux/arm/6, linux/arm/v6",
        "armhf, linux/arm/v7", "armel, linux/arm/v6", "i686, linux/386", "Linux/RISCV64, linux/riscv64"
    })
    void the_same_things_get_the_same_names(String text, String normalized) {
        assertThat(Platform.parse(text)).hasToString(normalized);
    }

    @ParameterizedTest
    @CsvSource({
        "linux/amd64,    linux/amd64,                              linux/amd64",
        "linux/amd64,    linux/amd64/v2,                           none",
        "linux/amd64/v3, linux/amd64 linux/amd64/v4 linux/amd64/v2, linux/amd64/v2",
        "linux/arm/v7,   linux/arm/v5 linux/arm/v6 linux/arm64,    linux/arm/v6",
        "linux/arm/v6,   linux/arm/v7 linux/arm/v5,                linux/arm/v5",
        "linux/arm64,    linux/arm/v7 linux/amd64 linux/arm64/v8,  linux/arm64",
        "linux/amd64,    windows/amd64,                            none"
    })
    void the_best_variant_that_runs_is_chosen(String wanted, String offered, String chosen) {
        List<Descriptor> manifests = Stream.of(offered.split(" "))
                .map(text -> Descriptor.of(
                                MediaTypes.OCI_MANIFEST, text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .withPlatform(Platform.parse(text)))
                .toList();
        Index index = Index.of(manifests);
        if (chosen.equals("none")) {
            assertThatThrownBy(() -> index.choose(Platform.parse(wanted)))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("no image for " + wanted);
        } else {
            assertThat(index.choose(Platform.parse(wanted)).platform().orElseThrow())
                    .hasToString(chosen);
        }
    }

    @Test
    void what_is_no_platform_is_refused() {
        for (String text : List.of("", "/", "linux/", "/amd64", "a/b/c/d")) {
            assertThatThrownBy(() -> Platform.parse(text)).isInstanceOf(ImageException.class);
        }
    }
}
