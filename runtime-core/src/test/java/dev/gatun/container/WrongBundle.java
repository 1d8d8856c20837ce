package dev.gatun.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A bundle that no container can be created from, or options that none can be created with.
 *
 * @param what is wrong, in words
 * @param fault makes a good bundle that bad
 * @param message what must be said about it, in one line; <code>{bundle}</code> stands for the bundle's folder
 */
record WrongBundle(String what, Consumer<TestBundle> fault, String message) {
    private static final String LONG_NAME = "n".repeat(65);

    /** All of them; through whatever door they come in, each gives its message and leaves nothing behind. */
    static final List<WrongBundle> ALL = List.of(
            // the bundle
            new WrongBundle(
                    "the bundle's folder is missing",
                    bundle -> TestBundle.removeTree(bundle.folder),
                    "{bundle}/config.json: no such file or directory; a bundle needs one, and \"gatun-oci spec\" writes"
                            + " one"),
            new WrongBundle(
                    "config.json is missing",
                    bundle -> bundle.writeConfig(Optional.empty()),
                    "{bundle}/config.json: no such file or directory; a bundle needs one, and \"gatun-oci spec\" writes"
                            + " one"),
            new WrongBundle(
                    "config.json is a folder",
                    bundle -> {
                        bundle.hostFolder("config.json");
                        bundle.writeConfig(Optional.empty());
                    },
                    "read {bundle}/config.json: Is a directory"),
            new WrongBundle(
                    "config.json is empty",
                    bundle -> bundle.writeConfig(Optional.of("")),
                    "{bundle}/config.json: line 1, column 1: expected a value, found the end of the document"),
            new WrongBundle(
                    "config.json is no JSON",
                    bundle -> bundle.writeConfig(Optional.of("ociVersion: 1.3.0\n")),
                    "{bundle}/config.json: line 1, column 1: expected a value, found o"),
            new WrongBundle(
                    "config.json is cut off",
                    bundle -> bundle.writeConfig(Optional.of("{\"ociVersion\": \"1.3.0\", \"root\": {\"pa")),
                    "{bundle}/config.json: line 1, column 37: the string does not end"),
            new WrongBundle(
                    "ociVersion is a future one",
                    bundle -> bundle.set("ociVersion", "'2.0.0'"),
                    "{bundle}/config.json: ociVersion: \"2.0.0\" is not supported; versions 1.x are"),
            // the root file system
            new WrongBundle(
                    "rootfs is missing",
                    bundle -> bundle.set("root.path", "'nowhere'"),
                    "root.path: {bundle}/nowhere: no such file or directory"),
            new WrongBundle(
                    "rootfs is a symbolic link",
                    bundle -> {
                        bundle.link("../link", "rootfs");
                        bundle.set("root.path", "'link'");
                    },
                    "root.path: {bundle}/link is a symbolic link; name the folder itself"),
            new WrongBundle(
                    "rootfs is a file",
                    bundle -> {
                        bundle.file("../file", "", "rw-r--r--");
                        bundle.set("root.path", "'file'");
                    },
                    "root.path: {bundle}/file is not a folder"),
            new WrongBundle(
                    "rootfs is the host's root",
                    bundle -> bundle.set("root.path", "'/'"),
                    "root.path: / cannot be the root of a container; gatun run host makes a copy of it"),
            // namespaces
            new WrongBundle(
                    "a namespace is given twice",
                    bundle -> bundle.add("linux.namespaces", "{type: 'uts'}"),
                    "{bundle}/config.json: linux.namespaces[6].type: \"uts\" is given twice"),
            new WrongBundle(
                    "a namespace is of no known type",
                    bundle -> bundle.add("linux.namespaces", "{type: 'disk'}"),
                    "{bundle}/config.json: linux.namespaces[6].type: \"disk\" is not one of pid, network, mount, ipc, uts,"
                            + " user, cgroup, time"),
            new WrongBundle(
                    "a namespace's path is relative",
                    bundle -> bundle.namespace("network", "ns/net"),
                    "{bundle}/config.json: linux.namespaces[5].path: \"ns/net\" is not an absolute path"),
            new WrongBundle(
                    "a namespace to join is missing",
                    bundle -> bundle.namespace("network", bundle.folder + "/netns"),
                    "linux.namespaces[5].path: open {bundle}/netns: ENOENT (No such file or directory)"),
            new WrongBundle(
                    "a namespace to join is of another type",
                    bundle -> bundle.namespace("network", "/proc/self/ns/uts"),
                    "linux.namespaces[5].path: /proc/self/ns/uts is not a network namespace"),
            new WrongBundle(
                    "a namespace to join is a file",
                    bundle -> bundle.namespace("network", "/etc/passwd"),
                    "linux.namespaces[5].path: /etc/passwd is not a namespace"),
            new WrongBundle(
                    "a user namespace without a mount namespace",
                    bundle -> bundle.userNamespace().withoutNamespace("mount"),
                    "linux.namespaces: with a user namespace it needs a mount namespace, as nobody in the first may"
                            + " mount anything in the host's"),
            new WrongBundle(
                    "propagation without a mount namespace",
                    bundle -> bundle.withoutNamespace("mount").set("linux.rootfsPropagation", "'shared'"),
                    "linux.rootfsPropagation: it needs a mount namespace in linux.namespaces, or it would change the"
                            + " host"),
            new WrongBundle(
                    "a hostname without a UTS namespace",
                    bundle -> bundle.withoutNamespace("uts"),
                    "hostname: it needs a uts namespace in linux.namespaces, or it would change the host"),
            new WrongBundle(
                    "a domainname without a UTS namespace",
                    bundle -> bundle.withoutNamespace("uts").remove("hostname").set("domainname", "'example.org'"),
                    "domainname: it needs a uts namespace in linux.namespaces, or it would change the host"),
            new WrongBundle(
                    "time offsets without a time namespace",
                    bundle -> bundle.set("linux.timeOffsets", "{boottime: {secs: 1}}"),
                    "linux.timeOffsets: it needs a time namespace in linux.namespaces, or it would change the host"),
            new WrongBundle(
                    "a time offset back before the machine's start",
                    bundle -> bundle.namespace("time", "").set("linux.timeOffsets", "{boottime: {secs: -1000000000}}"),
                    "set the clocks of the time namespace: ERANGE (Numerical result out of range)"),
            new WrongBundle(
                    "a hostname that is too long",
                    bundle -> bundle.set("hostname", "'" + LONG_NAME + "'"),
                    "set the hostname to \"" + LONG_NAME + "\": EINVAL (Invalid argument)"),
            // ids
            new WrongBundle(
                    "a user namespace without mappings",
                    bundle -> bundle.namespace("user", ""),
                    "linux.uidMappings: missing; a new user namespace needs them"),
            new WrongBundle(
                    "a user namespace without group mappings",
                    bundle -> bundle.userNamespace().remove("linux.gidMappings"),
                    "linux.gidMappings: missing; a new user namespace needs them"),
            new WrongBundle(
                    "mappings without a user namespace",
                    bundle -> bundle.userNamespace().withoutNamespace("user"),
                    "linux.uidMappings: they need a user namespace in linux.namespaces"),
            new WrongBundle(
                    "mappings that overlap",
                    bundle -> bundle.userNamespace()
                            .add("linux.uidMappings", "{containerID: 65535, hostID: 5000000, size: 1}"),
                    "{bundle}/config.json: linux.uidMappings[1]: overlaps uidMappings[0]"),
            new WrongBundle(
                    "more mappings than the kernel takes",
                    bundle -> {
                        bundle.userNamespace().set("linux.uidMappings", "[]");
                        for (int i = 0; i < 341; i++) {
                            bundle.add(
                                    "linux.uidMappings",
                                    "{containerID: " + i + ", hostID: " + (1100000 + i) + ", size: 1}");
                        }
                    },
                    "write the child's uid_map: EINVAL (Invalid argument)"),
            new WrongBundle(
                    "a user that is not mapped",
                    bundle -> bundle.userNamespace().set("process.user.uid", "70000"),
                    "become user 70000: EINVAL (Invalid argument); linux.uidMappings and linux.gidMappings map no such id"),
            // mounts
            new WrongBundle(
                    "a mount's destination is missing",
                    bundle -> bundle.add("mounts", "{type: 'tmpfs', source: 'tmpfs'}"),
                    "{bundle}/config.json: mounts[7].destination: missing; a path is required"),
            new WrongBundle(
                    "a mount's destination leads out of the root file system",
                    bundle -> {
                        bundle.link("up", "../..");
                        bundle.mount("/up/stairs", "tmpfs", "tmpfs");
                    },
                    "mounts[7]: /up/stairs: a symbolic link on this path leads out of the root file system;"
                            + " remove it from the image"),
            new WrongBundle(
                    "a mount's destination is below a file",
                    bundle -> bundle.mount("/bin/busybox/data", "tmpfs", "tmpfs"),
                    "mount tmpfs on /bin/busybox/data: ENOTDIR (Not a directory)"),
            new WrongBundle(
                    "a folder is bound to a file",
                    bundle -> bundle.mount("/bin/busybox", "bind", "/", "bind"),
                    "bind / to /bin/busybox (bind): ENOTDIR (Not a directory)"),
            new WrongBundle(
                    "a file is bound to a folder",
                    bundle -> bundle.mount("/bin", "bind", "/etc/passwd", "bind"),
                    "bind /etc/passwd to /bin (bind): EINVAL (Invalid argument)"),
            new WrongBundle(
                    "/proc is a symbolic link",
                    bundle -> bundle.link("proc", "out"),
                    "mounts[0]: destination: \"proc\" must be mounted on an ordinary folder, and /proc is a symbolic link"),
            new WrongBundle(
                    "/sys is a symbolic link",
                    bundle -> bundle.link("sys", "out"),
                    "mounts[5]: destination: \"sysfs\" must be mounted on an ordinary folder, and /sys is a symbolic link"),
            new WrongBundle(
                    "a mount's source is missing",
                    bundle -> bundle.mount("/data", "bind", "nowhere", "rbind"),
                    "mounts[7]: source: {bundle}/nowhere: no such file or directory"),
            new WrongBundle(
                    "a bind mount has no source",
                    bundle -> bundle.add("mounts", "{destination: '/data', options: ['bind']}"),
                    "mounts[7]: source: missing; a bind mount needs one"),
            new WrongBundle(
                    "a mount has no type",
                    bundle -> bundle.add("mounts", "{destination: '/data', source: '/'}"),
                    "mounts[7]: type: missing; a mount without the option bind needs one"),
            new WrongBundle(
                    "a file system of a type that there is not",
                    bundle -> bundle.mount("/data", "nofs", "nofs"),
                    "mount nofs on /data: ENODEV (No such device)"),
            new WrongBundle(
                    "a file system's option that it does not have",
                    bundle -> bundle.mount("/data", "tmpfs", "tmpfs", "nosuid", "colour=red"),
                    "mount tmpfs on /data (nosuid,colour=red): EINVAL (Invalid argument)"),
            new WrongBundle(
                    "a copy of the image in what is no tmpfs",
                    bundle -> bundle.mount("/data", "ramfs", "ramfs", "tmpcopyup"),
                    "mounts[7]: options: tmpcopyup: only a tmpfs has it, and only with options of up to 255 characters"),
            new WrongBundle(
                    "mapped owners on what is no bind mount",
                    bundle -> bundle.mount("/data", "tmpfs", "tmpfs", "idmap"),
                    "mounts[7]: uidMappings: only the owners that a bind mount shows can be mapped"),
            new WrongBundle(
                    "mapped owners without a mapping",
                    bundle -> bundle.mount("/data", "bind", "/", "bind", "idmap"),
                    "mounts[7]: options: idmap needs uidMappings and gidMappings, of the mount or of a user namespace of"
                            + " the container"),
            new WrongBundle(
                    "mapped owners of a file system that has none",
                    bundle -> bundle.mount("/data", "bind", "/sys/kernel", "bind", "idmap=uids=0-1-1;gids=0-1-1"),
                    "mounts[7]: uidMappings: this kernel cannot map the owners that the file system of /sys/kernel"
                            + " (sysfs) shows"),
            // network devices
            new WrongBundle(
                    "a network device that there is not",
                    bundle -> bundle.set("linux.netDevices", "{nodevice0: {}}"),
                    "linux.netDevices.nodevice0: the runtime's network namespace has no such device"),
            new WrongBundle(
                    "a network device that is everywhere",
                    bundle -> bundle.set("linux.netDevices", "{lo: {}}"),
                    "linux.netDevices.lo: the container has a network device \"lo\" already"),
            // the process
            new WrongBundle(
                    "a command that is missing",
                    bundle -> bundle.args("/bin/nothing"),
                    "exec: \"/bin/nothing\": ENOENT (No such file or directory); there is no such file or directory in the root file system"),
            new WrongBundle(
                    "a command that is not in PATH",
                    bundle -> bundle.args("nothing"),
                    "exec: \"nothing\": executable file not found in $PATH: ENOENT (No such file or directory)"),
            new WrongBundle(
                    "a command to be looked for without PATH",
                    bundle -> bundle.args("true").set("process.env", "[]"),
                    "exec: \"true\": executable file not found in $PATH, as process.env has no PATH"),
            new WrongBundle(
                    "a command that is a folder",
                    bundle -> bundle.args("/bin"),
                    "exec: \"/bin\": EACCES (Permission denied); permission denied: it is a folder, or the user may not execute it"),
            new WrongBundle(
                    "a command that may not be executed",
                    bundle -> {
                        bundle.file("bin/tool", "#!/bin/sh\n", "rw-r--r--");
                        bundle.args("/bin/tool");
                    },
                    "exec: \"/bin/tool\": EACCES (Permission denied); permission denied: it is a folder, or the user may not execute it"),
            new WrongBundle(
                    "an argument with a NUL",
                    bundle -> bundle.args("/bin/true", "a\0b"),
                    "{bundle}/config.json: process.args[1]: \"a\\u0000b\" contains a NUL character"),
            new WrongBundle(
                    "a variable without a value",
                    bundle -> bundle.add("process.env", "'HOME'"),
                    "{bundle}/config.json: process.env[2]: \"HOME\" is not of the form name=value"),
            new WrongBundle(
                    "a relative working folder",
                    bundle -> bundle.set("process.cwd", "'tmp'"),
                    "{bundle}/config.json: process.cwd: \"tmp\" is not an absolute path"),
            new WrongBundle(
                    "a working folder that is a file",
                    bundle -> bundle.set("process.cwd", "'/bin/busybox'"),
                    "make sure of the working folder /bin/busybox: ENOTDIR (Not a directory)"),
            new WrongBundle(
                    "a working folder that is a descriptor of the host's",
                    bundle -> bundle.set("process.cwd", "'/proc/self/fd/7'"),
                    "make sure of the working folder /proc/self/fd/7: ELOOP (Too many levels of symbolic links); a symbolic"
                            + " link of the image stands in the way"),
            new WrongBundle(
                    "a soft limit above the hard limit",
                    bundle -> bundle.set("process.rlimits", "[{type: 'RLIMIT_CORE', soft: 2, hard: 1}]"),
                    "{bundle}/config.json: process.rlimits[0].soft: 2 is above the hard limit, 1"),
            new WrongBundle(
                    "a limit of something unknown",
                    bundle -> bundle.set("process.rlimits", "[{type: 'RLIMIT_FUN', soft: 1, hard: 1}]"),
                    "{bundle}/config.json: process.rlimits[0].type: \"RLIMIT_FUN\" is not one of RLIMIT_AS, RLIMIT_CORE,"
                            + " RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE,"
                            + " RLIMIT_NICE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_RTPRIO, RLIMIT_RTTIME,"
                            + " RLIMIT_SIGPENDING, RLIMIT_STACK"),
            new WrongBundle(
                    "a hard limit that nobody may have",
                    bundle -> bundle.set(
                            "process.rlimits", "[{type: 'RLIMIT_NOFILE', soft: 1024, hard: 18446744073709551615}]"),
                    "limit RLIMIT_NOFILE to 1024:18446744073709551615: EPERM (Operation not permitted); raising a hard limit"
                            + " needs CAP_SYS_RESOURCE: lower it in process.rlimits"),
            // devices and restrictions
            new WrongBundle(
                    "a device below a file",
                    bundle -> bundle.set("linux.devices", "[{path: '/bin/busybox/x', type: 'c', major: 1, minor: 3}]"),
                    "open the folder of /bin/busybox/x: ENOTDIR (Not a directory)"),
            new WrongBundle(
                    "a default device where the image has a folder",
                    bundle -> {
                        bundle.file("dev/null/file", "", "rw-r--r--");
                        bundle.set("mounts", "[]");
                    },
                    "replace what the image has as /dev/null: EISDIR (Is a directory)"),
            new WrongBundle(
                    "a device of no known type",
                    bundle -> bundle.set("linux.devices", "[{path: '/dev/x', type: 'x', major: 1, minor: 3}]"),
                    "{bundle}/config.json: linux.devices[0].type: \"x\" is not one of c, b, u, p"),
            new WrongBundle(
                    "a masked path that is relative",
                    bundle -> bundle.add("linux.maskedPaths", "'proc/kcore'"),
                    "{bundle}/config.json: linux.maskedPaths[10]: \"proc/kcore\" is not an absolute path"),
            new WrongBundle(
                    "a kernel parameter of the machine",
                    bundle -> bundle.set("linux.sysctl", "{'kernel.pid_max': '1'}"),
                    "linux.sysctl[\"kernel.pid_max\"]: it is the whole machine's, not in a namespace of the container"),
            new WrongBundle(
                    "a kernel parameter of a namespace that is the host's",
                    bundle -> bundle.withoutNamespace("network").set("linux.sysctl", "{'net.ipv4.ip_forward': '1'}"),
                    "linux.sysctl[\"net.ipv4.ip_forward\"]: the container has no network namespace of its own, so it would"
                            + " change the host's"),
            new WrongBundle(
                    "a kernel parameter that leads elsewhere",
                    bundle -> bundle.set("linux.sysctl", "{'net.ipv4...kernel.pid_max': '1'}"),
                    "{bundle}/config.json: linux.sysctl[\"net.ipv4...kernel.pid_max\"]: the key has an empty part"),
            new WrongBundle(
                    "a kernel parameter that there is not",
                    bundle -> bundle.set("linux.sysctl", "{'net.nothing': '1'}"),
                    "set the kernel parameter net.nothing to \"1\": ENOENT (No such file or directory)"),
            new WrongBundle(
                    "a value that a kernel parameter does not take",
                    bundle -> bundle.set("linux.sysctl", "{'kernel.msgmax': 'many'}"),
                    "set the kernel parameter kernel.msgmax to \"many\": EINVAL (Invalid argument)"),
            // what this version cannot do
            new WrongBundle(
                    "a device rule that does not say what it is about",
                    bundle -> bundle.add("linux.resources.devices", "{allow: true, type: 'c'}"),
                    "linux.resources.devices[1].access: missing; letters of rwm"),
            new WrongBundle(
                    "a hook that fails",
                    bundle -> bundle.set("hooks.createRuntime", "[{path: '/bin/busybox', args: ['false']}]"),
                    "hooks.createRuntime[0]: /bin/busybox: exit status 1"),
            new WrongBundle(
                    "a hook that is not there",
                    bundle -> bundle.set("hooks.prestart", "[{path: '/nosuch'}]"),
                    "hooks.prestart[0]: execute \"/nosuch\": ENOENT (No such file or directory)"),
            // options
            new WrongBundle(
                    "an id that is a path",
                    bundle -> bundle.id = "../test",
                    "invalid container ID \"../test\": it may contain letters, digits and _ + - . and has at most 255"
                            + " characters"),
            new WrongBundle(
                    "an id that is in use",
                    bundle -> bundle.hostFolder("state/test"),
                    "container with given ID already exists: test"),
            new WrongBundle(
                    "a console socket that is missing",
                    bundle -> {
                        bundle.set("process.terminal", "true");
                        bundle.consoleSocket = Optional.of(bundle.folder.resolve("console"));
                    },
                    "connect to the console socket {bundle}/console: ENOENT (No such file or directory)"),
            new WrongBundle(
                    "a console socket that is a file",
                    bundle -> {
                        bundle.set("process.terminal", "true");
                        bundle.consoleSocket = Optional.of(bundle.file("../console", "", "rw-r--r--"));
                    },
                    "connect to the console socket {bundle}/rootfs/../console: ECONNREFUSED (Connection refused)"),
            new WrongBundle(
                    "a pid file in a folder that is missing",
                    bundle -> bundle.pidFile = Optional.of(bundle.folder.resolve("run/pid")),
                    "write the pid file {bundle}/run/pid: no such file or directory"),
            new WrongBundle(
                    "a pid file that is a folder",
                    bundle -> bundle.pidFile = Optional.of(bundle.hostFolder("pid")),
                    "write the pid file {bundle}/pid: Is a directory"));

    /** The message as it must read for a bundle in that folder. */
    String message(Path bundle) {
        return message.replace("{bundle}", bundle.toString());
    }

    @Override
    public String toString() {
        return what;
    }
}
