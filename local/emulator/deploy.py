"""Deploys the template to the emulator, or deletes a stack from it.

    deploy.py up --template template.yaml --stack demo --binaries target/debug --cache DIR
    deploy.py down --stack demo
    deploy.py serve

Does what `sam deploy` does after `sam build`: a zip per function, uploaded under the hash of its
content, then CloudFormation. The binary of a function is the one its Metadata names for
cargo-lambda (`BuildProperties: Binary`). `up` prints one JSON object: status, outputs, resources.
`serve` does this for each line of its standard input, side by side, until it ends: starting Python, its clients and reading
the template take a second of processor time. A line is `{"id": 1, "arguments": ["down", "--stack", "demo"]}`, and its answer
`{"id": 1, "printed": …}` or `{"id": 1, "error": "…"}`.
Endpoint, Region and credentials come from the environment, as for any AWS client.
"""

import argparse
import concurrent.futures
import copy
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import sys
import threading
import time
import traceback
import zipfile

import boto3
from botocore.config import Config
from samtranslator.yaml_helper import yaml_parse

import policies

ARTIFACTS = "tunedrop-local-artifacts"
# Deployments at once.
THREADS = 8
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
# Zips that nothing has asked for in this many seconds are removed from the cache.
STALE_SECONDS = 24 * 3600


def zipped(binary, cache):
    """A zip of the binary as `bootstrap`, made once per content. Its date is constant, so that
    unchanged code has an unchanged hash. Level 1: higher levels cost seconds and win little."""
    code = binary.read_bytes()
    digest = hashlib.sha256(code).hexdigest()
    target = cache / f"{digest}.zip"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        partial = cache / f"{digest}.{os.getpid()}-{threading.get_ident()}.partial"
        with zipfile.ZipFile(partial, "w") as file:
            file.writestr(entry, code, compresslevel=1)
        partial.replace(target)
    target.touch()
    return digest, target


def prune(cache):
    """Removes the code that isn't deployed any more: zips, and the folders into which the emulator unpacked them."""
    for entry in cache.glob("*"):  # none, if no function was deployed yet
        try:
            if entry.stat().st_mtime >= time.time() - STALE_SECONDS:
                continue
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()
        except FileNotFoundError:
            pass  # another deployment was quicker


@functools.cache
def clients():
    """The clients of CloudFormation and S3. They may be used by several threads, but not made by several."""
    return boto3.client("cloudformation"), boto3.client("s3", config=Config(s3={"addressing_style": "path"}))


@functools.cache
def parsed(text):
    """The template. Whoever changes it copies it."""
    return yaml_parse(text)


def check(parameters, template):
    """What CloudFormation would refuse and the emulator takes: unknown names, values out of range."""
    known = template.get("Parameters", {})
    for key, value in parameters.items():
        if key not in known:
            sys.exit(f"the template has no parameter {key}; it has {', '.join(known)}")
        allowed, pattern = known[key].get("AllowedValues"), known[key].get("AllowedPattern")
        if allowed and value not in map(str, allowed):
            sys.exit(f"{key}={value} is not allowed; allowed are {', '.join(map(str, allowed))}")
        least, most = known[key].get("MinValue"), known[key].get("MaxValue")
        if least is not None and float(value) < least or most is not None and float(value) > most:
            bounds = f"at least {least}" if most is None else f"{least} to {most}"
            sys.exit(f"{key}={value} is not allowed; allowed are {bounds}")
        if pattern and not re.search(pattern, value):
            sys.exit(f"{key}={value} is not allowed: {known[key].get('ConstraintDescription', pattern)}")


def functions(template, binaries):
    """The template's functions, each with the path of its binary."""
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        binary = resource.get("Metadata", {}).get("BuildProperties", {}).get("Binary")
        if not binary:
            sys.exit(f"{name} names no binary (Metadata: BuildProperties: Binary)")
        path = binaries / binary
        if not path.is_file():
            sys.exit(f"the binary of {name} is not built: {path}")
        yield resource, path


def upload_code(template, binaries, cache):
    """Puts each function's zip into the artifact bucket and lets its CodeUri point there."""
    _, s3 = clients()
    s3.create_bucket(Bucket=ARTIFACTS)
    present = {item["Key"] for item in s3.list_objects_v2(Bucket=ARTIFACTS).get("Contents", [])}

    def deliver(function):
        resource, path = function
        key, archive = zipped(path, cache)
        if key not in present:
            s3.put_object(Bucket=ARTIFACTS, Key=key, Body=archive.read_bytes())
        resource["Properties"]["CodeUri"] = {"Bucket": ARTIFACTS, "Key": key}

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        # The list makes an exception in a thread be one here.
        list(pool.map(deliver, functions(template, binaries)))
    prune(cache)


