# bench_image.py folder name path=program...
"""Makes an OCI layout with one image for benchmarks: 500 MB in 8 layers, the same bytes each time."""

import hashlib
import io
import itertools
import json
import os
import random
import sys
import tarfile
import zlib

SIZE = 500_000_000
# Of the whole: a distribution, its packages, a language, dependencies, a program, and a few small changes.
SHARES = (0.20, 0.12, 0.25, 0.01, 0.24, 0.15, 0.02, 0.01)
MEDIAN_FILE, SPREAD, LARGEST_FILE = 5_000, 1.9, 24_000_000
FILES_IN_A_FOLDER = 14
POOL = 24_000_000


def zipf(rng, things, count):
    """Some of the things far more often than others."""
    return rng.choices(things, [1 / (rank + 4) for rank in range(len(things))], k=count)


def text(rng):
    """As sources, scripts and documents are: lines of words, of which many come again."""
    letters = "etaoinsrhldcumfpgwybvkxjqz"
    words = ["".join(rng.choices(letters, range(26, 0, -1), k=rng.randint(2, 11))) for _ in range(12_000)]
    said = iter(zipf(rng, words, 9 * 20_000))
    lines = [" ".join(itertools.islice(said, rng.randint(1, 9))) for _ in range(20_000)]
    return "\n".join(zipf(rng, lines, POOL // 30)).encode()[:POOL]


def binary(rng):
    """As programs and libraries are: short pieces that come again, between bytes that do not."""
    pieces = [rng.randbytes(rng.randint(3, 14)) for _ in range(4_000)]
    return b"".join(piece + rng.randbytes(1) for piece in zipf(rng, pieces, POOL // 9))[:POOL]


class Layers:
    def __init__(self, folder):
        self.rng = random.Random(500)
        self.pools = [text(self.rng), binary(self.rng)]
        self.blobs = f"{folder}/blobs/sha256"
        os.makedirs(self.blobs)

    def content(self, size):
        pool = self.rng.choice(self.pools)
        at = self.rng.randrange(len(pool))
        whole = pool[at:at + size]
        while len(whole) < size:
            whole += pool[:size - len(whole)]
        return whole

    def put(self, content):
        digest = hashlib.sha256(content).hexdigest()
        with open(f"{self.blobs}/{digest}", "wb") as file:
            file.write(content)
        return {"digest": f"sha256:{digest}", "size": len(content)}

    def layer(self, index, size, first_files):
        """Returns the layer's descriptor and its diff id."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, content in first_files:
                self.file(tar, name, content, 0o755)
            folder, left, folders = "", 0, set()
            while archive.tell() < size:
                if left == 0:
                    folder, left = self.folder(tar, index, folders), self.rng.randint(1, 2 * FILES_IN_A_FOLDER)
                left -= 1
                length = min(int(self.rng.lognormvariate(0, SPREAD) * MEDIAN_FILE), LARGEST_FILE)
                self.file(tar, f"{folder}/file{archive.tell():x}", self.content(length), 0o644)
        content = archive.getvalue()
        # As Go's and so all registries' layers: gzip, at its usual level.
        packed = zlib.compressobj(6, wbits=31)
        blob = self.put(packed.compress(content) + packed.flush())
        blob["mediaType"] = "application/vnd.oci.image.layer.v1.tar+gzip"
        return blob, f"sha256:{hashlib.sha256(content).hexdigest()}"

    def folder(self, tar, index, known):
        path = f"usr/part{index}" + "".join(f"/folder{self.rng.randrange(40)}" for _ in range(self.rng.randint(1, 4)))
        if path not in known:
            known.add(path)
            entry = tarfile.TarInfo(path)
            entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, 1_700_000_000
            tar.addfile(entry)
        return path

    @staticmethod
    def file(tar, name, content, mode):
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = len(content), mode, 1_700_000_000
        tar.addfile(entry, io.BytesIO(content))


def write(folder, name, programs):
    """Writes a layout; programs are names and contents of files that the lowest layer has."""
    layers = Layers(folder)
    made = [layers.layer(i, SIZE * share, programs if i == 0 else []) for i, share in enumerate(SHARES)]
    config = layers.put(json.dumps({
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine),
        "os": "linux", "config": {"Env": ["PATH=/bin"], "Cmd": ["true"]},
        "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in made]}}).encode())
    manifest = layers.put(json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config | {"mediaType": "application/vnd.oci.image.config.v1+json"},
        "layers": [blob for blob, _ in made]}).encode())
    entry = manifest | {"mediaType": "application/vnd.oci.image.manifest.v1+json",
                        "annotations": {"org.opencontainers.image.ref.name": name}}
    with open(f"{folder}/index.json", "w") as file:
        json.dump({"schemaVersion": 2, "manifests": [entry]}, file)
    with open(f"{folder}/oci-layout", "w") as file:
        json.dump({"imageLayoutVersion": "1.0.0"}, file)
    packed = sum(blob["size"] for blob, _ in made)
    print(f"An image of {SIZE / 1e6:.0f} MB in {len(made)} layers, packed {packed / 1e6:.0f} MB")


def read(path):
    with open(path, "rb") as file:
        return file.read()


write(sys.argv[1], sys.argv[2], [(path, read(program)) for path, program in (each.split("=") for each in sys.argv[3:])])
