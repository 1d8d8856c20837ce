package dev.gatun.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.ImageException;
import dev.gatun.image.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against containers-registries.conf(5). */
class RegistriesConfTest {
    @TempDir
    Path temp;

    private RegistriesConf conf(String toml) {
        return Clients.conf(temp, toml);
    }

    private static Reference ref(String text) {
        return Reference.parse(text);
    }

    @Test
    void without_configuration_short_names_are_docker_hubs() {
        assertThat(RegistriesConf.defaults().resolve(ref("alpine")))
                .containsExactly(ref("docker.io/library/alpine:latest"));
        assertThat(RegistriesConf.defaults().resolve(ref("quay.io/a:1"))).containsExactly(ref("quay.io/a:1"));
    }

    @Test
    void short_names_are_looked_for_in_the_order_of_the_list() {
        RegistriesConf conf = conf("unqualified-search-registries = [\"quay.io\", \"docker.io\"]");
        assertThat(conf.resolve(ref("a:1"))).containsExactly(ref("quay.io/a:1"), ref("docker.io/library/a:1"));
    }

    @Test
    void aliases_come_before_the_list() {
        RegistriesConf conf = conf("""
                unqualified-search-registries = ["quay.io"]
                [aliases]
                "a" = "example.com/x/a"
                "b/c" = "example.com/y"
                """);
        assertThat(conf.resolve(ref("a:2"))).containsExactly(ref("example.com/x/a:2"));
        assertThat(conf.resolve(ref("b/c"))).containsExactly(ref("example.com/y:latest"));
        assertThat(conf.resolve(ref("d"))).containsExactly(ref("quay.io/d:latest"));
    }

    @Test
    void with_no_or_too_many_registries_the_user_is_told_what_to_do() {
        assertThatThrownBy(() -> conf("unqualified-search-registries = []").resolve(ref("a")))
                .hasMessageContaining("docker.io/library/a");
        assertThatThrownBy(() -> conf("""
                        unqualified-search-registries = ["a.io", "b.io"]
                        short-name-mode = "enforcing"
                        """).resolve(ref("x"))).hasMessageContaining("[a.io/x:latest, b.io/x:latest]");
    }

