package dev.gatun.cgroup.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.cgroup.CgroupException;
import dev.gatun.cgroup.Write;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How settings and annotations become properties. */
class PropertiesTest {
    private static final int VERSION = 252;

    private static String text(List<UnitProperty> properties) {
        return String.join(
                " ",
                properties.stream()
                        .map(property -> property.name() + "=" + property.type() + ":"
                                + (property.value() instanceof byte[] bytes
                                        ? Arrays.toString(bytes)
                                        : property.value().toString()))
                        .toList());
    }

    private static String ofWrite(String file, String value, int version) {
        var write = new Write("/sys/fs/cgroup/x/" + file, value, "", List.of(), Optional.empty());
        return text(ResourceProperties.of(List.of(write), version));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            memory.max      | 1048576      | MemoryMax=t:1048576
            memory.max      | max          | MemoryMax=t:18446744073709551615
            memory.swap.max | 0            | MemorySwapMax=t:0
            memory.low      | 4096         | MemoryLow=t:4096
            pids.max        | 7            | TasksMax=t:7
            pids.max        | 0            | TasksMax=t:1
            pids.max        | max          | TasksMax=t:18446744073709551615
            cpu.weight      | 79           | CPUWeight=t:79
            cpu.idle        | 1            | CPUWeight=t:0
            cpu.idle        | 0            | ``
            cpu.max         | 20000 100000 | CPUQuotaPeriodUSec=t:100000 CPUQuotaPerSecUSec=t:200000
            cpu.max         | 33333 100000 | CPUQuotaPeriodUSec=t:100000 CPUQuotaPerSecUSec=t:340000
            cpu.max         | max 50000    | CPUQuotaPeriodUSec=t:50000 CPUQuotaPerSecUSec=t:18446744073709551615
            cpuset.cpus     | 0,2-3,9      | AllowedCPUs=ay:[13, 2]
            cpuset.mems     | 0            | AllowedMemoryNodes=ay:[1]
            io.max          | 8:0 rbps=1   | ``
            """)
    void aSettingBecomesAProperty(String file, String value, String expected) {
        assertThat(ofWrite(file, value, VERSION)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            cpu.idle        | 1            | 251 | ``
            cpu.max         | 20000 100000 | 241 | CPUQuotaPerSecUSec=t:200000
            cpuset.cpus     | 0            | 243 | ``
            """)
    void anOlderSystemdIsNotAskedForWhatItDoesNotKnow(String file, String value, int version, String expected) {
        assertThat(ofWrite(file, value, version)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            CollectMode   | 'inactive-or-failed' | CollectMode=s:inactive-or-failed
            Description   | "it's \\"quoted\\""  | Description=s:it's "quoted"
            SendSIGHUP    | true                 | SendSIGHUP=b:true
            TasksMax      | uint64 5             | TasksMax=t:5
            CPUShares     | @t 0x10              | CPUShares=t:16
            Number        | 12                   | Number=i:12
            Number        | 1.5                  | Number=d:1.5
            TimeoutStopUSec | uint64 100         | TimeoutStopUSec=t:100
            TimeoutStopSec  | uint64 3           | TimeoutStopUSec=t:3000000
            TimeoutStopSec  | 1.5                | TimeoutStopUSec=t:1500000
            After         | ['a', 'b']           | After=as:[a, b]
            After         | @as []               | After=as:[]
            PIDs          | @au [1, 2]           | PIDs=au:[1, 2]
            """)
    void anAnnotationBecomesAProperty(String name, String value, String expected) {
        assertThat(text(AnnotatedProperties.of(Map.of("org.systemd.property." + name, value, "other", "x"))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unquoted",
                "'open",
                "uint64 -1",
                "byte 256",
                "[1, 'a']",
                "[1",
                "[]",
                "true false",
                "(1, 2)",
                "uint64 'a'"
            })
    void aValueThatCannotBeReadIsRefused(String value) {
        assertThatThrownBy(() -> AnnotatedProperties.of(Map.of("org.systemd.property.TasksMax", value)))
                .isInstanceOf(CgroupException.class)
                .hasMessageStartingWith("annotations[\"org.systemd.property.TasksMax\"]: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "Tasks-Max", "Tasks.Max", "Tasks1"})
    void aNameThatIsNoneIsRefused(String name) {
        assertThatThrownBy(() -> AnnotatedProperties.of(Map.of("org.systemd.property." + name, "true")))
                .isInstanceOf(CgroupException.class);
    }
}
