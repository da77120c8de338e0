"""Packs what a release holds, lists it, and joins the lists of several machines.

    pack.py cli --version V --triple T --programs DIR --level N --out DIR
    pack.py functions --version V --architecture A --binaries DIR --level N --out DIR NAME ...
    pack.py finish --version V --architecture A --profile P --commit C --rustc R --out DIR
    pack.py merge --out DIR DIR ...
    pack.py verify DIR [--publishable]

Archives have constant dates, owners and orders, so that the same content makes the same archive. --level is how much to
compress, from 1 to 9. Needs Python's own modules
only, and runs on Linux, macOS and Windows.
"""

import argparse
import gzip
import hashlib
import io
import json
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent.parent
SHELLS = {"bash": "tunedrop.bash", "zsh": "_tunedrop", "fish": "tunedrop.fish", "elvish": "tunedrop.elv", "powershell": "_tunedrop.ps1"}
# The earliest date that a zip can have.
DATE = (1980, 1, 1, 0, 0, 0)
# Rust 1.95.0 miscompiles a pattern of safe code (docs/requirements.md).
LEAST_RUST = (1, 96, 1)
LISTS = ("release.json", "SHA256SUMS")


def kinds(version):
    """The kinds of files, each with the pattern of its names."""
    stem = re.escape(f"tunedrop-{version}-")
    return {
        "function": re.compile(rf"{stem}(?P<function>[a-z]+)-(?P<architecture>x86_64|arm64)\.zip"),
        "cli": re.compile(rf"{stem}(?P<triple>(?:x86_64|aarch64)-[a-z0-9_-]+)\.(?:tar\.gz|zip)"),
        "wheel": re.compile(rf"tunedrop-{re.escape(version)}-[a-z0-9_.-]+\.whl"),
        "template": re.compile(r"template\.json"),
        "sbom": re.compile(rf"tunedrop(?:-[a-z]+)?-{re.escape(version)}-(?P<triple>[a-z0-9_-]+)\.cdx\.json"),
    }


def zipped(entries, level):
    """A zip of pairs of name and content; each is executable, as Lambda and shells need it of programs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in sorted(entries):
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system = 3  # Unix, on Windows too
            entry.external_attr = 0o100755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=level)
    return file.getvalue()


def tarred(entries, programs, level):
    """A tar of pairs of name and content, compressed. The names in `programs` are executable."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in sorted(entries):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755 if name in programs else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(file.getvalue(), level, mtime=0)


def cli(options):
    """Writes the archive of the command. The command itself writes its completions and man pages."""
    name = f"tunedrop-{options.version}-{options.triple}"
    program = options.programs / ("tunedrop.exe" if "windows" in options.triple else "tunedrop")
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.split()
    if said != ["tunedrop", options.version]:
        sys.exit(f"{program} is {' '.join(said)}, and the version is {options.version}")
    entries = [(f"{name}/{program.name}", stripped(program))]
    entries += [(f"{name}/{page}", (HERE / page).read_bytes()) for page in ("LICENSE", "README.md", "CHANGELOG.md")]
    for shell, file in SHELLS.items():
        script = subprocess.run([program, "completions", shell], check=True, capture_output=True).stdout
        entries.append((f"{name}/completions/{file}", script))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "man", folder], check=True, capture_output=True)
        entries += [(f"{name}/man/{page.name}", page.read_bytes()) for page in pathlib.Path(folder).iterdir()]
    if "windows" in options.triple:
        (options.out / f"{name}.zip").write_bytes(zipped(entries, options.level))
    else:
        (options.out / f"{name}.tar.gz").write_bytes(tarred(entries, {f"{name}/{program.name}"}, options.level))


def stripped(program):
    """The program without symbols, if it is one of this kind of machine. The profile `release` has none already."""
    content = program.read_bytes()
    number = {"x86_64": 62, "aarch64": 183}.get(platform.machine())  # e_machine in the header of ELF
    if content[:4] != b"\x7fELF" or content[18] != number or not shutil.which("strip"):
        return content
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / program.name
        subprocess.run(["strip", "-o", copy, program], check=True)
        return copy.read_bytes()


def functions(options):
    """Writes a zip for each function, with its program as `bootstrap`."""
    for name in options.names:
        program = options.binaries / f"tunedrop-{name}"
        # cargo-lambda makes a folder for each function.
        program = program / "bootstrap" if program.is_dir() else program
        archive = zipped([("bootstrap", stripped(program))], options.level)
        (options.out / f"tunedrop-{options.version}-{name}-{options.architecture}.zip").write_bytes(archive)


