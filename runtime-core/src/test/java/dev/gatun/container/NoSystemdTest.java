package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of {@code --systemd-cgroup} where systemd is not. */
@Tag("kernel")
@Tag("cgroup")
class NoSystemdTest {
    @Test
    void askingForSystemdIsAnErrorThatSaysWhatToDo() {
        assumeFalse(Files.exists(Path.of("/run/systemd/system")), "systemd manages this machine");
        try (var bundle = new TestBundle()) {
            bundle.systemd = true;
            bundle.set("linux.cgroupsPath", "'system.slice:gatun:one'");

            assertThatThrownBy(bundle::create)
                    .hasMessage("--systemd-cgroup: systemd is not the manager of this machine (there is no"
                            + " /run/systemd/system); leave the option out to have Gatun manage control groups itself");
            assertThat(bundle.state.list()).isEmpty();
            assertThat(bundle.state.exists(bundle.containerId())).isFalse();
        }
    }
}
