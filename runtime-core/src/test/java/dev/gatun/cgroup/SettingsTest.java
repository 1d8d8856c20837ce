package dev.gatun.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.oci.Resources;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What settings are compiled to, on both kinds of hosts; needs no root. */
class SettingsTest {
    private static final String V2 = "/sys/fs/cgroup/g/";
    private static final String MEMORY = "/sys/fs/cgroup/memory/g/memory.";
    private static final String CPU = "/sys/fs/cgroup/cpu,cpuacct/g/cpu.";

    private static Resources resources(String json) {
        return Resources.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static GroupPaths group(FakeFiles files) {
        return GroupPaths.of(Layout.read(files), Optional.of("/g"), "id");
    }

    private static List<String> compile(FakeFiles files, String json) {
        return RecordedSteps.of(
                Settings.of(resources(json), group(files), files).writes());
    }

    private static List<String> unified(String json) {
        return compile(FakeFiles.unified(), json);
    }

    private static List<String> hybrid(String json) {
        return compile(FakeFiles.hybrid(), json);
    }

    @Test
    void nothingIsSetIfNothingIsAskedFor() {
        assertThat(unified("{}")).isEmpty();
        assertThat(hybrid("{'cpu': {'shares': 0, 'quota': 0}, 'memory': {'limit': 0}, 'blockIO': {'weight': 0}}"))
                .isEmpty();
    }

    @Test
    void memory() {
        String both = "{'memory': {'limit': 1000000, 'swap': 1500000, 'reservation': 500000}}";

        assertThat(unified(both))
                .containsExactly(
                        "500000 > " + V2 + "memory.swap.max",
                        "1000000 > " + V2 + "memory.max",
                        "500000 > " + V2 + "memory.low");
        assertThat(hybrid(both))
                .containsExactly(
                        "1000000 > " + MEMORY + "limit_in_bytes",
                        "1500000 > " + MEMORY + "memsw.limit_in_bytes",
                        "500000 > " + MEMORY + "soft_limit_in_bytes");
    }

    @Test
    void moreMemoryThanBeforeIsGivenToBothFirst() {
        var files = FakeFiles.hybrid().put(MEMORY + "limit_in_bytes", "500\n");

        assertThat(compile(files, "{'memory': {'limit': 1000, 'swap': 2000}}"))
                .containsExactly("2000 > " + MEMORY + "memsw.limit_in_bytes", "1000 > " + MEMORY + "limit_in_bytes");
        assertThat(compile(files, "{'memory': {'limit': 100, 'swap': 200}}"))
                .containsExactly("100 > " + MEMORY + "limit_in_bytes", "200 > " + MEMORY + "memsw.limit_in_bytes");
    }

    @Test
    void noLimitOfMemoryIsNoneOfSwapEither() {
        assertThat(unified("{'memory': {'limit': -1}}"))
                .containsExactly("max > " + V2 + "memory.swap.max ?[ENOENT]", "max > " + V2 + "memory.max");
        assertThat(hybrid("{'memory': {'limit': -1}}"))
                .containsExactly(
                        "-1 > " + MEMORY + "memsw.limit_in_bytes ?[ENOENT]", "-1 > " + MEMORY + "limit_in_bytes");
    }

    @Test
    void equalLimitsMeanNoSwap() {
        assertThat(unified("{'memory': {'limit': 1000, 'swap': 1000}}"))
                .containsExactly("0 > " + V2 + "memory.swap.max ?[ENOENT]", "1000 > " + V2 + "memory.max");
    }

    @Test
    void swapAloneIsReckonedFromTheMemoryThatThereIs() {
        var files = FakeFiles.unified().put(V2 + "memory.max", "700\n");

        assertThat(compile(files, "{'memory': {'swap': 1000}}")).containsExactly("300 > " + V2 + "memory.swap.max");
        assertThatThrownBy(() -> unified("{'memory': {'swap': 1000}}")).hasMessageContaining("without memory limit");
        assertThatThrownBy(() -> unified("{'memory': {'limit': 1000, 'swap': 999}}"))
                .hasMessageContaining("less than the memory limit");
    }

    @Test
    void anUpdateBelowWhatIsUsedIsRefusedIfAskedFor() {
        var files = FakeFiles.unified().put(V2 + "memory.current", "5000\n");

        assertThatThrownBy(() -> compile(files, "{'memory': {'limit': 5000, 'checkBeforeUpdate': true}}"))
                .hasMessageContaining("rejecting memory limit 5000 <= usage 5000");
        assertThat(compile(files, "{'memory': {'limit': 5001, 'checkBeforeUpdate': true}}"))
                .hasSize(1);
        assertThat(compile(files, "{'memory': {'limit': 10}}")).hasSize(1);
    }

    @Test
    void whatOnlyVersion1KnowsIsLeftOutInVersion2() {
        String old = "{'memory': {'swappiness': 60, 'disableOOMKiller': true, 'kernel': 1, 'kernelTCP': 1},"
                + " 'cpu': {'realtimeRuntime': 1, 'realtimePeriod': 2}, 'blockIO': {'leafWeight': 10},"
                + " 'network': {'classID': 1}}";

        assertThat(unified(old)).isEmpty();
        assertThat(hybrid("{'memory': {'swappiness': 60, 'disableOOMKiller': true}}"))
                .containsExactly("1 > " + MEMORY + "oom_control", "60 > " + MEMORY + "swappiness");
        assertThat(hybrid("{'memory': {'kernel': 1, 'kernelTCP': 4096}}"))
                .containsExactly("4096 > " + MEMORY + "kmem.tcp.limit_in_bytes");
        assertThatThrownBy(() -> hybrid(old))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("network.classID: the host has no net_cls controller");
    }

    /** The values that runc's own tests expect. */
    @ParameterizedTest
    @CsvSource({"2, 1", "1, 1", "1024, 100", "262144, 10000", "300000, 10000", "10, 4", "100, 17", "2048, 174"})
    void sharesBecomeAWeight(long shares, long weight) {
        assertThat(unified("{'cpu': {'shares': " + shares + "}}")).containsExactly(weight + " > " + V2 + "cpu.weight");
    }

    @Test
    void sharesThatTheKernelWouldChangeAreRefused() {
        assertThat(hybrid("{'cpu': {'shares': 512}}")).containsExactly("512 > " + CPU + "shares");
        assertThatThrownBy(() -> hybrid("{'cpu': {'shares': 1}}"))
                .hasMessageContaining("the minimum allowed cpu-shares is 2");
        assertThatThrownBy(() -> hybrid("{'cpu': {'shares': 262145}}"))
                .hasMessageContaining("the maximum allowed cpu-shares is 262144");
    }

    @Test
    void quotaAndPeriod() {
        String both = "{'cpu': {'quota': 20000, 'period': 50000, 'burst': 1000}}";

        assertThat(unified(both))
                .containsExactly(
                        "1000 > " + V2 + "cpu.max.burst ?[EINVAL]",
                        "20000 50000 > " + V2 + "cpu.max",
                        "1000 > " + V2 + "cpu.max.burst");
        assertThat(hybrid(both))
                .containsExactly(
                        "50000 > " + CPU + "cfs_period_us ?[EINVAL]",
                        "1000 > " + CPU + "cfs_burst_us ?[EINVAL]",
                        "20000 > " + CPU + "cfs_quota_us",
                        "50000 > " + CPU + "cfs_period_us",
                        "1000 > " + CPU + "cfs_burst_us");
        assertThat(unified("{'cpu': {'quota': -1}}")).containsExactly("max 100000 > " + V2 + "cpu.max");
    }

    @Test
    void anUpdateOfOneKeepsTheOther() {
        var files = FakeFiles.unified().put(V2 + "cpu.max", "5000 20000\n");

        assertThat(compile(files, "{'cpu': {'quota': 7000}}")).containsExactly("7000 20000 > " + V2 + "cpu.max");
        assertThat(compile(files, "{'cpu': {'period': 9000}}")).containsExactly("5000 9000 > " + V2 + "cpu.max");
    }

    @Test
    void aGroupIsWeighedWhileItIsNotIdle() {
        assertThat(unified("{'cpu': {'shares': 1024, 'idle': 1}}"))
                .containsExactly("100 > " + V2 + "cpu.weight", "1 > " + V2 + "cpu.idle");
        assertThat(unified("{'cpu': {'shares': 1024, 'idle': 0}}"))
                .containsExactly("0 > " + V2 + "cpu.idle", "100 > " + V2 + "cpu.weight");
    }

    @Test
    void processorsAndNodes() {
        assertThat(unified("{'cpu': {'cpus': '0-1', 'mems': '0'}}"))
                .containsExactly("0-1 > " + V2 + "cpuset.cpus", "0 > " + V2 + "cpuset.mems");
    }

    @ParameterizedTest
    @CsvSource({"10, 10", "0, 1", "-1, max", "-5, max"})
    void tasks(long limit, String expected) {
        assertThat(unified("{'pids': {'limit': " + limit + "}}")).containsExactly(expected + " > " + V2 + "pids.max");
    }

    @Test
    void blockDevices() {
        String all = "{'blockIO': {'weight': 1000, 'weightDevice': [{'major': 8, 'minor': 0, 'weight': 10}],"
                + " 'throttleReadBpsDevice': [{'major': 8, 'minor': 0, 'rate': 1048576}],"
                + " 'throttleWriteIOPSDevice': [{'major': 8, 'minor': 16, 'rate': 0}]}}";

        assertThat(unified(all))
                .containsExactly(
                        "1000 > " + V2 + "io.bfq.weight | 10000 > " + V2 + "io.weight",
                        "8:0 10 > " + V2 + "io.bfq.weight | 8:0 1 > " + V2 + "io.weight",
                        "8:0 rbps=1048576 > " + V2 + "io.max",
                        "8:16 wiops=max > " + V2 + "io.max");
        String blkio = "/sys/fs/cgroup/blkio/g/blkio.";
        assertThat(hybrid(all))
                .containsExactly(
                        "1000 > " + blkio + "weight | 1000 > " + blkio + "bfq.weight",
                        "8:0 10 > " + blkio + "weight_device | 8:0 10 > " + blkio + "bfq.weight_device",
                        "8:0 1048576 > " + blkio + "throttle.read_bps_device",
                        "8:16 0 > " + blkio + "throttle.write_iops_device");
    }

    @Test
    void hugePagesAreLimitedWithTheirReservations() {
        String limits = "{'hugepageLimits': [{'pageSize': '2MB', 'limit': 4194304}]}";

        assertThat(unified(limits))
                .containsExactly(
                        "4194304 > " + V2 + "hugetlb.2MB.max", "4194304 > " + V2 + "hugetlb.2MB.rsvd.max ?[ENOENT]");
        assertThat(hybrid(limits).getFirst()).isEqualTo("4194304 > /sys/fs/cgroup/unified/g/hugetlb.2MB.max");
    }

    @Test
    void rdma() {
        assertThat(unified("{'rdma': {'mlx5_1': {'hcaHandles': 3, 'hcaObjects': 4}}}"))
                .containsExactly("mlx5_1 hca_handle=3 hca_object=4 > " + V2 + "rdma.max");
        assertThatThrownBy(() -> hybrid("{'rdma': {'mlx5_1': {'hcaHandles': 3}}}"))
                .hasMessageContaining("linux.resources.rdma: the host has no rdma controller")
                .hasMessageContaining("leave the setting out");
    }

    @Test
    void filesOfVersion2ByName() {
        assertThat(unified("{'unified': {'memory.high': '100', 'io.max': '8:0 rbps=1\\n8:16 wbps=2',"
                        + " 'misc.max': 'sev 1', 'cgroup.max.depth': '3'}}"))
                .containsExactly(
                        "100 > " + V2 + "memory.high",
                        "8:0 rbps=1 > " + V2 + "io.max",
                        "8:16 wbps=2 > " + V2 + "io.max",
                        "sev 1 > " + V2 + "misc.max",
                        "3 > " + V2 + "cgroup.max.depth");
        assertThatThrownBy(() -> unified("{'unified': {'perf.x': '1'}}"))
                .hasMessageContaining("unified.perf.x: the host has no perf controller");
        assertThatThrownBy(() -> unified("{'unified': {'nonsense': '1'}}"))
                .hasMessageContaining("CONTROLLER.PARAMETER");
        assertThatThrownBy(() -> hybrid("{'unified': {'memory.high': '1'}}"))
                .hasMessageContaining("has the memory controller in version 1");
    }

    @Test
    void aControllerThatIsMountedNowhereHasToBeMounted() {
        FakeFiles files = FakeFiles.hybrid().put("/proc/self/cgroup", "10:net_cls:/\n0::/\n");

        assertThatThrownBy(() -> compile(files, "{'network': {'classID': 1}}"))
                .isInstanceOf(CgroupException.class)
                .hasMessage(
                        "linux.resources.network.classID: the host has no net_cls controller (it is in a hierarchy of"
                                + " version 1 that is mounted nowhere); leave the setting out, or mount it: mount -t cgroup -o"
                                + " net_cls none /sys/fs/cgroup/net_cls");
    }

    @Test
    void aHostWithoutControlGroupsCannotLimit() {
        assertThatThrownBy(() -> Settings.of(resources("{'pids': {'limit': 5}}"), GroupPaths.NONE, new FakeFiles()))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("no control groups are mounted");
    }
}
