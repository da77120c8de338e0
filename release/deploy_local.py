"""Deploys a release's template and zips to the emulator, deletes the stack, or prints the physical ids of its resources.

    deploy_local.py up|down|resources RELEASE STACK ARCHITECTURE

The steps are those for an account: the zips and the template go into a bucket, then CloudFormation creates the stack.
`local/emulator/deploy.py` has what the emulator needs besides. Endpoint, Region and credentials come from the environment.
"""

import json
import pathlib
import sys

import boto3
from botocore.config import Config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "local/emulator"))

import deploy

BUCKET = "release-artifacts"


def whole_numbers(template):
    """Where a number's parameter has its default, writes the number: the emulator would keep a text."""
    for resource in template["Resources"].values():
        scaling = resource["Properties"].get("ScalingConfig", {})
        for name, value in scaling.items():
            if isinstance(value, dict) and "Ref" in value:
                scaling[name] = int(template["Parameters"][value["Ref"]]["Default"])


def upload(release, prefix, architecture):
    """Puts the zips of the architecture into a bucket."""
    s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
    s3.create_bucket(Bucket=BUCKET)
    names = [entry["name"] for entry in release["files"] if entry["kind"] == "function" and entry["architecture"] == architecture]
    if not names:
        sys.exit(f"the release has no functions for {architecture}")
    for name in names:
        s3.upload_file(str(release["folder"] / name), BUCKET, prefix + name)


def up(release, stack, architecture):
    prefix = f"tunedrop/{release['version']}/"
    upload(release, prefix, architecture)
    template = json.loads((release["folder"] / "template.json").read_text())
    parameters = {"ArtifactBucket": BUCKET, "ArtifactPrefix": prefix, "Architecture": architecture}
    deploy.check(parameters, template)
    deploy.simplify_alarms(template)
    whole_numbers(template)
    cloudformation = boto3.client("cloudformation")
    deploy.create_or_update(cloudformation, {
        "StackName": stack,
        "TemplateURL": deploy.upload_template(template),
        "Capabilities": ["CAPABILITY_IAM"],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    })
    found = deploy.settled(cloudformation, stack)
    if not found or found["StackStatus"] not in deploy.DONE:
        sys.exit(f"stack {stack} isn't complete\n" + "\n".join(deploy.failures(cloudformation, stack)))


def resources(stack):
    """The physical ids of the stack's resources by their logical ids, as JSON."""
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    found = [item for page in pages for item in page["StackResourceSummaries"]]
    return json.dumps({item["LogicalResourceId"]: item["PhysicalResourceId"] for item in found}, sort_keys=True)


def down(stack):
    cloudformation = boto3.client("cloudformation")
    cloudformation.delete_stack(StackName=stack)
    found = deploy.settled(cloudformation, stack)
    if found and found["StackStatus"] != "DELETE_COMPLETE":
        sys.exit(f"stack {stack} is {found['StackStatus']}\n" + "\n".join(deploy.failures(cloudformation, stack)))


def main():
    action, folder, stack, architecture = sys.argv[1:]
    folder = pathlib.Path(folder)
    if action == "up":
        up({**json.loads((folder / "release.json").read_text()), "folder": folder}, stack, architecture)
    if action == "down":
        down(stack)
    else:
        print(resources(stack))


if __name__ == "__main__":
    main()
