package dev.gatun.seccomp;

import dev.gatun.linux.Arch;
import dev.gatun.oci.Seccomp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** Profiles, and calls that come close to what they are about. */
final class RandomProfile {
    /** Few values, so that they meet; at the edges of both halves of a word. */
    private static final long[] VALUES = {
        0,
        1,
        2,
        7,
        8,
        0x7fff_ffffL,
        0x8000_0000L,
        0xffff_ffffL,
        0x1_0000_0000L,
        0x1_0000_0001L,
        0x7_0000_0002L,
        0x7fff_ffff_ffff_ffffL,
        0x8000_0000_0000_0000L,
        -1
    };

    private static final Seccomp.Action[] LISTED = {
        Seccomp.Action.KILL,
        Seccomp.Action.KILL_PROCESS,
        Seccomp.Action.TRAP,
        Seccomp.Action.ERRNO,
        Seccomp.Action.TRACE,
        Seccomp.Action.ALLOW,
        Seccomp.Action.LOG
    };

    private final Random random;
    private final Arch kernel;
    private final List<String> names;
    private final List<String> used = new ArrayList<>();

    /** @param names of the calls that the profile may be about */
    RandomProfile(Random random, Arch kernel, List<String> names) {
        this.random = random;
        this.kernel = kernel;
        this.names = names;
    }

    /** @param conflicts whether one call may have rules with conditions and different actions */
    Seccomp next(boolean conflicts) {
        Seccomp.Action action = LISTED[random.nextInt(LISTED.length)];
        var architectures = new ArrayList<Seccomp.Arch>();
        for (Abi abi : Abi.values()) {
            if (random.nextInt(3) > 0) {
                architectures.add(abi.profileName());
            }
        }
        used.clear();
        int several = random.nextInt(4) == 0 ? names.size() : 6;
        for (int i = 0; i < several; i++) {
            used.add(names.get(random.nextInt(names.size())));
        }
        var syscalls = new ArrayList<Seccomp.Syscall>();
        for (int i = random.nextInt(3 * several); i > 0; i--) {
            syscalls.add(syscall(conflicts));
        }
        return new Seccomp(
                action, errno(action), architectures, Optional.empty(), Optional.empty(), Optional.empty(), syscalls);
    }

    private Seccomp.Syscall syscall(boolean conflicts) {
        var listed = new ArrayList<String>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            listed.add(used.get(random.nextInt(used.size())));
        }
        var args = new ArrayList<Seccomp.Arg>();
        for (int i = random.nextInt(4); i > 0; i--) {
            args.add(arg());
        }
        // without conflicts: all rules of a call have the same action, that of its name
        Seccomp.Action action = LISTED[random.nextInt(LISTED.length)];
        if (!conflicts) {
            listed.subList(1, listed.size()).clear();
            action = LISTED[Math.floorMod(listed.getFirst().hashCode(), LISTED.length)];
        }
        return new Seccomp.Syscall(listed, action, conflicts ? errno(action) : OptionalLong.empty(), args);
    }

    private Seccomp.Arg arg() {
        List<Seccomp.Operator> operators = List.of(Seccomp.Operator.values());
        return new Seccomp.Arg(random.nextInt(3), value(), value(), operators.get(random.nextInt(operators.size())));
    }

    private OptionalLong errno(Seccomp.Action action) {
        boolean takes = action == Seccomp.Action.ERRNO || action == Seccomp.Action.TRACE;
        return takes && random.nextBoolean() ? OptionalLong.of(random.nextInt(40)) : OptionalLong.empty();
    }

    private long value() {
        return VALUES[random.nextInt(VALUES.length)];
    }

    /** A call; mostly one that the last profile is about. */
    Bpf.Data call(SyscallTable table) {
        List<Abi> interfaces = new ArrayList<>(List.of(Abi.values()));
        interfaces.removeIf(abi -> abi.kernel() != kernel);
        Abi abi = interfaces.get(random.nextInt(interfaces.size()));
        List<String> from = random.nextInt(8) > 0 ? used : names;
        String name = from.get(random.nextInt(from.size()));
        if (abi == Abi.I386 && random.nextInt(3) == 0) {
            name = random.nextBoolean() ? "socketcall" : "ipc";
        }
        int number = table.number(name, abi);
        if (number == SyscallTable.ABSENT) {
            number = random.nextInt(5) > 0 ? random.nextInt(1000) + abi.base() : random.nextInt();
        }
        var args = new ArrayList<Long>();
        for (int i = 0; i < 6; i++) {
            args.add(random.nextInt(4) > 0 ? value() : random.nextInt(25));
        }
        int audit = random.nextInt(50) > 0 ? abi.audit() : 0x4000_0016;
        return new Bpf.Data(number, audit, args);
    }
}
