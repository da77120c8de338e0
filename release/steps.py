"""What the scripts that try a release share: they run commands, and start the local stack."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time


def say(text, begun):
    print(f"release/test: {text}: {time.monotonic() - begun:.1f} s", flush=True)


def run(*command, **more):
    """Runs a command, and returns what it printed. Its failure ends the test."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def expect(holds, text):
    if not holds:
        sys.exit(text)


def one(folder, pattern):
    """The one file of this name."""
    found = list(folder.glob(pattern))
    expect(len(found) == 1, f"expected one {pattern} in {folder}, found {len(found)}")
    return found[0]


def ends(code, *command):
    """Runs a command that must end with this exit code, and returns what it printed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    said = done.stdout + done.stderr
    expect(done.returncode == code, f"{' '.join(map(str, command))} ended with {done.returncode}, not with {code}:\n{said}")
    return said


@contextlib.contextmanager
def local_stack(target):
    """The emulator and the Bedrock simulator, and their address. They also have a stack from the checkout's template.yaml."""
    program = target / "debug/tunedrop-local"
    expect(program.is_file(), f"{program} isn't built: cargo build --locked --workspace --bins")
    address = pathlib.Path(os.environ["XDG_STATE_HOME"]) / "tunedrop/local.json"
    process = subprocess.Popen([program, "up", "--no-build"], stdout=subprocess.DEVNULL)
    try:
        while not address.exists():
            expect(process.poll() is None, "the local stack ended at once")
            time.sleep(0.1)
        yield json.loads(address.read_text())
    finally:
        process.terminate()
        process.wait()