def upload_template(template):
    """Puts the template beside the code, as `sam deploy` does: a request takes 51,200 bytes of one. Its address."""
    text = json.dumps(template, separators=(",", ":")).encode()
    _, s3 = clients()
    key = f"{hashlib.sha256(text).hexdigest()}.template"
    s3.put_object(Bucket=ARTIFACTS, Key=key, Body=text)
    return f"https://s3.amazonaws.com/{ARTIFACTS}/{key}"


def find(cloudformation, stack):
    """The stack's description, or None where there is none."""
    try:
        return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def settled(cloudformation, stack):
    """Waits until nothing is in progress any more; None when the stack is gone."""
    while True:
        found = find(cloudformation, stack)
        if found is None or not found["StackStatus"].endswith("IN_PROGRESS"):
            return found
        time.sleep(0.1)


def failures(cloudformation, stack):
    """What CloudFormation says of the resources that failed, oldest first."""
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}" for event in reversed(failed)]


def create_or_update(cloudformation, request):
    """Creates the stack, or brings the one that is there up to date."""
    stack = request["StackName"]
    found = settled(cloudformation, stack)
    if found and found["StackStatus"] in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"):
        # Such a stack can't be updated; nothing of it is in use.
        cloudformation.delete_stack(StackName=stack)
        found = settled(cloudformation, stack)
    if found is None or found["StackStatus"] == "DELETE_COMPLETE":
        cloudformation.create_stack(**request)
        return
    try:
        cloudformation.update_stack(**request)
    except cloudformation.exceptions.ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


def up(options):
    """Deploys. What came of it, as JSON."""
    template = copy.deepcopy(parsed(options.template.read_text()))
    parameters = dict(entry.split("=", 1) for entry in options.param)
    check(parameters, template)
    for entry in options.without:
        policies.withdraw(template, entry)
    if options.allow_plain_http:
        policies.allow_plain_http(template)
    upload_code(template, options.binaries, options.cache)
    cloudformation, _ = clients()
    create_or_update(cloudformation, {
        "StackName": options.stack,
        "TemplateURL": upload_template(template),
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    })
    found = settled(cloudformation, options.stack)
    status = found["StackStatus"] if found else "gone"
    if status not in DONE:
        reasons = "\n".join(failures(cloudformation, options.stack)) if found else ""
        sys.exit(f"stack {options.stack} is {status}\n{reasons}")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=options.stack)
    resources = [item for page in pages for item in page["StackResourceSummaries"]]
    return json.dumps({
        "status": status,
        "outputs": {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])},
        "resources": {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in resources},
    })


def down(options):
    """Deletes the stack; what the template retains stays."""
    cloudformation, _ = clients()
    cloudformation.delete_stack(StackName=options.stack)
    found = settled(cloudformation, options.stack)
    if found and found["StackStatus"] != "DELETE_COMPLETE":
        sys.exit(f"stack {options.stack} is {found['StackStatus']}\n" + "\n".join(failures(cloudformation, options.stack)))


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    deploy = commands.add_parser("up", help="create or update a stack")
    deploy.add_argument("--template", type=pathlib.Path, required=True)
    deploy.add_argument("--stack", required=True)
    deploy.add_argument("--binaries", type=pathlib.Path, required=True, help="folder with the built functions")
    deploy.add_argument("--cache", type=pathlib.Path, required=True, help="folder that keeps the zips")
    deploy.add_argument("--param", action="append", default=[], metavar="KEY=VALUE")
    deploy.add_argument("--without", action="append", default=[], metavar="RESOURCE:ACTION", help="leave a permission out, by action or Sid")
    deploy.add_argument("--allow-plain-http", action="store_true", help="leave out what denies requests without TLS")
    deploy.set_defaults(run=up)
    delete = commands.add_parser("down", help="delete a stack")
    delete.add_argument("--stack", required=True)
    delete.set_defaults(run=down)
    commands.add_parser("serve", help="do so for each line of standard input").set_defaults(run=serve)
    return parser


def answered(line):
    """Does what a line asks for, and prints the answer as one line."""
    request = json.loads(line)
    try:
        options = arguments().parse_args(request["arguments"])
        answer = {"printed": options.run(options) or ""}
    except SystemExit as end:
        answer = {"error": str(end.code)}
    except Exception:  # noqa: BLE001: the process goes on, and whoever asked reports it
        answer = {"error": traceback.format_exc()}
    # One write: several threads answer.
    sys.stdout.write(json.dumps({"id": request["id"], **answer}) + "\n")
    sys.stdout.flush()


def serve(_options):
    """Answers each line."""
    clients()
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        for line in sys.stdin:
            pool.submit(answered, line)


def main():
    options = arguments().parse_args()
    printed = options.run(options)
    if printed:
        print(printed)


if __name__ == "__main__":
    main()