def listed(folder, version):
    """An entry for each file of the folder. A file of no known kind is an error: it doesn't belong into a release."""
    entries = []
    for path in sorted(folder.iterdir()):
        if path.name in LISTS:
            continue
        found = [(kind, match) for kind, pattern in kinds(version).items() if (match := pattern.fullmatch(path.name))]
        if not found:
            sys.exit(f"{path} isn't a part of a release of version {version}")
        kind, match = found[0]
        content = path.read_bytes()
        entries.append({"name": path.name, "kind": kind, **match.groupdict(), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    return entries


def write_lists(folder, release):
    """Writes release.json and SHA256SUMS, whose last line is for release.json."""
    release = {**release, "files": listed(folder, release["version"])}
    text = json.dumps(release, indent=2) + "\n"
    (folder / "release.json").write_text(text)
    sums = {entry["name"]: entry["sha256"] for entry in release["files"]}
    sums["release.json"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "SHA256SUMS").write_text("".join(f"{sha256}  {name}\n" for name, sha256 in sums.items()))


def finish(options):
    """Lists the folder."""
    write_lists(options.out, {
        "name": "tunedrop",
        "version": options.version,
        "commit": options.commit,
        "profile": options.profile,
        "rustc": [options.rustc],
        "architectures": [options.architecture],
    })


def merge(options):
    """Joins the folders of several machines. A name that two of them have must have the same content."""
    options.out.mkdir(parents=True)
    releases = []
    for folder in options.folders:
        releases.append(verified(folder))
        for entry in releases[-1]["files"]:
            target = options.out / entry["name"]
            if target.exists() and target.read_bytes() != (folder / entry["name"]).read_bytes():
                sys.exit(f"{entry['name']} isn't the same in {folder} as in another folder")
            shutil.copyfile(folder / entry["name"], target)
    first = releases[0]
    for release in releases:
        for key in ("name", "version", "commit", "profile"):
            if release[key] != first[key]:
                sys.exit(f"{key} is {release[key]} in one folder, and {first[key]} in another")
    joined = {key: sorted({value for release in releases for value in release[key]}) for key in ("rustc", "architectures")}
    write_lists(options.out, {**{key: first[key] for key in ("name", "version", "commit", "profile")}, **joined})


def verified(folder):
    """The list of the folder, if every file is what the lists say, and no other is there."""
    release = json.loads((folder / "release.json").read_text())
    if release["files"] != listed(folder, release["version"]):
        sys.exit(f"the files in {folder} aren't those that its release.json lists")
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        sha256, name = line.split("  ")
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
            sys.exit(f"{name} isn't what SHA256SUMS says")
    return release


def verify(options):
    """Checks a folder, and with --publishable also that it may be published."""
    release = verified(options.folder)
    if not options.publishable:
        return
    wrong = []
    if release["profile"] != "release":
        wrong.append(f"its profile is {release['profile']}")
    if release["commit"].endswith("-dirty"):
        wrong.append("it has changes that aren't committed")
    old = [rustc for rustc in release["rustc"] if tuple(map(int, rustc.split("-")[0].split("."))) < LEAST_RUST]
    if old:
        wrong.append(f"Rust {', '.join(old)} compiled it, and {'.'.join(map(str, LEAST_RUST))} is the oldest that is safe")
    found = {(entry["kind"], entry.get("architecture")) for entry in release["files"]}
    for kind in (("template", None), ("wheel", None), ("cli", None), ("sbom", None), ("function", "arm64"), ("function", "x86_64")):
        if kind not in found:
            wrong.append(f"it has no {' for '.join(filter(None, kind))}")
    if wrong:
        sys.exit(f"{options.folder} can't be published: {'; '.join(wrong)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    wanted = {
        cli: ["--version", "--triple", "--programs", "--level", "--out"],
        functions: ["--version", "--architecture", "--binaries", "--level", "--out"],
        finish: ["--version", "--architecture", "--profile", "--commit", "--rustc", "--out"],
        merge: ["--out"],
        verify: [],
    }
    types = {"--programs": pathlib.Path, "--binaries": pathlib.Path, "--out": pathlib.Path, "--level": int}
    for run, flags in wanted.items():
        command = commands.add_parser(run.__name__)
        command.set_defaults(run=run)
        for flag in flags:
            command.add_argument(flag, required=True, type=types.get(flag, str))
        if run is functions:
            command.add_argument("names", nargs="+")
        if run is merge:
            command.add_argument("folders", nargs="+", type=pathlib.Path)
        if run is verify:
            command.add_argument("folder", type=pathlib.Path)
            command.add_argument("--publishable", action="store_true")
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
