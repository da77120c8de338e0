"""Tries an upgrade from an older version with runs in progress.

No version is released yet, so the older one is the release under test with another version: the same code under other names, with
a template that says 0.0.9. What it shows is that an upgrade changes every function's code while runs are Queued, Held and Running,
a model is deployed and a run is evaluated, and that nothing of it is lost. `ledger/` has items that an older version wrote.
"""

import json
import pathlib
import shutil
import time
import urllib.request

import pack
from steps import ends, expect, run

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parent / "tests/samples/crates/nova"
OLDER = "0.0.9"
# Items as version 0.1.0 wrote them. Later versions must read them.
LEDGER = HERE / "ledger/0.1.0.json"
PATIENCE_SECONDS = 120


def older(release, folder, architecture):
    """Makes a release of an older version from this one."""
    listed = json.loads((release / "release.json").read_text())
    version = listed["version"]
    folder.mkdir()
    for path in release.glob(f"tunedrop-{version}-*-{architecture}.zip"):
        shutil.copyfile(path, folder / path.name.replace(version, OLDER))
    template = json.loads((release / "template.json").read_text())
    template["Metadata"]["Tunedrop"]["Version"] = template["Outputs"]["Version"]["Value"] = OLDER
    text = json.dumps(template).replace(f"tunedrop-{version}-", f"tunedrop-{OLDER}-")
    (folder / "template.json").write_text(text)
    pack.write_lists(folder, {**listed, "version": OLDER})


def post(url, content, headers=()):
    request = urllib.request.Request(url, json.dumps(content).encode(), {"content-type": "application/json", **dict(headers)})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")


class Ledger:
    """A stack, as the command shows it."""

    def __init__(self, stack, work):
        self.options = ["--local", "--stack", stack]
        self.work = work

    def command(self, *words):
        return run("tunedrop", *words, *self.options)

    def dataset(self, name, launch):
        """Submits a dataset. Each has other records, because the same content is the same run."""
        folder = self.work / name
        shutil.copytree(SAMPLE, folder)
        lines = (folder / "train.jsonl").read_text().splitlines(keepends=True)
        # One record less for each dataset before it.
        count = len(list(self.work.glob("upgraded-*")))
        (folder / "train.jsonl").write_text("".join(lines[count:]))
        recipe = folder / "job.yaml"
        recipe.write_text(recipe.read_text() + f"\nlaunch: {launch}\n")
        self.command("submit", folder, "--name", name, "--yes")

    def run(self, dataset):
        found = json.loads(self.command("runs", "--json"))
        found = found if isinstance(found, list) else found["runs"]
        return next((one for one in found if one["dataset"] == dataset), None)

    def wait(self, dataset, *states):
        """Waits until the dataset's run is in one of these states, and returns it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self.run(dataset)
            if found and found["state"] in states:
                return found
            expect(time.monotonic() < end, f"{dataset} isn't {' or '.join(states)}: {found}")
            time.sleep(0.5)

    def deployment(self, name):
        found = json.loads(self.command("deployments", "--json", "--all"))["deployments"]
        return next((one for one in found if one["name"] == name), None)

    def table(self):
        return json.loads(self.command("stack", "status", "--json"))["outputs"]["TableName"]


def put_items(address, table):
    """Writes the items of an older version into the ledger, as that version did."""
    headers = {"x-amz-target": "DynamoDB_20120810.PutItem", "content-type": "application/x-amz-json-1.0"}
    for item in json.loads(LEDGER.read_text()):
        post(address["endpoint"], {"TableName": table, "Item": item}, headers)


def try_upgrade(release, work, address, architecture, stack):
    old = work / "older"
    older(release, old, architecture)
    options = ["--local", "--stack", stack, "--parameter", f"Architecture={architecture}"]
    said = ends(0, "tunedrop", "stack", "deploy", "--release", old, *options, "--yes")
    expect(f"new, version {OLDER}" in said, said)
    ledger = Ledger(stack, work)
    put_items(address, ledger.table())

    # One run that is deployed, one in training, one that waits for its slot, and one that waits for approval.
    ledger.dataset("upgraded-done", "auto")
    done = ledger.wait("upgraded-done", "Succeeded")
    ledger.command("deploy", "upgraded-done", "--wait")
    serving = ledger.deployment("upgraded-done")
    faults = f"{address['bedrock']}/_simulator/faults"
    post(faults, {"hold": ["upgraded-training"], "slots": 1})
    ledger.dataset("upgraded-training", "auto")
    before = {"upgraded-training": ledger.wait("upgraded-training", "Running")}
    ledger.dataset("upgraded-queued", "auto")
    before["upgraded-queued"] = ledger.wait("upgraded-queued", "Queued")
    ledger.dataset("upgraded-held", "manual")
    before["upgraded-held"] = ledger.wait("upgraded-held", "Held")

    said = ends(1, "tunedrop", "stack", "delete", *options[:3], "--yes")
    expect("Running" in said and "--ignore-jobs" in said and "tunedrop undeploy upgraded-done" in said, said)
    said = ends(0, "tunedrop", "stack", "upgrade", "--release", release, *options[:3], "--yes")
    version = json.loads((release / "release.json").read_text())["version"]
    expect(f"version {OLDER} to {version}" in said and "UPDATE_COMPLETE" in said, said)
    expect("LaunchFunction" in said and "warning" not in said, said)
    said = ends(1, "tunedrop", "stack", "upgrade", "--release", old, *options[:3], "--yes")
    expect("--allow-downgrade" in said, said)

    # Each run ends well, under its old id and with one job.
    post(faults, {"hold": [], "slots": 10})
    ledger.command("approve", "upgraded-held")
    for dataset, then in before.items():
        now = ledger.wait(dataset, "Succeeded")
        expect((now["run_id"], now["attempt"]) == (then["run_id"], then["attempt"]), f"{then} became {now}")
        expect(now["run_id"] in ledger.command("show", now["run_id"]), f"{now['run_id']} isn't shown")
    # Notifications of it may be marked later.
    kept = ("run_id", "state", "attempt", "model_arn", "changed_at")
    then, now = ([one[name] for name in kept] for one in (done, ledger.run("upgraded-done")))
    expect(then == now, f"a run that had ended was changed: {then} became {now}")
    now = ledger.deployment("upgraded-done")
    expect((now["arn"], now["state"]) == (serving["arn"], "Active"), f"{serving} became {now}")
    try_old_items(ledger)


def try_old_items(ledger):
    """Every item that an older version wrote is read."""
    for item in json.loads(LEDGER.read_text()):
        kind, name = item["pk"]["S"].split("#", 1)
        if kind == "run":
            expect(name in ledger.command("show", name), f"{name} isn't shown")
            expect(ledger.run(item["dataset"]["S"])["run_id"] == name, f"{name} isn't listed")
        if kind == "deployment":
            expect(ledger.deployment(name) is not None, f"{name} isn't listed")
