package dev.gatun.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SymbolsTest {
    private static final List<Class<?>> CLASSES = List.of(
            Fcntl.class,
            Mount.class,
            Sched.class,
            Policy.class,
            Prctl.class,
            Socket.class,
            Terminal.class,
            Wait.class,
            Signal.class,
            Namespacefs.class,
            Bpf.class,
            Inotify.class);

    /** What no listing prints by name: zeros, fields of structures, and options of calls that only Java makes. */
    private static final Set<String> NOT_PRINTED = Set.of(
            "O_RDONLY",
            "AT_FDCWD",
            "FD_CLOEXEC",
            "MOUNT_ATTR__ATIME",
            "MOUNT_ATTR_RELATIME",
            "_LINUX_CAPABILITY_VERSION_3",
            "SOL_SOCKET",
            "SO_PASSCRED",
            "SO_PEERCRED",
            "SO_RCVTIMEO",
            "SCM_RIGHTS",
            "SHUT_WR",
            "SHUT_RDWR",
            "IOPRIO_CLASS_SHIFT",
            "IOPRIO_WHO_PROCESS",
            "CLD_EXITED",
            "CLD_KILLED",
            "CLD_DUMPED",
            "BPF_PROG_TYPE_CGROUP_DEVICE",
            "BPF_CGROUP_DEVICE",
            "BPF_F_ALLOW_MULTI",
            "BPF_F_REPLACE");

    private static final Set<Notation> FLAGS = Set.of(
            Notation.OPEN_FLAGS,
            Notation.AT_FLAGS,
            Notation.RESOLVE_FLAGS,
            Notation.CLOSE_RANGE_FLAGS,
            Notation.MEMFD_FLAGS,
            Notation.RENAME_FLAGS,
            Notation.SEAL_FLAGS,
            Notation.LOCK_FLAGS,
            Notation.MOUNT_FLAGS,
            Notation.UMOUNT_FLAGS,
            Notation.OPEN_TREE_FLAGS,
            Notation.MOVE_MOUNT_FLAGS,
            Notation.FSOPEN_FLAGS,
            Notation.FSMOUNT_FLAGS,
            Notation.FSPICK_FLAGS,
            Notation.MOUNT_ATTRIBUTES,
            Notation.CLONE_FLAGS,
            Notation.MESSAGE_FLAGS,
            Notation.INTERFACE_FLAGS,
            Notation.WAIT_FLAGS,
            Notation.SCHED_FLAGS,
            Notation.INOTIFY_FLAGS);

    @Test
    void everySymbolHasTheValueOfTheConstantOfItsName() throws Exception {
        Map<String, Long> constants = constants();
        for (Symbols.Symbol symbol : Symbols.all()) {
            assertThat(constants.get(symbol.name())).as(symbol.name()).isEqualTo(symbol.value());
        }
    }

    @Test
    void everyConstantIsPrintedByNameSomewhere() throws Exception {
        var unprinted = new TreeSet<>(constants().keySet());
        for (Symbols.Symbol symbol : Symbols.all()) {
            unprinted.remove(symbol.name());
        }
        // terminal modes are only computed with
        for (Field field : Terminal.class.getFields()) {
            if (!field.getName().startsWith("T")) {
                unprinted.remove(field.getName());
            }
        }
        assertThat(unprinted).containsExactlyInAnyOrderElementsOf(NOT_PRINTED);
    }

    @ParameterizedTest
    @EnumSource
    void everyNotationPrintsEveryValue(Notation notation) {
        var random = new Random(notation.name().hashCode());
        for (int i = 0; i < 200; i++) {
            long value = i < 70 ? (1L << i) - 1 : random.nextLong();
            assertThat(notation.format(value)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void flagsInWordsAreTheirSum(Notation notation) throws Exception {
        if (!FLAGS.contains(notation)) {
            return;
        }
        Map<String, Long> constants = constants();
        var random = new Random(42);
        for (int i = 0; i < 500; i++) {
            // few bits, many bits, and bits that have no name
            long value = i % 3 == 0 ? 1L << random.nextInt(40) | 1L << i % 63 : random.nextInt(1 << 26);
            long parsed = 0;
            for (String word : notation.format(value).split("\\|", -1)) {
                long part = word.startsWith("0x")
                        ? Long.parseUnsignedLong(word.substring(2), 16)
                        : word.equals("0") ? 0 : constants.getOrDefault(word, -1L);
                assertThat(parsed & part)
                        .as("%s in %s", word, notation.format(value))
                        .isZero();
                parsed |= part;
            }
            assertThat(parsed).as(notation.format(value)).isEqualTo(value);
        }
    }

    @Test
    void everyFlagsNotationIsTestedAsOne() {
        for (Notation notation : Notation.values()) {
            boolean named = notation.name().endsWith("_FLAGS") || notation == Notation.MOUNT_ATTRIBUTES;
            assertThat(FLAGS.contains(notation)).as(notation.name()).isEqualTo(named);
        }
    }

    @Test
    void plainNumbersAreWrittenAsStraceWritesThem() {
        assertThat(Notation.DECIMAL.format(-5)).isEqualTo("-5");
        assertThat(Notation.OCTAL.format(0)).isEqualTo("0");
        assertThat(Notation.OCTAL.format(0755)).isEqualTo("0755");
        assertThat(Notation.HEX.format(0)).isEqualTo("0");
        assertThat(Notation.HEX.format(0x7ff)).isEqualTo("0x7ff");
        assertThat(Notation.POINTER.format(0)).isEqualTo("NULL");
        assertThat(Notation.POINTER.format(0x2000_0000)).isEqualTo("0x20000000");
        assertThat(Notation.DESCRIPTOR.format(-100)).isEqualTo("AT_FDCWD");
        assertThat(Notation.DESCRIPTOR.format(3)).isEqualTo("3");
        assertThat(Notation.ID.format(0xffff_ffffL)).isEqualTo("-1");
        assertThat(Notation.ID.format(-1)).isEqualTo("-1");
        assertThat(Notation.ID.format(100_000)).isEqualTo("100000");
    }

    @Test
    void choicesAreWrittenByNameAndOthersInHex() {
        assertThat(Notation.SIGNAL.format(9)).isEqualTo("SIGKILL");
        assertThat(Notation.SIGNAL.format(34)).isEqualTo("0x22");
        assertThat(Notation.CAPABILITY.format(21)).isEqualTo("CAP_SYS_ADMIN");
        assertThat(Notation.CAPABILITY.format(63)).isEqualTo("63");
        assertThat(Notation.RLIMIT.format(7)).isEqualTo("RLIMIT_NOFILE");
        assertThat(Notation.SOCKET_TYPE.format(5)).isEqualTo("SOCK_SEQPACKET");
        assertThat(Notation.SOCKET_TYPE.format(5 | 0x80000 | 0x800))
                .isEqualTo("SOCK_SEQPACKET|SOCK_CLOEXEC|SOCK_NONBLOCK");
        assertThat(Notation.IOCTL.format(Terminal.TIOCGPTN)).isEqualTo("TIOCGPTN");
        assertThat(Notation.FSCONFIG_COMMAND.format(0)).isEqualTo("FSCONFIG_SET_FLAG");
        assertThat(Notation.MOUNT_FLAGS.format(0)).isEqualTo("0");
    }

    @Test
    void deviceNumbersAreTakenApartAsTheyWerePutTogether() {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            int major = random.nextInt(1 << 12);
            int minor = random.nextInt(1 << 20);
            long device = Device.number(major, minor);
            assertThat(device).isBetween(0L, 0xffff_ffffL);
            assertThat(Notation.DEVICE.format(device)).isEqualTo("makedev(" + major + ", " + minor + ")");
        }
        assertThat(Device.number(1, 3)).isEqualTo(0x103);
    }

    private static Map<String, Long> constants() throws IllegalAccessException {
        var constants = new HashMap<String, Long>();
        for (Class<?> type : CLASSES) {
            for (Field field : type.getFields()) {
                constants.put(field.getName(), field.getLong(null));
            }
        }
        return constants;
    }
}
