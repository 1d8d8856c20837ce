# Run by scripts/bench, as root, in a mount namespace of its own.
"""Starts containers with Gatun and with others, in turn, and prints how long each took and what stays in memory."""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

from turns import in_turn, line

ROUNDS, WARM_UP = int(sys.argv[1]), int(sys.argv[2])
ROOT, WORK, STATE, JAVA_HOME = sys.argv[3:7]
GATUN = f"{ROOT}/dist/gatun/bin/gatun"
OCI = f"{ROOT}/dist/gatun/bin/gatun-oci"
ENVIRONMENT = {"PATH": os.environ["PATH"], "GATUN_ROOT": STATE}
BUNDLE = f"{WORK}/bundle"
NOTHING = os.open(os.devnull, os.O_RDWR)
number = 0


def spawn(command):
    """Starts a program; what it writes is thrown away."""
    streams = [(os.POSIX_SPAWN_DUP2, NOTHING, fd) for fd in (0, 1, 2)]
    return os.posix_spawn(command[0], command, ENVIRONMENT, file_actions=streams)


def run(command):
    """Milliseconds from start to end of a program."""
    begin = time.perf_counter()
    _, status = os.waitpid(spawn(command), 0)
    took = (time.perf_counter() - begin) * 1000
    if status != 0:
        sys.exit(f"bench: {' '.join(command)}: status {os.waitstatus_to_exitcode(status)}")
    return took


def name():
    global number
    number += 1
    return f"bench-{os.getpid()}-{number}"


def write_bundle(bundle, *args):
    """What "spec" writes, but for the terminal, the command, and the cgroup mount, as not every host lets all do that."""
    os.makedirs(f"{bundle}/rootfs/bin")
    shutil.copy(shutil.which("busybox"), f"{bundle}/rootfs/bin/busybox")
    for program in ("true", "sleep"):
        os.symlink("busybox", f"{bundle}/rootfs/bin/{program}")
    run([OCI, "spec", "--bundle", bundle])
    with open(f"{bundle}/config.json") as file:
        config = json.load(file)
    # the newest version that an older crun knows
    config["ociVersion"] = "1.0.0"
    config["process"]["terminal"] = False
    config["process"]["args"] = list(args)
    config["mounts"] = [mount for mount in config["mounts"] if mount["type"] != "cgroup"]
    config["linux"]["namespaces"] = [ns for ns in config["linux"]["namespaces"] if ns["type"] != "cgroup"]
    with open(f"{bundle}/config.json", "w") as file:
        json.dump(config, file)


