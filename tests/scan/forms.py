"""The template as a scanner should see it: transformed, and with its conditions decided by a set of parameters."""

import copy
import json
import os
import pathlib
import sys

# The translator asks boto3 for a Region, though it calls nothing.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

NOTHING = {"Ref": "AWS::NoValue"}

# Every optional part. The values only have to be of the right form.
WHOLE = {
    "ChatTopic": "true",
    "Email": "team@example.com",
    "GraderFunctionArns": "arn:aws:lambda:us-east-1:111122223333:function:grader",
    "InvocationLogBucket": "logs",
    "InvocationLogPrefix": "AWSLogs/111122223333/",
    "JobSecurityGroupIds": "sg-0a",
    "JobSubnetIds": "subnet-0a",
    "KmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "OutputExpirationDays": "30",
    "ReportExpirationDays": "30",
    "RunExpirationDays": "30",
    "TeacherModelArns": "arn:aws:bedrock:us-east-1::foundation-model/teacher",
    "WebhookSecretArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:hook-AbCdEf",
    "WebhookUrl": "https://example.com/hook",
}


def transformed(text):
    """What CloudFormation's SAM transform makes of the template."""
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": "code.zip"}
    return Translator({}, Parser()).translate(template, parameter_values={})


def decided(template, given):
    """The template with its conditions decided, by the defaults or all of them true: only the resources that are made, and no Fn::If."""
    template = copy.deepcopy(template)
    values = {name: given.get(name, parameter.get("Default")) for name, parameter in template["Parameters"].items()}
    conditions = template.get("Conditions", {})

    def holds(node):
        (name, of), = node.items()
        if name == "Condition":
            return holds(conditions[of])
        if name == "Fn::Not":
            return not holds(of[0])
        if name in ("Fn::And", "Fn::Or"):
            return (all if name == "Fn::And" else any)(holds(part) for part in of)
        one, other = (values[part["Ref"]] if isinstance(part, dict) else part for part in of)
        return str(one) == str(other)

    def settle(node):
        if isinstance(node, list):
            return [item for item in map(settle, node) if item != NOTHING]
        if not isinstance(node, dict):
            return node
        if list(node) == ["Fn::If"]:
            condition, yes, no = node["Fn::If"]
            return settle(yes if holds({"Condition": condition}) else no)
        if list(node) == ["Ref"] and node["Ref"] in values:
            return values[node["Ref"]]
        settled = {key: settle(value) for key, value in node.items()}
        return {key: value for key, value in settled.items() if value != NOTHING}

    undecided = [name for name in conditions if not holds({"Condition": name})]
    if given and undecided:
        raise SystemExit(f"tests/scan/forms.py: set what makes these conditions true: {', '.join(undecided)}")
    made = {}
    for name, resource in template["Resources"].items():
        if "Condition" not in resource or holds({"Condition": resource.pop("Condition")}):
            made[name] = settle(resource)
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": made}


def write(template, folder):
    """Writes the forms into `folder`: their names and paths."""
    folder.mkdir(parents=True, exist_ok=True)
    text = template.read_text()
    whole = transformed(text)
    unknown = set(WHOLE) - set(whole["Parameters"])
    if unknown:
        raise SystemExit(f"the template has no such parameters: {', '.join(sorted(unknown))}")
    forms = {"transformed": whole, "defaults": decided(whole, {}), "every option": decided(whole, WHOLE)}
    paths = {"as written": template}
    for name, form in forms.items():
        paths[name] = folder / f"{name.replace(' ', '-')}.json"
        paths[name].write_text(json.dumps(form, indent=1))
    return paths


if __name__ == "__main__":
    print(json.dumps(transformed(pathlib.Path(sys.argv[1]).read_text()), indent=1))
