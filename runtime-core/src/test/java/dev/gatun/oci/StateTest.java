package dev.gatun.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class StateTest {
    private static final State RUNNING =
            new State("1.3.0", "box", State.Status.RUNNING, OptionalInt.of(4422), "/containers/box", Map.of("a", "b"));

    private static final String RUNNING_JSON =
            "{\"ociVersion\":\"1.3.0\",\"id\":\"box\",\"status\":\"running\",\"pid\":4422,"
                    + "\"bundle\":\"/containers/box\",\"annotations\":{\"a\":\"b\"}}";

    @Test
    void writesAndReads() {
        assertThat(RUNNING.toJson()).isEqualTo(RUNNING_JSON);
        assertThat(parse(RUNNING_JSON)).isEqualTo(RUNNING);
        for (State.Status status : State.Status.values()) {
            State state = new State("1.0.0", "x", status, OptionalInt.empty(), "/b", Map.of());
            assertThat(parse(state.toJson())).isEqualTo(state);
        }
    }

    @Test
    void takesTheProcessZeroForNone() {
        assertThat(parse(RUNNING_JSON.replace("4422", "0")).pid()).isEmpty();
    }

    @Test
    void refusesWhatIsWrong() {
        fails(
                "\"running\"",
                "\"asleep\"",
                "status: \"asleep\" is not one of creating, created, running, paused, stopped");
        fails("4422", "-1", "pid: expected a number from 0 to 2147483647, found -1");
        fails("/containers/box", "box", "bundle: \"box\" is not an absolute path");
        fails("\"id\":\"box\"", "\"id\":\"\"", "id: empty; the container's ID is required");
        fails("\"id\":\"box\",", "", "id: missing; a string is required");
        fails("{\"a\":", "{\"\":", "annotations[\"\"]: the key is empty");
    }

    private static void fails(String from, String to, String message) {
        assertThatThrownBy(() -> parse(RUNNING_JSON.replace(from, to))).hasMessage(message);
    }

    private static State parse(String json) {
        return State.parse(json.getBytes(UTF_8));
    }
}
