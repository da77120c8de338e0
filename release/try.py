"""Installs from a release's folder, as a user does, and uses what it installed. release/test runs it, without a compiler in PATH.

    try.py RELEASE WORK CFN_LINT TARGET

RELEASE is the folder, WORK an empty one, CFN_LINT the linter, and TARGET cargo's folder, for the local stack.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import time

import pack

HERE = pathlib.Path(__file__).resolve().parent.parent
SAMPLE = HERE / "tests/samples/crates/nova"
INVALID = HERE / "shared/validation/tests/fixtures/conversation-text/unpaired-turn.jsonl"
STACK = "released"


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


def use(program, version):
    """Uses the command on a valid and on an invalid file."""
    expect(run(program, "--version") == f"tunedrop {version}", f"{program} has another version than {version}")
    run(program, "check", SAMPLE / "train.jsonl", "--model", "nova-lite", "--quiet")
    found = subprocess.run([program, "check", INVALID, "--model", "nova-lite"], capture_output=True, text=True)
    expect(found.returncode == 1 and "error[unpaired-turn]" in found.stdout, f"{program} accepts {INVALID}")


def try_wheel(release, work, version):
    begun = time.monotonic()
    environment = work / "venv"
    run("python3", "-m", "venv", environment)
    # A merged release has a wheel for each system: pip chooses.
    run(environment / "bin/pip", "install", "--quiet", "--no-index", "--no-deps", "--find-links", release, f"tunedrop=={version}")
    use(environment / "bin/tunedrop", version)
    code = "import sys, tunedrop; print(tunedrop.__version__, tunedrop.check(sys.argv[1], model='nova-lite').valid)"
    said = run(environment / "bin/python", "-c", code, SAMPLE / "train.jsonl")
    expect(said == f"{version} True", f"the module says {said}")
    say("the wheel in a new environment", begun)


def try_archive(release, work, version):
    """Unpacks the archive, and returns the command, which is in PATH from now on."""
    begun = time.monotonic()
    triple = f"{pack.platform.machine()}-unknown-linux-gnu"
    with tarfile.open(one(release, f"tunedrop-*-{triple}.tar.gz")) as archive:
        archive.extractall(work / "unpacked", filter="data")
    folder = work / "unpacked" / f"tunedrop-{version}-{triple}"
    os.environ["PATH"] += f":{folder}"
    expect(shutil.which("tunedrop") == str(folder / "tunedrop"), "tunedrop isn't in PATH")
    for name in ("LICENSE", "README.md", "CHANGELOG.md", "man/tunedrop.1", "man/tunedrop-check.1"):
        expect((folder / name).stat().st_size > 100, f"{name} is empty")
    for shell, name in pack.SHELLS.items():
        expect("tunedrop" in (folder / "completions" / name).read_text(), f"there are no completions for {shell}")
    use("tunedrop", version)
    say("the command from its archive", begun)


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


def try_stack(release, target, architecture):
    """Deploys the release to the emulator, trains on a dataset, deletes the stack, and upgrades another one."""
    begun = time.monotonic()
    with local_stack(target) as address:
        say("the emulator", begun)
        begun = time.monotonic()
        python = one(target / "tunedrop", "emulator-*/bin/python")
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": address["endpoint"],
            "AWS_REGION": address["region"],
            "AWS_DEFAULT_REGION": address["region"],
            "AWS_ACCESS_KEY_ID": address["access_key"],
            "AWS_SECRET_ACCESS_KEY": address["secret"],
        }
        deploy = [python, HERE / "release/deploy_local.py"]
        run(*deploy, "up", release, STACK, architecture, env=environment)
        say("the stack from the template and the zips", begun)
        begun = time.monotonic()
        said = run("tunedrop", "submit", SAMPLE, "--name", "crates", "--local", "--stack", STACK, "--yes", "--follow")
        runs = json.loads(run("tunedrop", "runs", "--local", "--stack", STACK, "--json"))
        states = [entry["state"] for entry in (runs if isinstance(runs, list) else runs["runs"])]
        expect(states == ["Succeeded"], f"expected one run that succeeded, found {states}:\n{said}")
        say("a dataset, up to its custom model", begun)
        begun = time.monotonic()
        run(*deploy, "down", release, STACK, architecture, env=environment)
        say("deletion", begun)
        begun = time.monotonic()
        # The stack that `template.yaml` made: the release must not replace any of its resources.
        before, after = (run(*deploy, action, release, address["stack"], architecture, env=environment) for action in ("resources", "up"))
        expect(before == after, f"the release replaces resources of a stack that template.yaml made:\n{before}\n{after}")
        say("the upgrade of a stack that template.yaml made", begun)


def main():
    release, work, lint, target = map(pathlib.Path, sys.argv[1:])
    for name in ("cargo", "rustc", "cc", "gcc", "clang", "ld"):
        expect(shutil.which(name) is None, f"{name} is in PATH, so this proves nothing")
    begun = time.monotonic()
    listed = pack.verified(release)
    version = listed["version"]
    say(f"{len(listed['files'])} files of version {version}, compared with their hashes", begun)
    try_wheel(release, work, version)
    try_archive(release, work, version)
    begun = time.monotonic()
    run(lint, "--template", release / "template.json", env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"})
    say("cfn-lint on the template", begun)
    architecture = "arm64" if pack.platform.machine() == "aarch64" else "x86_64"
    try_stack(release, target, architecture)
    print("release/test: all passed")


if __name__ == "__main__":
    main()
