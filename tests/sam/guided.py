"""Runs the deployment of README in a pseudo-terminal, against the emulator, up to the change set.

guided.py EMULATOR FOLDER - EMULATOR is the Python that has ministack; FOLDER has the tree, in `tree`.

Every question is answered with Enter. It fails where a question comes twice, since that is what happens to an answer
that isn't taken; where something waits for more than Enter; where what CloudFormation gets isn't what the template
says; and where a second deployment, which goes by the file that the first one saved, asks or asks for anything else.
"""

import io
import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile

import boto3
from samcli.yamlhelper import yaml_parse

ACCOUNT, REGION = "000000000000", "us-east-1"
HERE = pathlib.Path(__file__).parent
# Longer silence than this is a question that Enter doesn't answer.
SILENCE_SECONDS = 60
COLORS = re.compile(r"\x1b\[[0-9;]*m")
CREATED = re.compile(r"Changeset created successfully\. (\S+)\s")


def credentials(endpoint):
    """The environment of a client of the emulator. No other address can be reached: the proxy isn't there."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
        "SAM_CLI_TELEMETRY": "0",
    }


def start_emulator(python, scratch):
    """The emulator's process, and its address. It ends with its standard input, which is ours to close."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    scratch.mkdir()
    environment = {
        **credentials(endpoint),
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "TUNEDROP_LOCAL_SCRATCH": str(scratch),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "LAMBDA_EXECUTOR": "local",
        # Both would listen on every interface.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    command = [python, HERE.parents[1] / "local/emulator/launcher.py"]
    log = open(scratch.with_suffix(".log"), "wb")
    emulator = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=1).close()
            return emulator, endpoint
        except OSError:
            if emulator.poll() is not None:
                break
            time.sleep(0.1)
    sys.exit(f"the emulator doesn't answer:\n{scratch.with_suffix('.log').read_text()[-2000:]}")


def answer_with_enter(command, tree, environment):
    """Runs the command in a terminal until the change set is there: the questions, and the change set's ARN."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tree)
        os.execvpe("sh", ["sh", "-c", command], environment)
    said, answered, questions = "", 0, []
    try:
        while not (created := CREATED.search(said)):
            if not select.select([terminal], [], [], SILENCE_SECONDS)[0]:
                fail("nothing happens for a minute", said)
            try:
                said += COLORS.sub("", os.read(terminal, 65536).decode(errors="replace"))
            except OSError:
                fail("it ended before there was a change set", said)
            question = said[answered:].rsplit("\n", 1)[-1]
            if question.endswith(": "):
                question = question.strip()
                if question in questions:
                    fail(f"Enter doesn't answer this question: {question}", said)
                questions.append(question)
                answered = len(said)
                os.write(terminal, b"\r")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(pid, 0)
    return questions, created[1]


def fail(why, said=""):
    """Ends with the reason, and with the end of what was printed."""
    sys.exit(f"{why}\n{said[-3000:]}".rstrip())


def check_change_set(cloudformation, name, template):
    """Holds what CloudFormation was asked for against the template: parameters, capabilities, resources."""
    change_set = cloudformation.describe_change_set(ChangeSetName=name)
    given = {item["ParameterKey"]: item["ParameterValue"] for item in change_set["Parameters"]}
    defaults = {key: str(parameter["Default"]) for key, parameter in template["Parameters"].items()}
    if given != defaults:
        fail(f"the change set has other parameters than the template's defaults: {given}")
    if change_set["Capabilities"] != ["CAPABILITY_IAM"]:
        fail(f"the change set has the capabilities {change_set['Capabilities']}")
    added = {change["ResourceChange"]["LogicalResourceId"] for change in change_set["Changes"]}
    missing = {key for key, resource in template["Resources"].items() if "Condition" not in resource} - added
    if missing:
        fail(f"the change set doesn't add {', '.join(sorted(missing))}")
    return len(added)


def check_uploads(s3, template):
    """Every function's zip is in SAM's bucket, and has the function's binary, as a program."""
    functions = {name: resource for name, resource in template["Resources"].items() if resource["Type"] == "AWS::Serverless::Function"}
    expected = {f"placeholder for tunedrop-{name.removesuffix('Function').lower()}" for name in functions}
    found = set()
    for bucket in s3.list_buckets()["Buckets"]:
        for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            body = s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read()
            if zipfile.is_zipfile(io.BytesIO(body)):
                (entry,) = zipfile.ZipFile(io.BytesIO(body)).infolist()
                if entry.filename != "bootstrap" or not entry.external_attr >> 16 & 0o111:
                    fail(f"a zip has no program named bootstrap but {entry}")
                found.add(zipfile.ZipFile(io.BytesIO(body)).read(entry).decode().splitlines()[1].removeprefix("# "))
    if found != expected:
        fail(f"the zips have {sorted(found)}, and not {sorted(expected)}")


def main():
    python, work = sys.argv[1], pathlib.Path(sys.argv[2])
    tree, home = work / "tree", work / "home"
    template = yaml_parse((tree / "template.yaml").read_text())
    command = re.search(r"^(sam build && sam deploy --guided --stack-name (\S+))", (tree / "README.md").read_text(), re.M)
    if not command:
        fail("README has no line that begins with `sam build && sam deploy --guided --stack-name`")
    emulator, endpoint = start_emulator(python, work / "emulator")
    try:
        home.mkdir()
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_", "CARGO_TARGET_DIR"))}
        environment = {
            "CARGO_HOME": str(pathlib.Path.home() / ".cargo"),
            "RUSTUP_HOME": str(pathlib.Path.home() / ".rustup"),
            **clean,
            **credentials(endpoint),
            "HOME": str(home),
            "PATH": os.pathsep.join([str(HERE / "placeholder"), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]),
        }
        print(f"$ {command[1]}")
        questions, first = answer_with_enter(command[1], tree, environment)
        of_parameters = [question for question in questions if question.startswith("Parameter ")]
        if len(of_parameters) != len(template["Parameters"]):
            fail(f"{len(of_parameters)} questions for {len(template['Parameters'])} parameters: {of_parameters}")
        os.environ.update(credentials(endpoint))
        cloudformation = boto3.client("cloudformation")
        added = check_change_set(cloudformation, first, template)
        check_uploads(boto3.client("s3"), template)
        print(f"{len(questions)} questions, all answered by Enter; a change set of {added} resources")

        # The next deployment, and a second stack: by what was saved, without a terminal.
        again = ["sam", "deploy", "--stack-name", f"{command[2]}-second", "--no-execute-changeset"]
        print(f"$ {' '.join(again)}")
        done = subprocess.run(again, cwd=tree, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        created = CREATED.search(COLORS.sub("", done.stdout))
        if done.returncode or not created:
            fail(f"it ended with {done.returncode}", done.stdout)
        check_change_set(cloudformation, created[1], template)
        print("the same parameters, from samconfig.toml")
    finally:
        emulator.stdin.close()
        try:
            emulator.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(emulator.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
