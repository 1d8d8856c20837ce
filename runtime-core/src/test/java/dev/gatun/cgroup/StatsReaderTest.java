package dev.gatun.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the files of a group say about what is used, on both kinds of hosts; needs no root. */
class StatsReaderTest {
    private static final String V2 = "/sys/fs/cgroup/g/";
    private static final String V1 = "/sys/fs/cgroup/";

    private static Stats read(FakeFiles files) {
        return new StatsReader(GroupPaths.of(Layout.read(files), Optional.of("/g"), "id"), files).read();
    }

    private static final FakeFiles UNIFIED = FakeFiles.unified()
            .put(V2 + "cpu.stat", """
                    usage_usec 3000
                    user_usec 2000
                    system_usec 1000
                    nr_periods 7
                    nr_throttled 3
                    throttled_usec 50
                    """)
            .put(V2 + "memory.current", "1000\n")
            .put(V2 + "memory.peak", "1500\n")
            .put(V2 + "memory.max", "2000\n")
            .put(V2 + "memory.swap.current", "10\n")
            .put(V2 + "memory.swap.max", "max\n")
            .put(V2 + "memory.stat", "anon 300\nfile 400\nkernel 100\ninactive_file 250\n")
            .put(V2 + "pids.current", "5\n")
            .put(V2 + "pids.max", "max\n")
            .put(V2 + "io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n7:1 \n")
            .put(V2 + "rdma.current", "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=0 hca_object=max\n")
            .put(V2 + "memory.pressure", """
                    some avg10=1.25 avg60=2.50 avg300=3.75 total=12345
                    full avg10=0.25 avg60=0.50 avg300=0.75 total=678
                    """)
            .put(V2 + "cpu.pressure", "some avg10=9.00 avg60=0.00 avg300=0.00 total=1\n");

    @Test
    void version2() {
        Stats stats = read(UNIFIED);

        assertThat(stats.cpu()).isEqualTo(new Stats.Cpu(3_000_000, 2_000_000, 1_000_000, List.of(), 7, 3, 50_000));
        assertThat(stats.memory().usage()).isEqualTo(new Stats.Amount(1000, 1500, 2000, 0));
        assertThat(stats.memory().workingSet()).isEqualTo(750);
        assertThat(stats.memory().cache()).isEqualTo(400);
        assertThat(stats.memory().swap()).isEqualTo(new Stats.Amount(1010, 0, -1, 0));
        assertThat(stats.memory().kernel().usage()).isEqualTo(100);
        assertThat(stats.pids()).isEqualTo(new Stats.Pids(5, 0));
        assertThat(stats.io()).containsExactly(new Stats.Io(8, 0, "Read", 1, 3), new Stats.Io(8, 0, "Write", 2, 4));
        assertThat(stats.rdma())
                .containsEntry("mlx4_0", new Stats.Rdma(2, 2000))
                .containsEntry("ocrdma1", new Stats.Rdma(0, -1));
    }

    @Test
    void howLongTasksWaited() {
        Stats.Pressures pressures = read(UNIFIED).pressures();

        assertThat(pressures.memory())
                .contains(new Stats.Pressure(
                        new Stats.Stall(1.25, 2.5, 3.75, 12345), new Stats.Stall(0.25, 0.5, 0.75, 678)));
        assertThat(pressures.cpu())
                .contains(new Stats.Pressure(new Stats.Stall(9, 0, 0, 1), new Stats.Stall(0, 0, 0, 0)));
        assertThat(pressures.io()).isEmpty();
    }

