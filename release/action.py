"""The steps of action.yml.

    action.py install     installs tunedrop into an environment of its own, and outputs the path of the program
    action.py check       checks, writes annotations, SARIF and the job's summary, and outputs the result

Inputs and outputs are the variables and files of GitHub Actions. Needs Python's own modules only.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
# GitHub takes a summary of 1 MiB for each step.
SUMMARY_BYTES = 1024 * 1024


def given(name):
    """An input, without white space around it."""
    return os.environ.get(f"INPUT_{name}", "").strip()


def is_on(name):
    """An input that is true or false. Any other value is an error, since a typo would turn a check off."""
    value = given(name).lower()
    if value not in ("true", "false"):
        sys.exit(f"::error::{name.lower().replace('_', '-')} must be true or false, not {value!r}")
    return value == "true"


def output(name, value):
    """An output of the step. Values are numbers, words and paths of one line."""
    if "\n" in str(value):
        sys.exit(f"::error::{name} has a line break")
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
        file.write(f"{name}={value}\n")


def install():
    program = given("PROGRAM")
    if not program:
        version = given("VERSION") or re.search(r'^version = "(.+)"$', (HERE / "Cargo.toml").read_text(), re.MULTILINE)[1]
        if not re.fullmatch(r"[0-9A-Za-z.+-]+", version):
            sys.exit(f"::error::version must be a version such as 1.2.3, not {version!r}")
        environment = pathlib.Path(os.environ["RUNNER_TEMP"]) / "tunedrop"
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        programs = environment / ("Scripts" if os.name == "nt" else "bin")
        # Wheels only: a source package would be compiled.
        pip = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
        subprocess.run([*pip, f"tunedrop=={version}"], check=True)
        program = programs / ("tunedrop.exe" if os.name == "nt" else "tunedrop")
    subprocess.run([program, "--version"], check=True)
    output("program", program)


def arguments():
    """The arguments of `tunedrop check` in every format. Paths come last, after `--`."""
    paths = [line.strip() for line in given("PATHS").splitlines() if line.strip()]
    if not paths:
        sys.exit("::error::paths names no file and no folder")
    found = ["--max-findings", given("MAX_FINDINGS")]
    for flag, value in (("--model", given("MODEL")), ("--type", given("TYPE"))):
        found += [flag, value] if value else []
    for name in ("STRICT", "SENSITIVE"):
        found += [f"--{name.lower()}"] if is_on(name) else []
    return [*found, "--", *paths]


def checked(form, options):
    """The exit code and the output of `tunedrop check`. It writes usage errors to standard error, which the log shows."""
    done = subprocess.run([os.environ["PROGRAM"], "check", "--format", form, *options], stdout=subprocess.PIPE)
    return done.returncode, done.stdout


def cell(text):
    """Text for a cell of a Markdown table: nothing in it is markup."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+.!|~>-])", r"\\\1", str(text).replace("&", "&amp;").replace("<", "&lt;"))
    return " ".join(escaped.split())


def report(result):
    """The job's summary. Messages and help never quote a record, so neither does the summary."""
    counts = ", ".join(f"{result[name]} {name if result[name] != 1 else name[:-1]}" for name in ("errors", "warnings"))
    lines = [f"### tunedrop: {'no problems that block' if result['valid'] else 'invalid data'}", "", counts, ""]
    lines += ["| File | Role | Model | Records | Errors | Warnings |", "|---|---|---|---:|---:|---:|"]
    for file in result["files"]:
        row = (file["path"], file["role"], file["model"], file["records"], file["errors"], file["warnings"])
        lines.append(f"| {' | '.join(map(cell, row))} |")
    # A finding of a file has no path of its own.
    found = [(file["path"], finding) for file in result["files"] for finding in file["findings"]]
    found += [(finding["path"], finding) for finding in result["findings"]]
    if found:
        lines += ["", "| Finding | Location | Problem | Fix |", "|---|---|---|---|"]
    for path, finding in found:
        location = path if finding["line"] is None else f"{path}:{finding['line']}"
        row = (f"{finding['severity']} {finding['code']}", location, finding["message"], finding["help"])
        lines.append(f"| {' | '.join(map(cell, row))} |")
    lines += [f"\n- {cell(note)}" for note in result["notes"]]
    lines += [f"\n- {cell(file['path'])} can't be read: {cell(file['reason'])}" for file in result["unreadable"]]
    text = "\n".join(lines) + "\n"
    return text.encode()[:SUMMARY_BYTES].decode(errors="ignore")


def check():
    options = arguments()
    code, printed = checked("json", options)
    output("exit", code)
    try:
        result = json.loads(printed)
    except ValueError:
        # A usage error, which standard error has.
        sys.exit(code or 2)
    output("valid", str(result["valid"]).lower())
    output("errors", result["errors"])
    output("warnings", result["warnings"])
    annotated = is_on("ANNOTATIONS")
    sys.stdout.buffer.write(checked("github" if annotated else "human", options)[1])
    if is_on("SUMMARY"):
        with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as file:
            file.write(report(result))
    sarif = given("SARIF_FILE")
    if not sarif and is_on("UPLOAD_SARIF"):
        sarif = os.path.join(os.environ["RUNNER_TEMP"], "tunedrop.sarif")
    if sarif:
        pathlib.Path(sarif).write_bytes(checked("sarif", options)[1])
        output("sarif-file", sarif)


if __name__ == "__main__":
    steps = {"install": install, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in steps:
        sys.exit(__doc__)
    steps[sys.argv[1]]()
