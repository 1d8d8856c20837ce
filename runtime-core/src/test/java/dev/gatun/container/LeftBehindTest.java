package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A JVM that runs containers for months may not lose a descriptor, a process or a folder with any of them. */
@Tag("kernel")
class LeftBehindTest {
    private static final int ROUNDS = 100;

    /** Ten lives of containers, happy and unhappy. */
    private static final List<Consumer<TestBundle>> LIVES = List.of(
            bundle -> assertThat(bundle.namespace("network", "")
                            .args("/bin/true")
                            .run()
                            .status())
                    .isZero(),
            bundle -> assertThat(bundle.args("/bin/false").run().status()).isOne(),
            bundle -> {
                bundle.create();
                bundle.containers.delete(bundle.containerId(), false);
            },
            bundle -> {
                bundle.create();
                bundle.containers.start(bundle.containerId());
                bundle.end();
            },
            bundle -> {
                bundle.startIdle();
                assertThat(bundle.exec("exit 3").status()).isEqualTo(3);
                bundle.containers.delete(bundle.containerId(), true);
            },
            bundle -> fails(bundle.args("nothing")),
            bundle -> fails(bundle.set("hostname", "'" + "n".repeat(65) + "'")),
            bundle -> fails(bundle.set("linux.sysctl", "{'kernel.msgmax': 'many'}")),
            bundle -> fails(bundle.mount("/data", "nofs", "nofs")),
            bundle -> fails(bundle.namespace("network", "/nowhere")));

    @Test
    void aThousandStartsAndFailuresLeaveNothing() {
        try (var bundle = new TestBundle()) {
            // the kernel takes its time with a network namespace, so one life in ten has one
            String configuration = bundle.withoutNamespace("network").config.toString();
            live(bundle, configuration);
            Footprint before = Footprint.of(bundle.folder);

            for (int round = 0; round < ROUNDS; round++) {
                live(bundle, configuration);
            }

            assertThat(Footprint.of(bundle.folder)).usingRecursiveComparison().isEqualTo(before);
        }
    }

    private static void live(TestBundle bundle, String configuration) {
        for (Consumer<TestBundle> life : LIVES) {
            bundle.config.setAll((ObjectNode) TestBundle.json(configuration));
            life.accept(bundle);
        }
    }

    private static void fails(TestBundle bundle) {
        assertThatThrownBy(bundle::start).isInstanceOf(ContainerException.class);
    }
}
