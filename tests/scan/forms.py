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
    "FunctionSecurityGroupIds": "sg-0b",
    "FunctionSubnetIds": "subnet-0b",
    "GraderFunctionArns": "arn:aws:lambda:us-east-1:111122223333:function:grader",
    "InvocationLogBucket": "logs",
    "InvocationLogPrefix": "AWSLogs/111122223333/",
    "JobSecurityGroupIds": "sg-0a",
    "JobSubnetIds": "subnet-0a",
    "KmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "MaxModelUnits": "1",
    "CleanUp": "true",
    "DatasetExpirationDays": "30",
    "PriceList": "true",
    "OutputExpirationDays": "30",
    "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/boundary",
    "ReportExpirationDays": "30",
    "RolePath": "/teams/ml/",
    "RunExpirationDays": "30",
    "TeacherModelArns": "arn:aws:bedrock:us-east-1::foundation-model/teacher",
    "Tracing": "Active",
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


def by_type(form, kind):
    """The properties of the form's resources of a type, by their names."""
    return {name: resource["Properties"] for name, resource in form["Resources"].items() if resource["Type"] == kind}


def check_platform(text, defaults, whole):
    """Stops if a role or a function isn't where, or limited as, the parameters for platform teams say."""
    written = {name for name, resource in yaml_parse(text)["Resources"].items() if resource["Type"] == "AWS::IAM::Role"}
    wrong = [f"{name} is a role of the transform" for name in by_type(whole, "AWS::IAM::Role").keys() - written]
    for form, path, boundary in [(defaults, "/", None), (whole, WHOLE["RolePath"], WHOLE["PermissionsBoundaryArn"])]:
        for kind in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
            wrong += [f"{name} has another path than {path}" for name, role in by_type(form, kind).items() if role.get("Path") != path]
        roles = by_type(form, "AWS::IAM::Role").items()
        wrong += [f"{name} has another boundary than {boundary}" for name, role in roles if role.get("PermissionsBoundary") != boundary]
    network = {"SubnetIds": {"Fn::Split": [",", WHOLE["FunctionSubnetIds"]]}, "SecurityGroupIds": {"Fn::Split": [",", WHOLE["FunctionSecurityGroupIds"]]}}
    attached = [{"Ref": "FunctionNetworkPolicy"}, {"Ref": "TracingPolicy"}]
    for form, vpc, policies, mode in [(defaults, None, [], "PassThrough"), (whole, network, attached, "Active")]:
        functions = by_type(form, "AWS::Lambda::Function")
        for name, function in functions.items():
            role = by_type(form, "AWS::IAM::Role")[function["Role"]["Fn::GetAtt"][0]]
            found = function.get("VpcConfig"), role["ManagedPolicyArns"], function["TracingConfig"]["Mode"]
            if found != (vpc, policies, mode):
                wrong.append(f"{name} has {found}")
        if not functions:
            wrong.append("there are no functions")
    if wrong:
        raise SystemExit("\n".join(wrong))


def forms(text):
    """The forms by their names, checked."""
    whole = transformed(text)
    unknown = set(WHOLE) - set(whole["Parameters"])
    if unknown:
        raise SystemExit(f"the template has no such parameters: {', '.join(sorted(unknown))}")
    made = {"transformed": whole, "defaults": decided(whole, {}), "every option": decided(whole, WHOLE)}
    check_platform(text, made["defaults"], made["every option"])
    return made


def write(template, folder):
    """Writes the forms into `folder`: their names and paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {"as written": template}
    for name, form in forms(template.read_text()).items():
        paths[name] = folder / f"{name.replace(' ', '-')}.json"
        paths[name].write_text(json.dumps(form, indent=1))
    return paths


if __name__ == "__main__":
    print(json.dumps(forms(pathlib.Path(sys.argv[1]).read_text())["transformed"], indent=1))
