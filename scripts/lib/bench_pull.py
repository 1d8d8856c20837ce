# Run by scripts/bench-pull, as root, in a mount namespace of its own.
"""Pulls and unpacks an image with Gatun and with others, in turn, and prints how long each took."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from turns import in_turn, line

ROUNDS = int(sys.argv[1])
ROOT, WORK = sys.argv[2:4]
GATUN = f"{ROOT}/dist/gatun/bin/gatun"
ENVIRONMENT = {"PATH": os.environ["PATH"], "GATUN_ROOT": f"{WORK}/gatun", "HOME": WORK,
               "CONTAINERS_CONF": f"{WORK}/containers.conf", "CONTAINERS_REGISTRIES_CONF": f"{WORK}/registries.conf"}
peak = number = 0


def run(command, **environment):
    """Milliseconds from start to end of a program, and the most memory that it had, in KiB."""
    with open(f"{WORK}/errors", "w+") as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(command, env=ENVIRONMENT | environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        took = (time.perf_counter() - begin) * 1000
        if status != 0:
            errors.seek(0)
            sys.exit(f"bench-pull: {' '.join(command)}: {errors.read()}")
    return took, usage.ru_maxrss


def folder(name):
    """A new place for what is pulled. Nothing is removed until the end: where many files are gone, ext4 looks for a long
    time before it makes one anew. And nothing is left to be written on another one's time."""
    global number
    number += 1
    os.sync()
    return f"{WORK}/{name}-{number}"


class Registry:
    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        with open(f"{WORK}/registry.yml", "w") as file:
            file.write(f"""version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {WORK}/registry}}}}
http: {{addr: '{self.host}', secret: x}}
""")
        with open(f"{WORK}/registry.log", "w") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", f"{WORK}/registry.yml"], stdout=log, stderr=log)
        for _ in range(500):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(self.host.split(":")[1]))) == 0:
                    break
            time.sleep(0.02)

    def end(self):
        self.process.kill()
        self.process.wait()


def podman(driver, root):
    return ["podman", "--root", root, "--runroot", f"{root}-run", "--tmpdir", f"{root}-tmp",
            "--storage-driver", driver, "--cgroup-manager=cgroupfs", "--events-backend=file", "--runtime=runc"]


def storage_driver():
    """overlay, as podman has it by default, where it works below our folder."""
    overlay = subprocess.run([*podman("overlay", folder("podman")), "info"], env=ENVIRONMENT, capture_output=True)
    return "overlay" if overlay.returncode == 0 else "vfs"


def pulls(image, driver):
    def gatun():
        global peak
        took, memory = run([GATUN, "pull", "--quiet", image], GATUN_ROOT=folder("gatun"))
        peak = max(peak, memory)
        return took

    def skopeo():
        return run(["skopeo", "copy", "--src-tls-verify=false", f"docker://{image}", f"oci:{folder('skopeo')}:1"])[0]

    def umoci():
        layout = f"{WORK}/skopeo-{number}"
        return run(["umoci", "unpack", "--image", f"{layout}:1", folder("umoci")])[0]

    def podman_pull():
        return run([*podman(driver, folder("podman")), "pull", "--quiet", "--tls-verify=false", image])[0]

    ours, copied, unpacked, podmans = in_turn([gatun, skopeo, umoci, podman_pull], ROUNDS, warm_up=1)
    print(f"\nPull and unpack (medians of {ROUNDS}, in turn)")
    line("skopeo copy", copied)
    line("umoci unpack", unpacked)
    line("podman pull, storage " + driver, podmans)
    line("gatun pull", ours)
    line("gatun pull, to skopeo and umoci", ours, copied + unpacked, 0.8)
    line("gatun pull, to podman", ours, podmans, 1)
    print(f"  gatun's memory: {peak >> 10} MiB resident at most; {heap()}")


def heap():
    """What the launcher limits the heap to: as the pull has ended well, it needed no more."""
    with open(GATUN) as launcher:
        limits = [int(word[4:-1]) for word in launcher.read().replace('"', " ").split() if word.startswith("-Xmx")]
    return f"heap limits in the launcher, MiB: {limits} (bar 64: {'met' if min(limits) <= 64 else 'MISSED'})"


def containers(image, driver):
    rootfs = f"{WORK}/rootfs"
    os.makedirs(f"{rootfs}/bin")
    shutil.copy(shutil.which("busybox"), f"{rootfs}/bin/true")
    storage = folder("podman")
    run([*podman(driver, storage), "pull", "--tls-verify=false", image])
    run([GATUN, "pull", image])
    of_image, of_folder, of_host, podmans = in_turn([
        lambda: run([GATUN, "run", "--rm", image, "/bin/true"])[0],
        lambda: run([GATUN, "run", "--rm", rootfs, "/bin/true"])[0],
        lambda: run([GATUN, "run", "--rm", "host", "true"])[0],
        lambda: run([*podman(driver, storage), "run", "--rm", "--network=none", image, "/bin/true"])[0],
    ], max(ROUNDS, 15))
    print(f"\nA second container, from a cold start to its end (medians of {max(ROUNDS, 15)}, in turn)")
    line("podman run --rm IMAGE true", podmans, podmans)
    line("gatun run --rm IMAGE true", of_image, podmans)
    line("gatun run --rm FOLDER true", of_folder, podmans)
    line("gatun run --rm host true", of_host, podmans)
    line("what an image adds, in a warm JVM", image_work(image), 1, 5)


def image_work(image):
    """Milliseconds."""
    java = [f"{os.environ['JAVA_HOME']}/bin/java", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"]
    source = f"{ROOT}/orchestrator-agent/src/test/java/dev/gatun/bench/ImageWork.java"
    command = [*java, "-cp", f"{ROOT}/target/dist/modules/*", source, f"{WORK}/gatun", image]
    return int(subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True).stdout) / 1e6


def main():
    # podman's own default limits may be above this machine's hard ones
    with open(f"{WORK}/containers.conf", "w") as file:
        file.write('[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
                   f'[network]\nnetwork_config_dir = "{WORK}/networks"\n')
    registry = Registry()
    try:
        image = f"{registry.host}/bench:1"
        with open(f"{WORK}/registries.conf", "w") as file:
            file.write(f'[[registry]]\nlocation = "{registry.host}"\ninsecure = true\n')
        # a process of its own, as what one has of memory counts as its children's, too
        subprocess.run([sys.executable, f"{ROOT}/scripts/lib/bench_image.py", f"{WORK}/layout", "1",
                        f"bin/true={shutil.which('busybox')}"], check=True)
        run(["skopeo", "copy", "--dest-tls-verify=false", f"oci:{WORK}/layout:1", f"docker://{image}"])
        driver = storage_driver()
        pulls(image, driver)
        containers(image, driver)
    finally:
        registry.end()


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
main()
