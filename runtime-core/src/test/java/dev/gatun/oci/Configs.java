package dev.gatun.oci;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Documents for the tests. */
final class Configs {
    /** As short as a config can be. */
    static final String MINIMAL = """
            {"ociVersion": "1.0.2", "root": {"path": "rootfs"}}""";

    /** What an engine writes for an ordinary container. */
    static final String ORDINARY = """
            {
              "ociVersion": "1.2.0+dev",
              "process": {
                "terminal": false,
                "user": {"uid": 1000, "gid": 1000, "additionalGids": [10, 1000]},
                "args": ["sh", "-c", "echo \\"h\\u00e9llo\\"; exec sleep 100"],
                "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", "EMPTY="],
                "cwd": "/",
                "capabilities": {
                  "bounding": ["CAP_CHOWN", "CAP_KILL"],
                  "effective": ["CAP_KILL"],
                  "permitted": ["CAP_KILL"]
                },
                "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1048576, "soft": 1024}],
                "noNewPrivileges": true
              },
              "root": {"path": "/var/lib/engine/overlay/merged", "readonly": true},
              "hostname": "box",
              "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {
                  "destination": "/dev",
                  "type": "tmpfs",
                  "source": "tmpfs",
                  "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]
                },
                {"destination": "/data", "type": "bind", "source": "/srv/data", "options": ["rbind", "ro"]}
              ],
              "annotations": {"org.example.stop-timeout": "10"},
              "linux": {
                "resources": {
                  "devices": [
                    {"allow": false, "access": "rwm"},
                    {"allow": true, "type": "c", "major": 1, "minor": -1, "access": "rw"}
                  ],
                  "memory": {"limit": 536870912},
                  "pids": {"limit": 100}
                },
                "cgroupsPath": "/machine/box",
                "namespaces": [
                  {"type": "pid"},
                  {"type": "network", "path": "/run/netns/box"},
                  {"type": "ipc", "path": ""},
                  {"type": "uts"},
                  {"type": "mount"}
                ],
                "seccomp": {
                  "defaultAction": "SCMP_ACT_ERRNO",
                  "defaultErrnoRet": 1,
                  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
                  "syscalls": [
                    {"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"},
                    {
                      "names": ["personality"],
                      "action": "SCMP_ACT_ALLOW",
                      "args": [{"index": 0, "value": 4294967295, "op": "SCMP_CMP_EQ"}]
                    }
                  ]
                },
                "maskedPaths": ["/proc/kcore", "/proc/keys"],
                "readonlyPaths": ["/proc/sys"]
              }
            }
            """;