    @Test
    void version1AndPressureFromVersion2() {
        Stats stats = read(FakeFiles.hybrid()
                .put(V1 + "cpu,cpuacct/g/cpuacct.usage", "3000\n")
                .put(V1 + "cpu,cpuacct/g/cpuacct.usage_user", "2000\n")
                .put(V1 + "cpu,cpuacct/g/cpuacct.usage_sys", "1000\n")
                .put(V1 + "cpu,cpuacct/g/cpu.stat", "nr_periods 7\nnr_throttled 3\nthrottled_time 50\n")
                .put(V1 + "memory/g/memory.usage_in_bytes", "1000\n")
                .put(V1 + "memory/g/memory.max_usage_in_bytes", "1500\n")
                .put(V1 + "memory/g/memory.limit_in_bytes", "9223372036854771712\n")
                .put(V1 + "memory/g/memory.failcnt", "4\n")
                .put(V1 + "memory/g/memory.memsw.usage_in_bytes", "1100\n")
                .put(V1 + "memory/g/memory.memsw.limit_in_bytes", "3000\n")
                .put(V1 + "memory/g/memory.stat", "cache 400\ntotal_inactive_file 1250\n")
                .put(V1 + "pids/g/pids.current", "5\n")
                .put(V1 + "pids/g/pids.max", "8\n")
                .put(V1 + "blkio/g/blkio.throttle.io_service_bytes_recursive", "8:0 Read 1\n8:0 Write 2\nTotal 3\n")
                .put(V1 + "blkio/g/blkio.throttle.io_serviced_recursive", "8:0 Read 3\n8:0 Write 4\nTotal 7\n")
                .put(V1 + "unified/g/cpu.stat", "usage_usec 77\n")
                .put(V1 + "unified/g/io.pressure", "some avg10=0.50 avg60=0.00 avg300=0.00 total=9\n"));

        assertThat(stats.cpu()).isEqualTo(new Stats.Cpu(3000, 2000, 1000, List.of(), 7, 3, 50));
        assertThat(stats.memory().usage()).isEqualTo(new Stats.Amount(1000, 1500, -1, 4));
        assertThat(stats.memory().swap()).isEqualTo(new Stats.Amount(1100, 0, 3000, 0));
        assertThat(stats.memory().workingSet())
                .as("more is inactive than counted")
                .isZero();
        assertThat(stats.pids()).isEqualTo(new Stats.Pids(5, 8));
        assertThat(stats.io()).containsExactly(new Stats.Io(8, 0, "Read", 1, 3), new Stats.Io(8, 0, "Write", 2, 4));
        assertThat(stats.pressures().io().orElseThrow().some().avg10()).isEqualTo(0.5);
    }

    @Test
    void version1TellsOfEachProcessor() {
        Stats stats = read(FakeFiles.hybrid()
                .put(V1 + "cpu,cpuacct/g/cpuacct.usage_percpu", "30 47 \n")
                .put(V1 + "cpu,cpuacct/g/cpuacct.usage_all", "cpu user system\n0 10 20\n1 40 7\n"));

        assertThat(stats.cpu().processors())
                .containsExactly(new Stats.Processor(30, 10, 20), new Stats.Processor(47, 40, 7));
        assertThat(stats.toJson())
                .contains("\"percpu\":[30,47],\"percpu_kernel\":[20,7],\"percpu_user\":[10,40],\"kernel\":");
    }

    @Test
    void version1TellsWhereTasksMayRun() {
        Stats stats = read(FakeFiles.hybrid()
                .put(V1 + "cpuset/g/cpuset.cpus", "0-2,7\n")
                .put(V1 + "cpuset/g/cpuset.mems", "0\n")
                .put(V1 + "cpuset/g/cpuset.sched_load_balance", "1\n")
                .put(V1 + "cpuset/g/cpuset.sched_relax_domain_level", "-1\n"));

        assertThat(stats.cpuset().cpus()).containsExactly(0L, 1L, 2L, 7L);
        assertThat(stats.cpuset().mems()).containsExactly(0L);
        assertThat(stats.toJson())
                .contains(
                        "\"cpuset\":{\"cpus\":[0,1,2,7],\"mems\":[0],\"cpu_exclusive\":0,",
                        "\"sched_load_balance\":1,\"sched_relax_domain_level\":-1}");
    }

    @Test
    void aGroupThatIsGoneUsesNothing() {
        Stats stats = read(FakeFiles.unified());

        assertThat(stats.cpu().total()).isZero();
        assertThat(stats.memory().usage()).isEqualTo(Stats.Amount.NONE);
        assertThat(stats.io()).isEmpty();
        assertThat(stats.pressures().cpu()).isEmpty();
    }

    /** As runc's events: no limit is the largest number, and shares of time are numbers. */
    @Test
    void itIsWrittenAsEnginesReadIt() {
        assertThat(read(UNIFIED).toJson())
                .contains(
                        "\"swap\":{\"limit\":18446744073709551615,\"usage\":1010,",
                        "\"psi\":{\"some\":{\"avg10\":1.25,",
                        "\"cpuset\":{}",
                        "{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":1}",
                        "\"pids\":{\"current\":5,\"limit\":0}");
    }
}
