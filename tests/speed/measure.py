"""What the scripts of this folder share: building the program, making sets, and measuring a process."""

import os
import pathlib
import re
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = TARGET / "release" / "tunedrop-speed"
SETS = TARGET / "speed"


def build():
    command = ["cargo", "build", "--quiet", "--locked", "--release", "--package", "tunedrop-speed"]
    subprocess.run(command, cwd=ROOT, check=True)
    SETS.mkdir(parents=True, exist_ok=True)


def make(name, records):
    """Returns the path of a set, which is written first."""
    path = SETS / f"{name}.{records}.jsonl"
    subprocess.run([PROGRAM, "make", name, str(records), path], check=True, stdout=subprocess.DEVNULL)
    return path


def measured(command):
    """CPU seconds, wall seconds, peak MiB of the largest process, and output, of a process with its children. None if it
    failed."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = process.stdout.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        return None
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss / 1024, said


def instructions(command):
    """The instructions of a process, which callgrind counts."""
    with tempfile.TemporaryDirectory() as folder:
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        done = subprocess.run([*tool, *command], check=True, capture_output=True, text=True)
        return int(re.search(r"Collected : (\d+)", done.stderr)[1])
