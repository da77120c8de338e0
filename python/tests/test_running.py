"""While a call runs: other threads, memory, progress, Ctrl-C."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest
import tunedrop
from conftest import record

# Records in the large file. That they are too many for the model is a finding, which doesn't matter here.
LINES = 100_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A file of about 30 MB."""
    path = tmp_path_factory.mktemp("large") / "train.jsonl"
    path.write_text("".join(json.dumps(record(number)) + "\n" for number in range(LINES)))
    return path


def test_other_threads_run_meanwhile(large: pathlib.Path) -> None:
    done, turns = threading.Event(), 0

    def work() -> None:
        # The slow path, which takes longer.
        tunedrop.check(large, model="nova-lite", sensitive=True)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        time.sleep(0.001)
        turns += 1
    thread.join()
    # With the GIL held, this thread would have no turn before the end.
    assert turns > 20, turns


def test_the_file_is_not_held_in_memory(large: pathlib.Path) -> None:
    script = (
        "import resource, sys, tunedrop\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "tunedrop.check([], model='nova-lite')\n"
        "before = peak()\n"
        "report = tunedrop.check(sys.argv[1], model='nova-lite')\n"
        "print(report.files[0].records, peak() - before)\n"
    )
    printed = subprocess.check_output([sys.executable, "-c", script, str(large)], text=True)
    records, more_kib = map(int, printed.split())
    # The index of the records has up to 57 bytes for each, and a piece of the file a megabyte.
    assert records == LINES
    assert more_kib < 16_000, f"{more_kib} KiB for {os.path.getsize(large)} bytes"


def test_progress_is_reported(large: pathlib.Path) -> None:
    read: list[int] = []
    tunedrop.check(large, model="nova-lite", sensitive=True, progress=read.append)
    assert read == sorted(read) and 0 < read[-1] <= os.path.getsize(large)


def test_an_exception_in_progress_stops_the_call(large: pathlib.Path, tmp_path: pathlib.Path) -> None:
    def stop(read: int) -> None:
        raise StopIteration(f"after {read}")

    with pytest.raises(StopIteration, match="after"):
        tunedrop.check(large, model="nova-lite", sensitive=True, progress=stop)
    with pytest.raises(StopIteration, match="after"):
        tunedrop.fix(large, tmp_path / "fixed.jsonl", model="nova-lite", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_the_call(large: pathlib.Path) -> None:
    script = (
        "import sys, tunedrop\n"
        "print('ready', flush=True)\n"
        "while True: tunedrop.check(sys.argv[1], model='nova-lite', sensitive=True)\n"
    )
    command = [sys.executable, "-c", script, str(large)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
