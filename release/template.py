"""Prints the template of a release: after the SAM transform, with the functions' code in a bucket that two parameters name.

    template.py template.yaml VERSION

Needs the SAM translator, which .ci/sam.txt pins. CloudFormation deploys the result without a transform, so StackSets with
service-managed permissions accept it, and a change set shows what it does.
"""

import json
import os
import pathlib
import sys

# The translator asks boto3 for a Region, though it calls nothing.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

PARAMETERS = {
    "ArtifactBucket": {
        "Type": "String",
        "AllowedPattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        "ConstraintDescription": "A bucket's name",
        "Description": "Bucket with the functions' zips. It must be in the Region of the stack.",
    },
    "ArtifactPrefix": {
        "Type": "String",
        "Default": "",
        "AllowedPattern": "^([a-zA-Z0-9_.-]+/)*$",
        "ConstraintDescription": "A prefix that ends in a slash, or nothing",
        "Description": "Prefix of the zips in ArtifactBucket, for example tunedrop/1.0.0/",
    },
}


def packaged(text, version):
    """The template of a release, from the text of template.yaml."""
    template = yaml_parse(text)
    taken = PARAMETERS.keys() & template["Parameters"].keys()
    if taken:
        sys.exit(f"the template has parameters of these names already: {', '.join(sorted(taken))}")
    template["Parameters"] = {**PARAMETERS, **template["Parameters"]}
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    groups.insert(0, {"Label": {"default": "Release"}, "Parameters": list(PARAMETERS)})
    template["Metadata"]["Tunedrop"] = {"Version": version}
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        binary = resource["Metadata"]["BuildProperties"]["Binary"].removeprefix("tunedrop-")
        key = f"${{ArtifactPrefix}}tunedrop-{version}-{binary}-${{Architecture}}.zip"
        resource["Properties"]["CodeUri"] = {"Bucket": {"Ref": "ArtifactBucket"}, "Key": {"Fn::Sub": key}}
        del resource["Metadata"]
    result = Translator({}, Parser()).translate(template, parameter_values={})
    for resource in result["Resources"].values():
        # The logical id before the transform, for the SAM CLI.
        if resource.get("Metadata", {}).keys() == {"SamResourceId"}:
            del resource["Metadata"]
    if "Transform" in result or any(of["Type"].startswith("AWS::Serverless") for of in result["Resources"].values()):
        sys.exit("the SAM translator left a transform")
    return result


if __name__ == "__main__":
    print(json.dumps(packaged(pathlib.Path(sys.argv[1]).read_text(), sys.argv[2]), indent=1))
