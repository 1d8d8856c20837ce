package dev.gatun.container;

import dev.gatun.linux.Policy;
import dev.gatun.linux.PolicyCalls;
import dev.gatun.oci.CpuAffinity;
import dev.gatun.oci.IoPriority;
import dev.gatun.oci.MemoryPolicy;
import dev.gatun.oci.Personality;
import dev.gatun.oci.Process;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.Scheduler;
import dev.gatun.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;

/** Ops that say how the kernel is to treat the process: when it runs, where, and with which memory. */
final class PolicyOps {
    /** More than the kernel can be built for, of processors and of memory nodes. */
    private static final int MOST = 65_536;

    private final ProgramBuilder program;

    PolicyOps(ProgramBuilder program) {
        this.program = program;
    }

    /** Adds those that hold for the container's own process and for those that are added to it. */
    void apply(RuntimeSpec spec, Process process) {
        process.scheduler().ifPresent(this::scheduler);
        process.ioPriority().ifPresent(this::ioPriority);
        spec.linux().memoryPolicy().ifPresent(this::memory);
        spec.linux().personality().ifPresent(this::personality);
    }

    private void scheduler(Scheduler scheduler) {
        long flags = 0;
        for (Scheduler.Flag flag : scheduler.flags()) {
            flags |= flag(flag);
        }
        program.call(
                PolicyCalls.schedSetattr(
                        policy(scheduler.policy()),
                        flags,
                        scheduler.nice(),
                        scheduler.priority(),
                        scheduler.runtime(),
                        scheduler.deadline(),
                        scheduler.period()),
                "set the scheduler (process.scheduler) to " + scheduler.policy());
    }

    private void ioPriority(IoPriority priority) {
        int ioClass = switch (priority.ioClass()) {
            case IOPRIO_CLASS_RT -> Policy.IOPRIO_CLASS_RT;
            case IOPRIO_CLASS_BE -> Policy.IOPRIO_CLASS_BE;
            case IOPRIO_CLASS_IDLE -> Policy.IOPRIO_CLASS_IDLE;
        };
        program.call(
                PolicyCalls.ioprioSet(ioClass, priority.priority()),
                "set the I/O priority (process.ioPriority) to " + priority.ioClass() + " " + priority.priority());
    }

    private void memory(MemoryPolicy policy) {
        long mode = mode(policy.mode());
        for (MemoryPolicy.Flag flag : policy.flags()) {
            mode |= switch (flag) {
                case MPOL_F_NUMA_BALANCING -> Policy.MPOL_F_NUMA_BALANCING;
                case MPOL_F_RELATIVE_NODES -> Policy.MPOL_F_RELATIVE_NODES;
                case MPOL_F_STATIC_NODES -> Policy.MPOL_F_STATIC_NODES;
            };
        }
        String nodes = policy.nodes().orElse("");
        program.call(
                PolicyCalls.setMempolicy(mode, bits("linux.memoryPolicy.nodes", nodes), "[" + nodes + "]"),
                "set the memory policy (linux.memoryPolicy) to " + policy.mode() + " " + nodes);
    }

    private void personality(Personality personality) {
        long domain = switch (personality.domain()) {
            case LINUX -> Policy.PER_LINUX;
            case LINUX32 -> Policy.PER_LINUX32;
        };
        program.call(
                PolicyCalls.personality(domain),
                "set the personality to " + personality.domain().text());
    }

    /** Adds the op that keeps an added process to some processors, until it is in the container's cgroup. */
    void initialAffinity(CpuAffinity affinity) {
        affinity.initial().ifPresent(list -> processors("initial", list));
    }

    /** Adds the op that keeps it to some of those that the cgroup leaves it. */
    void finalAffinity(CpuAffinity affinity) {
        affinity.last().ifPresent(list -> processors("final", list));
    }

    private void processors(String field, String list) {
        String name = "process.execCPUAffinity." + field;
        program.call(
                PolicyCalls.schedSetaffinity(bits(name, list), "[" + list + "]"),
                "keep to the processors " + list + " (" + name + ")");
    }

    /** The numbers of a list such as {@code 0-3,7} as bits, in whole 64-bit words. */
    static byte[] bits(String field, String list) {
        byte[] bits = {};
        for (String range : list.isBlank() ? List.<String>of() : List.of(list.split(",", -1))) {
            int dash = range.indexOf('-');
            int first = number(field, list, dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : number(field, list, range.substring(dash + 1));
            if (last < first) {
                throw new ContainerException(field + ": \"" + list + "\" is not a list such as 0-3,7");
            }
            if (last / Byte.SIZE >= bits.length) {
                bits = Arrays.copyOf(bits, (last / Long.SIZE + 1) * Long.BYTES);
            }
            for (int bit = first; bit <= last; bit++) {
                bits[bit / Byte.SIZE] |= (byte) (1 << bit % Byte.SIZE);
            }
        }
        return bits;
    }

    private static int number(String field, String list, String text) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number < MOST) {
                return number;
            }
        } catch (NumberFormatException wrong) {
            throw new ContainerException(field + ": \"" + list + "\" is not a list such as 0-3,7", wrong);
        }
        throw new ContainerException(field + ": \"" + list + "\": no machine has a number " + text);
    }

    private static int policy(Scheduler.Policy policy) {
        return switch (policy) {
            case SCHED_OTHER -> Policy.SCHED_NORMAL;
            case SCHED_FIFO -> Policy.SCHED_FIFO;
            case SCHED_RR -> Policy.SCHED_RR;
            case SCHED_BATCH -> Policy.SCHED_BATCH;
            case SCHED_ISO ->
                throw new ContainerException(
                        "process.scheduler.policy: no Linux has SCHED_ISO, whose number is only reserved");
            case SCHED_IDLE -> Policy.SCHED_IDLE;
            case SCHED_DEADLINE -> Policy.SCHED_DEADLINE;
        };
    }

    private static int flag(Scheduler.Flag flag) {
        return switch (flag) {
            case SCHED_FLAG_RESET_ON_FORK -> Policy.SCHED_FLAG_RESET_ON_FORK;
            case SCHED_FLAG_RECLAIM -> Policy.SCHED_FLAG_RECLAIM;
            case SCHED_FLAG_DL_OVERRUN -> Policy.SCHED_FLAG_DL_OVERRUN;
            case SCHED_FLAG_KEEP_POLICY -> Policy.SCHED_FLAG_KEEP_POLICY;
            case SCHED_FLAG_KEEP_PARAMS -> Policy.SCHED_FLAG_KEEP_PARAMS;
            case SCHED_FLAG_UTIL_CLAMP_MIN -> Policy.SCHED_FLAG_UTIL_CLAMP_MIN;
            case SCHED_FLAG_UTIL_CLAMP_MAX -> Policy.SCHED_FLAG_UTIL_CLAMP_MAX;
        };
    }

    private static int mode(MemoryPolicy.Mode mode) {
        return switch (mode) {
            case MPOL_DEFAULT -> Policy.MPOL_DEFAULT;
            case MPOL_BIND -> Policy.MPOL_BIND;
            case MPOL_INTERLEAVE -> Policy.MPOL_INTERLEAVE;
            case MPOL_WEIGHTED_INTERLEAVE -> Policy.MPOL_WEIGHTED_INTERLEAVE;
            case MPOL_PREFERRED -> Policy.MPOL_PREFERRED;
            case MPOL_PREFERRED_MANY -> Policy.MPOL_PREFERRED_MANY;
            case MPOL_LOCAL -> Policy.MPOL_LOCAL;
        };
    }
}