class WarmJvm:
    """One JVM, in which containers are started when it is told to."""

    def __init__(self):
        modules = f"{ROOT}/target/dist/modules/*"
        source = f"{ROOT}/orchestrator-agent/src/test/java/dev/gatun/bench/WarmJvm.java"
        self.compiled = f"{WORK}/compiled"
        command = [f"{JAVA_HOME}/bin/java", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp", modules]
        command += [source, BUNDLE, f"{STATE}/warm", self.compiled, str(WARM_UP)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "warm\n":
            sys.exit("bench: the JVM did not get warm")

    def start(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline()) / 1e6

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def create(kept):
    container = name()
    kept.append(container)
    return run([OCI, "create", "--bundle", BUNDLE, container])


def delete(kept):
    while kept:
        run([OCI, "delete", "--force", kept.pop()])


def resident(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:"))


def parent(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rsplit(")", 1)[1].split()[1])


def state(container):
    answer = subprocess.run([OCI, "state", container], env=ENVIRONMENT, capture_output=True, text=True)
    return json.loads(answer.stdout) if answer.returncode == 0 else {"status": "unknown"}


def await_running(container):
    for _ in range(500):
        if state(container)["status"] == "running":
            return
        time.sleep(0.01)
    sys.exit(f"bench: {container} does not run")


def memory():
    print("\nMemory that stays beside a running container (Rss)")
    detached = name()
    run([GATUN, "run", "--detach", "--name", detached, f"{BUNDLE}/rootfs", "/bin/sleep", "1000"])
    monitor = resident(parent(state(detached)["pid"]))
    print(f"  {'gatun run --detach: the monitor':<36}{monitor:6} KiB   (bar 200: {'met' if monitor <= 200 else 'MISSED'})")
    run([OCI, "delete", "--force", detached])

    long = f"{WORK}/long"
    write_bundle(long, "/bin/sleep", "1000")
    foreground = name()
    relay = spawn([OCI, "run", "--bundle", long, foreground])
    await_running(foreground)
    time.sleep(0.2)
    print(f"  {'gatun-oci run: the relay':<36}{resident(relay):6} KiB")
    run([OCI, "kill", foreground, "KILL"])
    os.waitpid(relay, 0)

    conmon, crun = shutil.which("conmon"), shutil.which("crun")
    if conmon and crun:
        container, pid_file = name(), f"{WORK}/conmon.pid"
        run([conmon, "--api-version", "1", "-c", container, "-u", container, "-r", crun, "-b", long,
             "--runtime-arg", "--cgroup-manager=cgroupfs", "--conmon-pidfile", pid_file,
             "-p", f"{WORK}/container.pid", "-l", f"k8s-file:{WORK}/conmon.log", "--socket-dir-path", WORK])
        time.sleep(0.5)
        with open(pid_file) as file:
            print(f"  {'conmon':<36}{resident(int(file.read())):6} KiB")
        run([crun, "delete", "--force", container])


def containers():
    warm = WarmJvm()
    crun, runc = shutil.which("crun"), shutil.which("runc")
    candidates = [
        ("Gatun, in a warm JVM", warm.start, 0.4),
        ("Gatun, compiled file", lambda: run([warm.compiled]), 0.35),
        ("gatun-oci run", lambda: run([OCI, "run", "--bundle", BUNDLE, name()]), None),
    ]
    if runc:
        candidates.append(("runc run", lambda: run([runc, "run", "--bundle", BUNDLE, name()]), None))
    print(f"\nOne container, from nothing to its end (medians of {ROUNDS}; each in turn with crun, and divided by it)")
    yardsticks = []
    for label, candidate, bar in candidates:
        if crun:
            beside = lambda: run([crun, "--cgroup-manager=cgroupfs", "run", "--bundle", BUNDLE, name()])
            took, yardstick = in_turn([candidate, beside], ROUNDS)
            yardsticks.append(yardstick)
            line(label, took, yardstick, bar)
        else:
            line(label, in_turn([candidate], ROUNDS)[0])
    if yardsticks:
        line("crun run", statistics.median(yardsticks), statistics.median(yardsticks))
    begin = time.perf_counter()
    for _ in range(ROUNDS):
        warm.start()
    print(f"  {ROUNDS / (time.perf_counter() - begin):.0f} containers per second, one after the other, in a warm JVM")
    warm.end()


def verbs():
    kept, steady = [], name()
    run([OCI, "create", "--bundle", BUNDLE, steady])
    hello, state_took, list_took, create_took = in_turn([
        lambda: run([f"{JAVA_HOME}/bin/java", "-cp", WORK, "Hello"]),
        lambda: run([OCI, "state", steady]),
        lambda: run([OCI, "list"]),
        lambda: create(kept),
    ], ROUNDS, after=lambda: delete(kept))
    run([OCI, "delete", "--force", steady])
    print(f"\nOne verb, from a cold start (medians of {ROUNDS}, in turn, and divided by the first)")
    line("java Hello, with the JDK's defaults", hello, hello)
    line("gatun-oci state", state_took, hello, 1.5)
    line("gatun-oci list", list_took, hello, 1.5)
    line("gatun-oci create", create_took, hello, 2)


def life(runtime):
    container = name()
    return sum(run([*runtime, *verb, container]) for verb in (
        ["create", "--bundle", BUNDLE], ["start"], ["delete", "--force"]))


def lives():
    runc = shutil.which("runc")
    if runc:
        ours, theirs = in_turn([lambda: life([OCI]), lambda: life([runc])], ROUNDS)
        print(f"\ncreate, start and delete, each from a cold start (medians of {ROUNDS}, in turn, and divided by runc's)")
        line("gatun-oci", ours, theirs, 3)
        line("runc", theirs, theirs)


def join(folder, file):
    """Milliseconds that a new process needs to move itself to a group."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        descriptor = os.open(f"{folder}/{file}", os.O_WRONLY)
        begin = time.perf_counter()
        os.write(descriptor, b"0")
        os.write(writer, str((time.perf_counter() - begin) * 1000).encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        took = float(pipe.read())
    os.waitpid(child, 0)
    # longer than a grace period, so that one write does not profit from the last
    time.sleep(0.06)
    return took


def joining():
    """Only version 1 has both files; version 2 is joined by the clone."""
    with open("/proc/self/mountinfo") as mounts:
        hierarchies = [line.split()[4] for line in mounts if " - cgroup " in line and "pids" in line.rsplit(" ", 1)[1]]
    if not hierarchies:
        return
    folder = f"{hierarchies[0]}/{name()}"
    os.mkdir(folder)
    try:
        files = ("tasks", "cgroup.procs")
        took = in_turn([lambda file=file: join(folder, file) for file in files], ROUNDS)
    finally:
        os.rmdir(folder)
    print(f"\nJoining a control group of version 1, by a process that moves itself (medians of {ROUNDS}, in turn)")
    for file, median in zip(files, took):
        line(f"0 written to {file}", median)


def main():
    write_bundle(BUNDLE, "/bin/true")
    joining()
    containers()
    lives()
    verbs()
    memory()


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
main()
