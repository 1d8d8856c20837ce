package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class FeaturesTest {
    private final JsonNode features = TestBundle.json(new Features("1.2.3").toJson());

    private List<String> list(String pointer) {
        return StreamSupport.stream(features.at(pointer).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    @Test
    void theyHaveWhatTheSpecificationAsksFor() {
        assertThat(features.at("/ociVersionMin").asText()).isEqualTo("1.0.0");
        assertThat(features.at("/ociVersionMax").asText()).isEqualTo("1.3.0");
        assertThat(list("/hooks")).hasSize(6);
        assertThat(list("/linux/namespaces"))
                .containsExactly("cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts");
        assertThat(list("/linux/capabilities")).startsWith("CAP_CHOWN").contains("CAP_CHECKPOINT_RESTORE");
        assertThat(list("/linux/seccomp/archs")).contains("SCMP_ARCH_X86_64", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64");
        assertThat(list("/linux/seccomp/actions")).contains("SCMP_ACT_NOTIFY", "SCMP_ACT_LOG");
        assertThat(features.at("/linux/mountExtensions/idmap/enabled").asBoolean())
                .isTrue();
    }

    /** What is listed is understood: it does not end as an option of the file system. */
    @Test
    void eachMountOptionIsOne() {
        assertThat(list("/mountOptions")).contains("bind", "rro", "rnosymfollow", "runbindable", "ratime");
        for (String option : list("/mountOptions")) {
            assertThat(MountOptions.parse(List.of(option)).filesystem())
                    .as(option)
                    .isEmpty();
        }
    }
}
