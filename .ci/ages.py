"""Checks that every locked dependency has been public for two weeks, and that no crate is yanked.

Most hijacked releases are found within days; a project that waits for two weeks doesn't take them in.

ages.py FILE ... - a FILE is a Cargo.lock, or a requirements file of pip's with pinned versions.

A crate's publication time is `pubtime` in the registry's index, which cargo keeps below CARGO_HOME once it has
resolved the lock file; nothing is asked over the network here. pip's tools keep no such record, so a requirements
file names the time up to which its packages were taken: a line `# Published before: <time>`, and the command that
made it (`uv pip compile --exclude-newer <time>`).
"""

import datetime
import json
import os
import pathlib
import re
import sys
import tomllib

LEAST = datetime.timedelta(days=14)


def known(home):
    """What cargo knows of the registry's crates: {(name, version): entry of the index}."""
    entries = {}
    for file in home.glob("registry/index/*/.cache/**/*"):
        if not file.is_file():
            continue
        # Entries are separated by NULs, version and JSON by turns.
        for part in file.read_bytes().split(b"\0"):
            if not part.startswith(b'{"name"'):
                continue
            entry = json.loads(part)
            entries[entry["name"], entry["vers"]] = entry
    return entries


def crates(lock, now):
    """What is wrong with the crates of a lock file: too young, yanked, or not known."""
    home = pathlib.Path(os.environ.get("CARGO_HOME") or pathlib.Path.home() / ".cargo")
    entries = known(home)
    for package in tomllib.loads(lock.read_text())["package"]:
        if "source" not in package:
            continue
        name, version = package["name"], package["version"]
        entry = entries.get((name, version), {})
        if "pubtime" not in entry:
            yield f"{name} {version}: its publication time isn't in {home}/registry/index"
            continue
        age = now - datetime.datetime.fromisoformat(entry["pubtime"])
        if age < LEAST:
            yield f"{name} {version}: published {entry['pubtime']}, {age.days} days ago"
        if entry["yanked"]:
            yield f"{name} {version}: yanked"


def python_packages(file, now):
    """What is wrong with a requirements file: its limit is missing or too recent, or a package has no hash."""
    text = file.read_text()
    limit = re.search(r"^# Published before: (\S+)$", text, re.MULTILINE)
    if not limit:
        yield f"{file}: no line `# Published before: <time>`"
    elif now - datetime.datetime.fromisoformat(limit[1]) < LEAST:
        yield f"{file}: its packages may be as recent as {limit[1]}"
    for entry in re.split(r"\n(?=\S)", text):
        if "==" in entry.split("\n")[0] and not entry.startswith("#") and "--hash=sha256:" not in entry:
            yield f"{file}: no hash: {entry.splitlines()[0]}"


def main():
    now = datetime.datetime.now(datetime.timezone.utc)
    wrong = []
    for file in map(pathlib.Path, sys.argv[1:]):
        wrong += (crates if file.name == "Cargo.lock" else python_packages)(file, now)
    if wrong:
        sys.exit("\n".join([*wrong, f"Lock a version that is at least {LEAST.days} days old (docs/release.md)."]))


if __name__ == "__main__":
    main()
