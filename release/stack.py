"""Tries `tunedrop stack` on the local stack: deploys a release, trains on a dataset, upgrades with runs in progress, and deletes.

Everything goes through the command, as for an account. Only the physical ids of resources are read from the emulator.
"""

import json
import pathlib
import re
import shutil
import time
import urllib.parse
import urllib.request

import upgrade
from steps import ends, expect, local_stack, run, say

HERE = pathlib.Path(__file__).resolve().parent.parent
SAMPLE = HERE / "tests/samples/crates/nova"
STACK = "released"


def status(stack):
    """The output of `tunedrop stack status` for a stack that is complete."""
    return json.loads(run("tunedrop", "stack", "status", "--local", "--stack", stack, "--json"))


def physical_ids(address, stack):
    """The physical ids of a stack's resources by their logical ids."""
    found, token = {}, None
    while token is None or token:
        query = {"Action": "ListStackResources", "Version": "2010-05-15", "StackName": stack, **({"NextToken": token} if token else {})}
        with urllib.request.urlopen(address["endpoint"], urllib.parse.urlencode(query).encode()) as answer:
            text = answer.read().decode()
        for member in re.findall(r"<member>(.*?)</member>", text, re.DOTALL):
            logical, physical = (re.search(f"<{name}>(.*?)</{name}>", member).group(1) for name in ("LogicalResourceId", "PhysicalResourceId"))
            found[logical] = physical
        more = re.search(r"<NextToken>(.*?)</NextToken>", text)
        token = more.group(1) if more else ""
    expect(len(found) > 70, f"stack {stack} has only {len(found)} resources")
    return found


def try_damaged(release, work, architecture):
    """A release with one changed byte is refused before anything is uploaded."""
    damaged = work / "damaged"
    damaged.mkdir()
    for file in release.iterdir():
        (damaged / file.name).symlink_to(file)
    zip_file = next(damaged.glob(f"*-launch-{architecture}.zip"))
    content = bytearray(zip_file.read_bytes())
    zip_file.unlink()
    content[-1] ^= 1
    zip_file.write_bytes(content)
    said = ends(2, "tunedrop", "stack", "deploy", "--release", damaged, "--local", "--stack", STACK, "--parameter", f"Architecture={architecture}", "--yes")
    expect(zip_file.name in said and "Nothing was uploaded" in said and "s3://" not in said, said)
    shutil.rmtree(damaged)


def try_deploy(release, architecture):
    """Creates the stack: without a confirmation nothing is left, with one it is there."""
    command = ["tunedrop", "stack", "deploy", "--release", release, "--local", "--stack", STACK, "--parameter", f"Architecture={architecture}"]
    said = ends(2, *command, "Emails=nobody")
    expect("did you mean Email?" in said, said)
    said = ends(2, *command)
    expect("to add" in said and "--yes" in said, said)
    said = ends(2, "tunedrop", "stack", "status", "--local", "--stack", STACK)
    expect("there is no stack" in said, said)
    said = ends(2, "tunedrop", "stack", "upgrade", *command[3:])
    expect("there is no stack" in said, said)
    said = ends(0, *command, "--tags", "team=ml", "--yes")
    expect("CREATE_COMPLETE" in said and f"tunedrop canary --local --stack {STACK}" in said, said)
    said = ends(0, *command, "--yes")
    expect("Nothing to change" in said, said)


def try_failure(release, architecture):
    """A creation that fails says why, and what to do. The stack that remains must be deleted first."""
    missing = "arn:aws:iam::123456789012:policy/missing"
    options = ["--local", "--stack", STACK]
    command = ["tunedrop", "stack", "deploy", "--release", release, *options, "--parameter", f"Architecture={architecture}", "--yes"]
    said = ends(1, *command, "--parameter", f"PermissionsBoundaryArn={missing}")
    expect("ROLLBACK_COMPLETE" in said and missing in said and "AWS::IAM::Role" in said, said)
    expect(f"tunedrop stack delete --local --stack {STACK}" in said, said)
    said = ends(1, "tunedrop", "stack", "status", *options)
    expect(missing in said, said)
    said = ends(2, *command)
    expect("can only be deleted" in said, said)
    ends(0, "tunedrop", "stack", "delete", *options, "--with-data", "--yes")
    said = ends(2, "tunedrop", "stack", "status", *options)
    expect("there is no stack" in said, said)


def try_train():
    """The main job: a dataset, up to its custom model."""
    said = run("tunedrop", "submit", SAMPLE, "--name", "crates", "--local", "--stack", STACK, "--yes", "--follow")
    runs = json.loads(run("tunedrop", "runs", "--local", "--stack", STACK, "--json"))
    states = [entry["state"] for entry in (runs if isinstance(runs, list) else runs["runs"])]
    expect(states == ["Succeeded"], f"expected one run that succeeded, found {states}:\n{said}")


def try_delete(with_data_at_once):
    """Deletes the stack and its data, at once or later."""
    command = ["tunedrop", "stack", "delete", "--local", "--stack", STACK]
    said = ends(2, *command)
    expect("--yes" in said, said)
    if with_data_at_once:
        said = ends(0, *command, "--with-data", "--yes")
    else:
        said = ends(0, *command, "--yes")
        expect("Kept: bucket" in said and "delete-custom-model" in said, said)
        # As after an interruption: the stack is gone, and its data isn't.
        said = ends(0, *command, "--with-data", "--yes")
    expect("Deleted bucket" in said and "Deleted table" in said, said)
    said = ends(2, *command, "--with-data", "--yes")
    expect("nothing is left" in said, said)


def try_template(release, address, architecture):
    """Upgrades the stack that `template.yaml` made. The release must not replace any of its resources."""
    stack = address["stack"]
    before = physical_ids(address, stack)
    said = ends(0, "tunedrop", "stack", "upgrade", "--release", release, "--local", "--parameter", f"Architecture={architecture}", "--yes")
    expect("UPDATE_COMPLETE" in said, said)
    after = physical_ids(address, stack)
    expect(before == after, f"the release replaces resources of a stack that template.yaml made:\n{before}\n{after}")


def try_all(release, work, target, architecture):
    begun = time.monotonic()

    def done(text):
        nonlocal begun
        say(text, begun)
        begun = time.monotonic()

    with local_stack(target) as address:
        done("the emulator")
        try_damaged(release, work, architecture)
        done("a damaged release, refused")
        try_failure(release, architecture)
        done("a creation that fails, taken back and deleted")
        try_deploy(release, architecture)
        version = json.loads((release / "release.json").read_text())["version"]
        known = status(STACK)
        expect((known["stack_version"], known["tags"]) == (version, {"team": "ml"}), json.dumps(known))
        done("the stack from the template and the zips, created, and nothing to change then")
        try_train()
        done("a dataset, up to its custom model")
        try_delete(with_data_at_once=False)
        done("deletion of the stack, and then of its data")
        upgrade.try_upgrade(release, work, address, architecture, STACK)
        done("an upgrade from an older version, with runs in progress")
        try_delete(with_data_at_once=True)
        done("deletion with all data")
        try_template(release, address, architecture)
        done("the upgrade of a stack that template.yaml made")
