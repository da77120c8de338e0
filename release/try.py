"""Installs from a release's folder, as a user does, and uses what it installed. release/test runs it, without a compiler in PATH.

    try.py RELEASE WORK CFN_LINT TARGET

RELEASE is the folder, WORK an empty one, CFN_LINT the linter, and TARGET cargo's folder, for the local stack.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import time

import pack
import stack
from steps import expect, one, run, say

HERE = pathlib.Path(__file__).resolve().parent.parent
SAMPLE = HERE / "tests/samples/crates/nova"
INVALID = HERE / "shared/validation/tests/fixtures/conversation-text/unpaired-turn.jsonl"


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
    stack.try_all(release, work, target, architecture)
    print("release/test: all passed")


if __name__ == "__main__":
    main()
