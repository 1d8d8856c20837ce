package dev.gatun.oci;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.json.JsonException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents that must be refused, and what must be said about them: the field as a user finds it, and what it takes. */
class WrongSpecTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', maxCharsPerColumn = 10_000, textBlock = """
                    "ociVersion": null | ociVersion: missing; a version such as 1.3.0 is required
                    "ociVersion": 1.3 | ociVersion: expected a string, found 1.3
                    "ociVersion": "1.3" | ociVersion: "1.3" is not a semantic version, such as 1.3.0
                    "ociVersion": "2.0.0" | ociVersion: "2.0.0" is not supported; versions 1.x are
                    "ociVersion": "0.9.0" | ociVersion: "0.9.0" is not supported; versions 1.x are
                    "root": null | root: missing; the container's root filesystem is required
                    "root": {} | root.path: missing; the folder of the root filesystem is required
                    "root": {"path": ""} | root.path: empty; the folder of the root filesystem is required
                    "root": {"path": "a\\u0000b"} | root.path: "a\\u0000b" contains a NUL character
                    "root": {"path": "r", "readonly": "yes"} | root.readonly: expected true or false, found "yes"
                    "hostname": 5 | hostname: expected a string, found 5
                    "hostname": "a\\u0000" | hostname: "a\\u0000" contains a NUL character
                    "domainname": [] | domainname: expected a string, found an array
                    "annotations": {"": "x"} | annotations[""]: the key is empty
                    "annotations": {"a.b": 1} | annotations["a.b"]: expected a string, found 1
                    "annotations": {"a": null} | annotations.a: expected a string, found null
                    "annotations": [] | annotations: expected an object, found an array
                    "mounts": {} | mounts: expected an array, found an object
                    "mounts": ["/proc"] | mounts[0]: expected an object, found "/proc"
                    "mounts": [null] | mounts[0].destination: missing; a path is required
                    "mounts": [{"source": "x"}] | mounts[0].destination: missing; a path is required
                    "mounts": [{"destination": ""}] | mounts[0].destination: empty; a path is required
                    "mounts": [{"destination": "/a"}, {"destination": "/b", "options": "ro"}] | mounts[1].options: expected an array, found "ro"
                    "mounts": [{"destination": "/a", "options": ["ro", 1]}] | mounts[0].options[1]: expected a string, found 1
                    "mounts": [{"destination": "/a", "options": ["\\u0000"]}] | mounts[0].options[0]: "\\u0000" contains a NUL character
                    "mounts": [{"destination": "/a", "uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}]}] | mounts[0].gidMappings: missing; uidMappings and gidMappings go together
                    "mounts": [{"destination": "/a", "gidMappings": [{"containerID": 0, "hostID": 0, "size": 0}]}] | mounts[0].gidMappings[0].size: 0 IDs are mapped; at least 1 is required
                    "process": {} | process.cwd: missing; an absolute path is required
                    "process": "sh" | process: expected an object, found "sh"
                    "process": {"cwd": ""} | process.cwd: empty; an absolute path is required
                    "process": {"cwd": "tmp"} | process.cwd: "tmp" is not an absolute path
                    "process": {"cwd": "/", "args": "sh"} | process.args: expected an array, found "sh"
                    "process": {"cwd": "/", "args": ["sh", "a\\u0000"]} | process.args[1]: "a\\u0000" contains a NUL character
                    "process": {"cwd": "/", "args": ["sh", null]} | process.args[1]: expected a string, found null
                    "process": {"cwd": "/", "env": ["A=1", "B"]} | process.env[1]: "B" is not of the form name=value
                    "process": {"cwd": "/", "env": ["=1"]} | process.env[0]: "=1" has no name before the =
                    "process": {"cwd": "/", "env": ["A=\\u0000"]} | process.env[0]: "A=\\u0000" contains a NUL character
                    "process": {"cwd": "/", "user": {"uid": "root"}} | process.user.uid: expected a number from 0 to 4294967295, found "root"
                    "process": {"cwd": "/", "user": {"uid": 4294967296}} | process.user.uid: expected a number from 0 to 4294967295, found 4294967296
                    "process": {"cwd": "/", "user": {"gid": -1}} | process.user.gid: expected a number from 0 to 4294967295, found -1
                    "process": {"cwd": "/", "user": {"gid": 1.5}} | process.user.gid: expected a number from 0 to 4294967295, found 1.5
                    "process": {"cwd": "/", "user": {"umask": 512}} | process.user.umask: expected a number from 0 to 511, found 512
                    "process": {"cwd": "/", "user": {"additionalGids": [0, true]}} | process.user.additionalGids[1]: expected a number from 0 to 4294967295, found true
                    "process": {"cwd": "/", "consoleSize": {"height": 1}} | process.consoleSize.width: missing; a number from 0 to 65535 is required
                    "process": {"cwd": "/", "consoleSize": {"height": 65536, "width": 1}} | process.consoleSize.height: expected a number from 0 to 65535, found 65536
                    "process": {"cwd": "/", "capabilities": {"bounding": [1]}} | process.capabilities.bounding[0]: expected a string, found 1
                    "process": {"cwd": "/", "rlimits": [{"type": "RLIMIT_FOO", "hard": 1, "soft": 1}]} | process.rlimits[0].type: "RLIMIT_FOO" is not one of RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_RTPRIO, RLIMIT_RTTIME, RLIMIT_SIGPENDING, RLIMIT_STACK
                    "process": {"cwd": "/", "rlimits": [{"type": "RLIMIT_AS", "hard": 1}]} | process.rlimits[0].soft: missing; a number from 0 to 18446744073709551615 is required
                    "process": {"cwd": "/", "rlimits": [{"type": "RLIMIT_AS", "hard": -1, "soft": 1}]} | process.rlimits[0].hard: expected a number from 0 to 18446744073709551615, found -1
                    "process": {"cwd": "/", "rlimits": [{"type": "RLIMIT_AS", "hard": 1, "soft": 18446744073709551615}]} | process.rlimits[0].soft: 18446744073709551615 is above the hard limit, 1
                    "process": {"cwd": "/", "rlimits": [{"type": "RLIMIT_AS", "hard": 1, "soft": 1}, {"type": "RLIMIT_AS", "hard": 1, "soft": 1}]} | process.rlimits[1].type: "RLIMIT_AS" is given twice
                    "process": {"cwd": "/", "oomScoreAdj": 1001} | process.oomScoreAdj: expected a number from -1000 to 1000, found 1001
                    "process": {"cwd": "/", "noNewPrivileges": 1} | process.noNewPrivileges: expected true or false, found 1
                    "process": {"cwd": "/", "apparmorProfile": {}} | process.apparmorProfile: expected a string, found an object
                    "process": {"cwd": "/", "scheduler": {}} | process.scheduler.policy: missing; a string is required
                    "process": {"cwd": "/", "scheduler": {"policy": "SCHED_FAIR"}} | process.scheduler.policy: "SCHED_FAIR" is not one of SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE
                    "process": {"cwd": "/", "scheduler": {"policy": "SCHED_OTHER", "nice": 20}} | process.scheduler.nice: expected a number from -20 to 19, found 20
                    "process": {"cwd": "/", "scheduler": {"policy": "SCHED_OTHER", "priority": 1}} | process.scheduler.priority: is for SCHED_FIFO and SCHED_RR, not for SCHED_OTHER
                    "process": {"cwd": "/", "scheduler": {"policy": "SCHED_FIFO", "deadline": 1}} | process.scheduler.deadline: is for SCHED_DEADLINE, not for SCHED_FIFO
                    "process": {"cwd": "/", "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 8}} | process.ioPriority.priority: expected a number from 0 to 7, found 8
                    "process": {"cwd": "/", "ioPriority": {"class": "BE"}} | process.ioPriority.class: "BE" is not one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE
                    "process": {"cwd": "/", "execCPUAffinity": {"final": "0-x"}} | process.execCPUAffinity.final: "0-x" is not a list such as 0-3,7
                    "hooks": {"prestart": [{}]} | hooks.prestart[0].path: missing; an absolute path is required
                    "hooks": {"createRuntime": [{"path": "hook"}]} | hooks.createRuntime[0].path: "hook" is not an absolute path
                    "hooks": {"poststop": [{"path": "/h", "timeout": 0}]} | hooks.poststop[0].timeout: expected a number from 1 to 2147483647, found 0
                    "hooks": {"poststart": [{"path": "/h", "env": ["X"]}]} | hooks.poststart[0].env[0]: "X" is not of the form name=value
                    "hooks": {"startContainer": {"path": "/h"}} | hooks.startContainer: expected an array, found an object
                    "linux": {"namespaces": [{"type": "pid"}, {"type": "uts"}, {"type": "netwrok"}]} | linux.namespaces[2].type: "netwrok" is not one of pid, network, mount, ipc, uts, user, cgroup, time
                    "linux": {"namespaces": [{}]} | linux.namespaces[0].type: missing; a string is required
                    "linux": {"namespaces": [{"type": "pid"}, {"type": "pid", "path": "/p"}]} | linux.namespaces[1].type: "pid" is given twice
                    "linux": {"namespaces": [{"type": "pid", "path": "ns"}]} | linux.namespaces[0].path: "ns" is not an absolute path
                    "linux": {"uidMappings": [{"containerID": 0, "hostID": 0, "size": 0}]} | linux.uidMappings[0].size: 0 IDs are mapped; at least 1 is required
                    "linux": {"uidMappings": [{"containerID": 0, "hostID": 1}]} | linux.uidMappings[0].size: missing; a number from 0 to 4294967295 is required
                    "linux": {"uidMappings": [{"containerID": 1, "hostID": 0, "size": 4294967295}, {"containerID": 9, "hostID": 0, "size": 1}]} | linux.uidMappings[1]: overlaps uidMappings[0]
                    "linux": {"gidMappings": [{"containerID": 0, "hostID": 10, "size": 10}, {"containerID": 50, "hostID": 19, "size": 1}]} | linux.gidMappings[1]: overlaps gidMappings[0]
                    "linux": {"gidMappings": [{"containerID": 2, "hostID": 0, "size": 4294967295}]} | linux.gidMappings[0].size: 4294967295 IDs reach beyond 4294967295
                    "linux": {"timeOffsets": {"realtime": {"secs": 1}}} | linux.timeOffsets.realtime: "realtime" is not one of monotonic, boottime
                    "linux": {"timeOffsets": {"boottime": {"nanosecs": 1000000000}}} | linux.timeOffsets.boottime.nanosecs: expected a number from 0 to 999999999, found 1000000000
                    "linux": {"devices": [{"path": "/d", "type": "x"}]} | linux.devices[0].type: "x" is not one of c, b, u, p
                    "linux": {"devices": [{"path": "/d", "type": "c", "major": 1}]} | linux.devices[0].minor: missing; a number from 0 to 1048575 is required
                    "linux": {"devices": [{"path": "/d", "type": "c", "major": 4096, "minor": 0}]} | linux.devices[0].major: expected a number from 0 to 4095, found 4096
                    "linux": {"devices": [{"path": "/d", "type": "p", "fileMode": 65536}]} | linux.devices[0].fileMode: expected a number from 0 to 65535, found 65536
                    "linux": {"devices": [{"type": "p"}]} | linux.devices[0].path: missing; a path is required
                    "linux": {"cgroupsPath": 1} | linux.cgroupsPath: expected a string, found 1
                    "linux": {"sysctl": {"": "1"}} | linux.sysctl[""]: the key is empty
                    "linux": {"sysctl": {"net..x": "1"}} | linux.sysctl["net..x"]: the key has an empty part
                    "linux": {"sysctl": {"net/../kernel/x": "1"}} | linux.sysctl["net/../kernel/x"]: the key has an empty part
                    "linux": {"sysctl": {"/net": "1"}} | linux.sysctl["/net"]: the key has an empty part
                    "linux": {"sysctl": {"a.b": 1}} | linux.sysctl["a.b"]: expected a string, found 1
                    "linux": {"rootfsPropagation": "public"} | linux.rootfsPropagation: "public" is not one of private, rprivate, slave, rslave, shared, rshared, unbindable, runbindable
                    "linux": {"maskedPaths": ["/a", "b"]} | linux.maskedPaths[1]: "b" is not an absolute path
                    "linux": {"readonlyPaths": [""]} | linux.readonlyPaths[0]: empty; an absolute path is required
                    "linux": {"netDevices": {"a/b": {}}} | linux.netDevices["a/b"]: "a/b" is not a name for a network device
                    "linux": {"netDevices": {"eth0": {"name": "sixteencharacter"}}} | linux.netDevices.eth0.name: "sixteencharacter" is not a name for a network device
                    "linux": {"personality": {"domain": "BSD"}} | linux.personality.domain: "BSD" is not one of LINUX, LINUX32
                    "linux": {"personality": {"domain": "LINUX", "flags": ["X"]}} | linux.personality.flags[0]: "X" is not known; no flags are defined
                    "linux": {"memoryPolicy": {"mode": "MPOL_MINE"}} | linux.memoryPolicy.mode: "MPOL_MINE" is not one of MPOL_DEFAULT, MPOL_BIND, MPOL_INTERLEAVE, MPOL_WEIGHTED_INTERLEAVE, MPOL_PREFERRED, MPOL_PREFERRED_MANY, MPOL_LOCAL
                    "linux": {"memoryPolicy": {"mode": "MPOL_BIND", "flags": ["F"]}} | linux.memoryPolicy.flags[0]: "F" is not one of MPOL_F_NUMA_BALANCING, MPOL_F_RELATIVE_NODES, MPOL_F_STATIC_NODES
                    "linux": {"intelRdt": {"schemata": ["L3:0=1\\nMB:0=1"]}} | linux.intelRdt.schemata[0]: "L3:0=1\\nMB:0=1" contains a line break
                    "linux": {"intelRdt": {"memBwSchema": "0=1"}} | linux.intelRdt.memBwSchema: "0=1" does not start with MB:
                    "linux": {"intelRdt": {"closID": "../x"}} | linux.intelRdt.closID: "../x" is not the name of a folder
                    "linux": {"resources": {"devices": [{"allow": "yes"}]}} | linux.resources.devices[0].allow: expected true or false, found "yes"
                    "linux": {"resources": {"devices": [{"allow": true, "type": "u"}]}} | linux.resources.devices[0].type: "u" is not one of a, c, b
                    "linux": {"resources": {"devices": [{"allow": true, "access": "rwx"}]}} | linux.resources.devices[0].access: "rwx" has other letters than r, w, m
                    "linux": {"resources": {"devices": [{"allow": true, "major": -2}]}} | linux.resources.devices[0].major: expected a number from -1 to 4294967295, found -2
                    "linux": {"resources": {"memory": {"limit": "512m"}}} | linux.resources.memory.limit: expected a number from -9223372036854775808 to 9223372036854775807, found "512m"
                    "linux": {"resources": {"memory": {"swap": 9223372036854775808}}} | linux.resources.memory.swap: expected a number from -9223372036854775808 to 9223372036854775807, found 9223372036854775808
                    "linux": {"resources": {"cpu": {"shares": -1}}} | linux.resources.cpu.shares: expected a number from 0 to 18446744073709551615, found -1
                    "linux": {"resources": {"pids": {"limit": "max"}}} | linux.resources.pids.limit: expected a number from -9223372036854775808 to 9223372036854775807, found "max"
                    "linux": {"resources": {"blockIO": {"weight": 65536}}} | linux.resources.blockIO.weight: expected a number from 0 to 65535, found 65536
                    "linux": {"resources": {"blockIO": {"weightDevice": [{"major": 8, "minor": 0}]}}} | linux.resources.blockIO.weightDevice[0].weight: missing; weight or leafWeight is required
                    "linux": {"resources": {"blockIO": {"throttleReadIOPSDevice": [{"major": 8, "minor": 0}]}}} | linux.resources.blockIO.throttleReadIOPSDevice[0].rate: missing; a number from 0 to 18446744073709551615 is required
                    "linux": {"resources": {"hugepageLimits": [{"pageSize": "2M", "limit": 0}]}} | linux.resources.hugepageLimits[0].pageSize: "2M" is not a size such as 64KB, 2MB, 1GB
                    "linux": {"resources": {"hugepageLimits": [{"pageSize": "02MB", "limit": 0}]}} | linux.resources.hugepageLimits[0].pageSize: "02MB" is not a size such as 64KB, 2MB, 1GB
                    "linux": {"resources": {"network": {"priorities": [{"priority": 1}]}}} | linux.resources.network.priorities[0].name: missing; an interface is required
                    "linux": {"resources": {"rdma": {"mlx5_1": {}}}} | linux.resources.rdma.mlx5_1.hcaHandles: missing; hcaHandles or hcaObjects is required
                    "linux": {"resources": {"unified": {"a/b": "1"}}} | linux.resources.unified["a/b"]: "a/b" is not the name of a file
                    "linux": {"resources": {"unified": {"a": "\\u0000"}}} | linux.resources.unified.a: "\\u0000" contains a NUL character
                    "linux": {"seccomp": {}} | linux.seccomp.defaultAction: missing; a string is required
                    "linux": {"seccomp": {"defaultAction": "ALLOW"}} | linux.seccomp.defaultAction: "ALLOW" is not one of SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY
                    "linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "defaultErrnoRet": 1}} | linux.seccomp.defaultErrnoRet: is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE, not for SCMP_ACT_LOG
                    "linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "flags": ["LOG"]}} | linux.seccomp.flags[0]: "LOG" is not one of SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
                    "linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "listenerMetadata": "x"}} | linux.seccomp.listenerMetadata: is given without a listenerPath
                    "linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": [], "action": "SCMP_ACT_LOG"}]}} | linux.seccomp.syscalls[0].names: empty; a system call's name is required
                    "linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["a"], "action": "SCMP_ACT_ALLOW", "errnoRet": 1}]}} | linux.seccomp.syscalls[0].errnoRet: is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE, not for SCMP_ACT_ALLOW
                    "linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["a"], "action": "SCMP_ACT_LOG", "args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]}]}} | linux.seccomp.syscalls[0].args[0].index: expected a number from 0 to 5, found 6
                    "linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["a"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 0, "op": "EQ"}]}]}} | linux.seccomp.syscalls[0].args[0].op: "EQ" is not one of SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ
                    "linux": [1] | linux: expected an object, found an array
                    "linux": {,} | line 1, column 63: expected a key in quotes, found ,
                    """)
    void saysWhichFieldIsWrong(String field, String message) {
        // Of two fields of the same name the last one counts, so that a case may also replace one of the first two.
        String config = "{\"ociVersion\": \"1.3.0\", \"root\": {\"path\": \"rootfs\"}, " + field + "}";

        assertThatThrownBy(() -> Configs.parse(config))
                .isInstanceOf(JsonException.class)
                .hasMessage(message);
    }
}