    @Test
    void the_longest_prefix_decides() {
        RegistriesConf conf = conf("""
                [[registry]]
                location = "example.com"
                insecure = true
                [[registry]]
                prefix = "example.com/foo"
                location = "other.com/bar"
                [[registry]]
                prefix = "*.wild.com"
                insecure = true
                [[registry]]
                prefix = "*.deep.wild.com"
                blocked = true
                [[registry]]
                prefix = "*.moved.com"
                location = "new.com/old"
                """);
        assertThat(conf.pullEndpoints(ref("example.com/a:1"))).containsExactly(new Endpoint("example.com", "a", true));
        assertThat(conf.pullEndpoints(ref("example.com/foo/a:1")))
                .containsExactly(new Endpoint("other.com", "bar/a", false));
        assertThat(conf.pullEndpoints(ref("example.com/foo:1")))
                .containsExactly(new Endpoint("other.com", "bar", false));
        assertThat(conf.pullEndpoints(ref("example.com/foobar:1")))
                .containsExactly(new Endpoint("example.com", "foobar", true));
        assertThat(conf.pullEndpoints(ref("a.wild.com/x:1"))).containsExactly(new Endpoint("a.wild.com", "x", true));
        assertThat(conf.pullEndpoints(ref("wild.com/x:1"))).containsExactly(new Endpoint("wild.com", "x", false));
        assertThat(conf.pullEndpoints(ref("a.wild.com.evil.org/x:1")))
                .containsExactly(new Endpoint("a.wild.com.evil.org", "x", false));
        assertThat(conf.pullEndpoints(ref("a.moved.com/x:1"))).containsExactly(new Endpoint("new.com", "old/x", false));
        assertThatThrownBy(() -> conf.pullEndpoints(ref("a.deep.wild.com/x:1")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("blocks *.deep.wild.com");
    }

    @Test
    void mirrors_serve_what_they_are_for() {
        RegistriesConf conf = conf("""
                [[registry]]
                location = "docker.io"
                [[registry.mirror]]
                location = "all"
                insecure = true
                [[registry.mirror]]
                location = "mirror:5000/hub"
                pull-from-mirror = "digest-only"
                [[registry.mirror]]
                location = "tags"
                pull-from-mirror = "tag-only"
                """);
        String digest = "@sha256:" + "0".repeat(64);
        assertThat(conf.pullEndpoints(ref("docker.io/library/a:1")))
                .containsExactly(
                        new Endpoint("all", "library/a", true),
                        new Endpoint("tags", "library/a", false),
                        new Endpoint("docker.io", "library/a", false));
        assertThat(conf.pullEndpoints(ref("docker.io/library/a" + digest)))
                .containsExactly(
                        new Endpoint("all", "library/a", true),
                        new Endpoint("mirror:5000", "hub/library/a", false),
                        new Endpoint("docker.io", "library/a", false));
        assertThat(conf.pushEndpoint(ref("docker.io/library/a:1")))
                .isEqualTo(new Endpoint("docker.io", "library/a", false));
    }

    @Test
    void later_files_replace_what_earlier_ones_say() throws Exception {
        Path one = temp.resolve("1.conf");
        Path two = temp.resolve("2.conf");
        Files.writeString(one, """
                unqualified-search-registries = ["one.io"]
                [[registry]]
                location = "a.io"
                blocked = true
                [aliases]
                "x" = "one.io/x"
                "y" = "one.io/y"
                """);
        Files.writeString(two, """
                [[registry]]
                location = "a.io"
                insecure = true
                [aliases]
                "x" = "two.io/x"
                """);
        RegistriesConf conf = RegistriesConf.read(List.of(one, two));
        assertThat(conf.resolve(ref("z"))).containsExactly(ref("one.io/z:latest"));
        assertThat(conf.resolve(ref("x"))).containsExactly(ref("two.io/x:latest"));
        assertThat(conf.resolve(ref("y"))).containsExactly(ref("one.io/y:latest"));
        assertThat(conf.pullEndpoints(ref("a.io/b:1"))).containsExactly(new Endpoint("a.io", "b", true));
    }

    @Test
    void the_users_file_and_drop_ins_are_found() throws Exception {
        Path own = Files.createDirectories(temp.resolve("home/.config/containers/registries.conf.d"));
        Files.writeString(own.resolveSibling("registries.conf"), "unqualified-search-registries = [\"own.io\"]");
        Files.writeString(own.resolve("1.conf"), "[aliases]\n\"x\" = \"alias.io/x\"");
        RegistriesConf conf =
                RegistriesConf.load(Map.of("HOME", temp.resolve("home").toString()));
        assertThat(conf.resolve(ref("z-no-alias"))).containsExactly(ref("own.io/z-no-alias:latest"));
        assertThat(conf.resolve(ref("x"))).containsExactly(ref("alias.io/x:latest"));
    }

    @Test
    void mistakes_are_refused_with_their_place() {
        for (var each : Map.of(
                        "[[registry]]\nlocation = \"https://a.io\"", "is a URL",
                        "[[registry]]\nprefix = \"a.io\"", "location is missing",
                        "[[registry]]\nprefix = \"a.*.io\"\nlocation = \"b\"", "* may stand only in front",
                        "[[registry]]\ninsecure = \"yes\"\nlocation = \"b\"", "insecure is not true or false",
                        "[registries.search]\nregistries = []", "version 1 of registries.conf",
                        "short-name-mode = \"maybe\"", "is not one of enforcing, permissive, disabled",
                        "a = [", "not TOML")
                .entrySet()) {
            assertThatThrownBy(() -> conf(each.getKey()))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining(temp.toString())
                    .hasMessageContaining(each.getValue());
        }
    }

    /** Compared with the rule in its plainest words: some end of the name, at a slash, colon or at, is the prefix. */
    @Test
    void prefixes_match_as_the_plainest_rule_says() {
        long seed = 4;
        var random = new Random(seed);
        String[] hosts = {"a.io", "b.a.io", "c.b.a.io", "a.io:5000", "x.org"};
        String[] paths = {"p", "pq", "p/q", "q/p/q"};
        String[] prefixes = {"a.io", "*.a.io", "*.b.a.io", "a.io/p", "*.io", "a.io:5000", "x.org/q/p", "b.a.io/pq"};
        int matches = 0;
        for (int i = 0; i < 2_000; i++) {
            String host = hosts[random.nextInt(hosts.length)];
            Reference name = ref(host + "/" + paths[random.nextInt(paths.length)] + (random.nextBoolean() ? ":t" : ""));
            List<RegistryRule> rules = new ArrayList<>();
            for (String prefix : prefixes) {
                rules.add(new RegistryRule(prefix, "l.io", false, false, List.of()));
            }
            for (RegistryRule rule : rules) {
                boolean expected = plainly(rule.prefix(), host, name);
                assertThat(rule.match(name).isPresent())
                        .as("seed %d: %s for %s", seed, rule.prefix(), name)
                        .isEqualTo(expected);
                matches += expected ? 1 : 0;
            }
        }
        assertThat(matches).isGreaterThan(1_000);
    }

    private static boolean plainly(String prefix, String host, Reference name) {
        if (prefix.startsWith("*")) {
            return host.endsWith(prefix.substring(1));
        }
        String whole = host + "/" + name.path();
        return whole.equals(prefix) || whole.startsWith(prefix + "/");
    }
}
