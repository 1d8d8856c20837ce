package dev.gatun.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String HEX = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "docker.io/alpine,                docker.io/library/alpine,            alpine",
        "index.docker.io/alpine:3,        docker.io/library/alpine:3,          alpine:3",
        "docker.io/user/app,              docker.io/user/app,                  user/app",
        "localhost/app,                   localhost/app,                       localhost/app",
        "localhost:5000/app:1.0,          localhost:5000/app:1.0,              localhost:5000/app:1.0",
        "reg.example:5000/a/b/c:t,        reg.example:5000/a/b/c:t,            reg.example:5000/a/b/c:t",
        "[::1]:5000/a:t,                  [::1]:5000/a:t,                      [::1]:5000/a:t",
        "HOST/app,                        HOST/app,                            HOST/app",
        "docker.io/a__b/c--d.e_f:V-1.x_y, docker.io/a__b/c--d.e_f:V-1.x_y,     a__b/c--d.e_f:V-1.x_y"
    })
    void full_names(String text, String full, String familiar) {
        Reference reference = Reference.parse(text);
        assertThat(reference.isShort()).isFalse();
        assertThat(reference).hasToString(full);
        assertThat(reference.familiar()).isEqualTo(familiar);
        assertThat(Reference.parse(full)).isEqualTo(reference);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alpine", "alpine:3", "user/app", "user/app:t", "a/b/c"})
    void short_names(String text) {
        Reference reference = Reference.parse(text);
        assertThat(reference.isShort()).isTrue();
        assertThat(reference).hasToString(text);
        assertThat(reference.in("docker.io").familiar()).isEqualTo(text);
    }

    @Test
    void digests() {
        Reference reference = Reference.parse("quay.io/a/b:t@sha256:" + HEX);
        assertThat(reference.tag()).contains("t");
        assertThat(reference.digest()).contains(Digest.parse("sha256:" + HEX));
        assertThat(reference.version()).isEqualTo("sha256:" + HEX);
        assertThat(reference.withDefaultTag()).isEqualTo(reference);
        assertThat(Reference.parse("a").withDefaultTag()).hasToString("a:latest");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "@",
                "/",
                "a/",
                "/a",
                "a//b",
                "A",
                "a:",
                "a:-b",
                "a:b c",
                "-a",
                "a-",
                "a..b",
                "a___b",
                "a_",
                "é",
                "host.com/",
                "host.com:port/a",
                "host.com:5/A",
                "a@sha256:1",
                "a@md5:00",
                "a@",
                "http://a/b",
                "a b",
                "-host.com/a",
                "a:t:u",
                "a/b:t/c",
                "..",
                "../a",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void what_is_no_name_is_refused(String text) {
        assertThatThrownBy(() -> Reference.parse(text)).isInstanceOf(ImageException.class);
    }

    @Test
    void long_names_and_tags_are_refused() {
        assertThat(Reference.parse("a".repeat(255)).path()).hasSize(255);
        assertThatThrownBy(() -> Reference.parse("a".repeat(256))).hasMessageContaining("255 characters");
        assertThat(Reference.parse("a:" + "t".repeat(128)).tag()).isPresent();
        assertThatThrownBy(() -> Reference.parse("a:" + "t".repeat(129))).hasMessageContaining("no tag");
    }

    @Test
    void made_names_come_back_and_random_texts_do_no_harm() {
        long seed = 20260101;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = name(random);
            Reference reference = Reference.parse(text);
            assertThat(Reference.parse(reference.toString()))
                    .as("seed %d, round %d: %s", seed, i, text)
                    .isEqualTo(reference);
            assertThat(reference.isShort() ? reference.toString() : text).isEqualTo(text);

            String broken = damaged(text, random);
            try {
                Reference other = Reference.parse(broken);
                assertThat(Reference.parse(other.toString()))
                        .as("seed %d: %s", seed, broken)
                        .isEqualTo(other);
            } catch (ImageException e) {
                assertThat(e).as("seed %d: %s", seed, broken).hasMessageMatching("(?s).*(image name|digest) \".*");
            }
        }
    }

    private static String name(Random random) {
        String[] hosts = {"short/", "localhost/", "localhost:80/", "a.b/", "x-1.example.com:5000/", "127.0.0.1:1/"};
        var text = new StringBuilder(hosts[random.nextInt(hosts.length)]);
        for (int i = random.nextInt(3); i >= 0; i--) {
            text.append(component(random)).append(i > 0 ? "/" : "");
        }
        if (random.nextBoolean()) {
            text.append(':').append("T_1.x-".substring(0, 1 + random.nextInt(6)));
        }
        if (random.nextInt(4) == 0) {
            text.append("@sha256:").append(HEX);
        }
        return text.toString();
    }

    private static String component(Random random) {
        String[] separators = {".", "_", "__", "-", "---"};
        var text = new StringBuilder("c");
        for (int i = random.nextInt(3); i > 0; i--) {
            text.append(separators[random.nextInt(separators.length)]).append(random.nextInt(100));
        }
        return text.toString();
    }

    private static String damaged(String text, Random random) {
        var damaged = new StringBuilder(text);
        String letters = "/:@.-_ \0Aaé%\n[]";
        for (int i = random.nextInt(3); i >= 0; i--) {
            damaged.setCharAt(random.nextInt(damaged.length()), letters.charAt(random.nextInt(letters.length())));
        }
        return damaged.toString();
    }

    @Test
    void a_short_name_goes_into_a_registry() {
        Reference name = new Reference("", "app", Optional.of("1"), Optional.empty());
        assertThat(name.in("quay.io")).hasToString("quay.io/app:1");
        assertThat(name.in("docker.io")).hasToString("docker.io/library/app:1");
    }
}