    /** Every field that there is for Linux, each in the form in which we write it. */
    static final String FULL = """
            {
              "ociVersion": "1.3.0",
              "process": {
                "terminal": true,
                "consoleSize": {"height": 25, "width": 80},
                "user": {"uid": 4294967295, "gid": 1, "umask": 18, "additionalGids": [5, 6]},
                "args": ["/bin/true", ""],
                "env": ["A=b"],
                "cwd": "/work",
                "capabilities": {
                  "bounding": ["CAP_CHOWN"],
                  "effective": ["CAP_KILL"],
                  "inheritable": ["CAP_SETUID"],
                  "permitted": ["CAP_NO_SUCH_THING"],
                  "ambient": ["CAP_SYS_ADMIN"]
                },
                "rlimits": [
                  {"type": "RLIMIT_CORE", "hard": 18446744073709551615, "soft": 18446744073709551614},
                  {"type": "RLIMIT_RTTIME", "hard": 0, "soft": 0}
                ],
                "noNewPrivileges": true,
                "apparmorProfile": "acme",
                "oomScoreAdj": -1000,
                "scheduler": {
                  "policy": "SCHED_DEADLINE",
                  "nice": -20,
                  "flags": ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_UTIL_CLAMP_MAX"],
                  "runtime": 10000,
                  "deadline": 20000,
                  "period": 18446744073709551615
                },
                "selinuxLabel": "system_u:system_r:svirt_lxc_net_t:s0:c124,c675",
                "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 7},
                "execCPUAffinity": {"initial": "0-3,7", "final": "1"}
              },
              "root": {"path": "rootfs", "readonly": true},
              "hostname": "slartibartfast",
              "domainname": "example.org",
              "mounts": [
                {
                  "destination": "/mnt",
                  "type": "bind",
                  "source": "/srv",
                  "options": ["rbind", "ridmap"],
                  "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
                  "gidMappings": [
                    {"containerID": 0, "hostID": 1000, "size": 10},
                    {"containerID": 10, "hostID": 2000, "size": 4294960000}
                  ]
                }
              ],
              "hooks": {
                "prestart": [{"path": "/a", "args": ["a", "b"], "env": ["K=V"], "timeout": 30}],
                "createRuntime": [{"path": "/b"}],
                "createContainer": [{"path": "/c"}],
                "startContainer": [{"path": "/d"}],
                "poststart": [{"path": "/e"}],
                "poststop": [{"path": "/f"}, {"path": "/g"}]
              },
              "annotations": {"com.example.key1": "value", "b": "", "a": "2"},
              "linux": {
                "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
                "gidMappings": [{"containerID": 4294967295, "hostID": 0, "size": 1}],
                "sysctl": {"net.ipv4.ip_forward": "1", "net/ipv4/conf/eth0.100/forwarding": "0"},
                "resources": {
                  "devices": [
                    {"allow": false, "type": "a", "access": "rwm"},
                    {"allow": true, "type": "b", "major": 8, "minor": 0, "access": "r"},
                    {"allow": true, "type": "c", "major": 10}
                  ],
                  "memory": {
                    "limit": 536870912,
                    "reservation": 268435456,
                    "swap": -1,
                    "kernel": -1,
                    "kernelTCP": 0,
                    "swappiness": 60,
                    "disableOOMKiller": false,
                    "useHierarchy": true,
                    "checkBeforeUpdate": false
                  },
                  "cpu": {
                    "shares": 1024,
                    "quota": -1,
                    "burst": 100,
                    "period": 100000,
                    "realtimeRuntime": 950000,
                    "realtimePeriod": 1000000,
                    "cpus": "2-3",
                    "mems": "0-7",
                    "idle": 0
                  },
                  "pids": {"limit": 0},
                  "blockIO": {
                    "weight": 10,
                    "leafWeight": 65535,
                    "weightDevice": [
                      {"major": 8, "minor": 0, "weight": 500, "leafWeight": 300},
                      {"major": 8, "minor": 16, "weight": 500}
                    ],
                    "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 600}],
                    "throttleWriteBpsDevice": [{"major": 8, "minor": 1, "rate": 0}],
                    "throttleReadIOPSDevice": [{"major": 8, "minor": 2, "rate": 18446744073709551615}],
                    "throttleWriteIOPSDevice": [{"major": 8, "minor": 3, "rate": 300}]
                  },
                  "hugepageLimits": [{"pageSize": "2MB", "limit": 9223372036854775808}],
                  "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
                  "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}, "rxe3": {"hcaObjects": 0}},
                  "unified": {"io.max": "259:0 rbps=2097152 wiops=120\\n253:0 rbps=2097152", "hugetlb.1GB.max": "1"}
                },
                "cgroupsPath": "system.slice:gatun:box",
                "namespaces": [
                  {"type": "pid", "path": "/proc/1234/ns/pid"},
                  {"type": "network"},
                  {"type": "mount"},
                  {"type": "ipc"},
                  {"type": "uts"},
                  {"type": "user"},
                  {"type": "cgroup"},
                  {"type": "time"}
                ],
                "devices": [
                  {
                    "path": "/dev/fuse",
                    "type": "c",
                    "major": 10,
                    "minor": 229,
                    "fileMode": 438,
                    "uid": 0,
                    "gid": 4294967295
                  },
                  {"path": "/dev/sda", "type": "b", "major": 4095, "minor": 1048575},
                  {"path": "/dev/old", "type": "u", "major": 1, "minor": 3},
                  {"path": "/run/fifo", "type": "p", "major": 0, "minor": 0, "fileMode": 0}
                ],
                "netDevices": {"eth0": {"name": "container_eth0"}, "ens4": {}, "tap%d": {"name": "tap%d"}},
                "seccomp": {
                  "defaultAction": "SCMP_ACT_TRACE",
                  "defaultErrnoRet": 4294967295,
                  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_RISCV64"],
                  "flags": ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
                  "listenerPath": "/run/seccomp.sock",
                  "listenerMetadata": "opaque",
                  "syscalls": [
                    {
                      "names": ["clone", "no_such_call"],
                      "action": "SCMP_ACT_ERRNO",
                      "errnoRet": 38,
                      "args": [
                        {"index": 5, "value": 18446744073709551615, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"},
                        {"index": 0, "value": 0, "op": "SCMP_CMP_NE"}
                      ]
                    },
                    {"names": ["getcwd"], "action": "SCMP_ACT_NOTIFY"}
                  ]
                },
                "rootfsPropagation": "rslave",
                "maskedPaths": ["/proc/kcore"],
                "readonlyPaths": ["/proc/sys", "/proc/irq"],
                "mountLabel": "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811",
                "intelRdt": {
                  "closID": "guaranteed_group",
                  "schemata": ["L3:0=7f0;1=1f", "MB:0=20"],
                  "l3CacheSchema": "L3:0=7f0;1=1f",
                  "memBwSchema": "MB:0=20;1=70",
                  "enableMonitoring": true
                },
                "memoryPolicy": {
                  "mode": "MPOL_INTERLEAVE",
                  "nodes": "2-3,5",
                  "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_NUMA_BALANCING"]
                },
                "personality": {"domain": "LINUX32"},
                "timeOffsets": {"monotonic": {"secs": -172800}, "boottime": {"secs": 604800, "nanosecs": 999999999}}
              }
            }
            """;

    private Configs() {}

    static RuntimeSpec parse(String config) {
        return RuntimeSpec.parse(config.getBytes(UTF_8));
    }
}
