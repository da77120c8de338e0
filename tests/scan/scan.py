"""Runs checkov and cfn-guard over the forms of the template, and holds what they find against docs/security-scan.md.

scan.py FOLDER CHECKOV GUARD RULES [MORE_RULES] - FOLDER takes the forms and the tools' answers.

A finding is a check and a resource. Each has to be in the table of the page, with a judgment; and what the page lists
has to be found, so that it doesn't outlive what it describes. The counts have to be as the page has them, too.
MORE_RULES has a table of its own.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys

import forms

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "security-scan.md"
TABLES = {"checkov": "checkov", "cfn-guard": "Control Tower", "registry": "Guard Rules Registry"}
# Of a file that cfn-guard can't read it says so and goes on.
UNREAD = re.compile(r"Parsing error handling rule file = ")


def checkov(program, path):
    """The failed checks, and how many there were: ({(check, resource)}, Counter)."""
    command = [program, "--file", path, "--framework", "cloudformation", "--output", "json", "--skip-download", "--compact"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LOG_LEVEL": "ERROR", "ANSI_COLORS_DISABLED": "1"})
    answer = json.loads(done.stdout)
    failed = {(entry["check_id"], entry["resource"].split(".")[-1]) for entry in answer["results"]["failed_checks"]}
    summary = answer["summary"]
    if summary["parsing_errors"]:
        sys.exit(f"checkov can't read {path}")
    return failed, collections.Counter(passed=summary["passed"], failed=summary["failed"])


def guard(program, rules, path):
    """The same for cfn-guard. What is counted are rules, and for a finding those are named as its message names them."""
    command = [program, "validate", "--rules", rules, "--data", path, "--output-format", "json", "--show-summary", "none", "--structured"]
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout.startswith("["):
        sys.exit(f"cfn-guard failed: {done.stdout[-500:]}{done.stderr[-2000:]}")
    failed, counts = set(), collections.Counter()
    for report in json.loads(done.stdout):
        counts["passed"] += len(report["compliant"])
        counts["failed"] += len(report["not_compliant"])
        counts["not applicable"] += len(report["not_applicable"])
        for entry in report["not_compliant"]:
            said = json.dumps(entry)
            control = re.search(r"\[(CT\.[A-Z0-9-]+\.PR\.\d+)\]", said)
            check = control[1] if control else entry["Rule"]["name"]
            resources = re.findall(r"/Resources/([A-Za-z0-9]+)", said)
            failed |= {(check, resource) for resource in resources or ["-"]}
    counts["unreadable"] = len(UNREAD.findall(done.stderr))
    return failed, counts


def judged(table):
    """What the page's section of that name lists: {(check, resource)}."""
    section = PAGE.read_text().split(f"\n## {table}\n")[1].split("\n## ")[0]
    rows = set()
    for line in section.splitlines():
        cells = line.split(" | ")
        if line.startswith("| `") and len(cells) >= 3:
            rows |= {(check, resource) for check in re.findall(r"`([^`]+)`", cells[0]) for resource in re.findall(r"`([^`]+)`", cells[1])}
    return rows


def main():
    folder, checkov_program, guard_program, *rules = sys.argv[1:]
    paths = forms.write(PAGE.parents[1] / "template.yaml", pathlib.Path(folder))
    tools = {"checkov": lambda path: checkov(checkov_program, path)}
    for name, place in zip(["cfn-guard", "registry"], rules):
        tools[name] = lambda path, place=place: guard(guard_program, place, path)
    wrong, page = [], PAGE.read_text()
    for name, tool in tools.items():
        found = set()
        for form, path in paths.items():
            # cfn-guard takes no conditions for what they are, nor the transform.
            if name != "checkov" and form in ("as written", "transformed"):
                continue
            failed, counts = tool(path)
            found |= failed
            if counts["unreadable"]:
                wrong.append(f"{TABLES[name]}: cfn-guard can't read {counts['unreadable']} files of rules")
            row = f"| {TABLES[name]} | {form} | {counts['passed']} | {counts['failed']} | {counts.get('not applicable', '-')} |"
            print(row)
            if f"\n{row}\n" not in page:
                wrong.append(f"the page doesn't have this row: {row}")
        listed = judged(TABLES[name])
        wrong += [f"{TABLES[name]}: {check} at {resource} has no judgment" for check, resource in sorted(found - listed)]
        wrong += [f"{TABLES[name]}: {check} at {resource} is listed and not found" for check, resource in sorted(listed - found)]
    if wrong:
        sys.exit("\n".join([*wrong, f"Change the template, or {PAGE.relative_to(PAGE.parents[1])}."]))
    print("every finding has its judgment")


if __name__ == "__main__":
    main()
