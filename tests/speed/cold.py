"""Starts functions against a runtime API of its own, and measures how long they take to ask for an event. tests/speed/cold runs it.

cold.py FOLDER [FOLDER]
"""

import os
import pathlib
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time

from samtranslator.yaml_helper import yaml_parse

ROUNDS = 31
SECONDS = 10  # until a start counts as failed


def variables(template, properties):
    """The environment of a function: the template's values, with defaults for parameters and a name for everything else."""

    def value(given):
        if not isinstance(given, dict):
            return str(given)
        name = given.get("Ref")
        return str(template["Parameters"].get(name, {}).get("Default", "placeholder"))

    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    own = properties.get("Environment", {}).get("Variables", {})
    return {name: value(given) for name, given in {**shared, **own}.items()}


def program(folder, binary):
    """The program in a folder of programs, or in a folder of packages."""
    for path in (folder / binary, folder / binary / "bootstrap"):
        if path.is_file():
            return path
    sys.exit(f"{folder} has no {binary}")


def started(path, environment, listener):
    """Milliseconds until the program asks for its first event, and its processor time until then."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    process = subprocess.Popen([path], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(SECONDS)
            asked = connection.recv(4096)
            took = time.perf_counter() - begun
    except TimeoutError:
        process.kill()
        sys.exit(f"{path} didn't ask for an event within {SECONDS} s: {process.communicate()[1].decode()}")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    if not asked.startswith(b"GET /2018-06-01/runtime/invocation/next"):
        sys.exit(f"{path} asked for {asked[:80]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * took, 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main():
    folders = [pathlib.Path(folder) for folder in sys.argv[1:]]
    template = yaml_parse(pathlib.Path("template.yaml").read_text())
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(SECONDS)
    # Lambda gives credentials in these variables.
    lambdas = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{listener.getsockname()[1]}",
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "function", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "group", "AWS_LAMBDA_LOG_STREAM_NAME": "stream", "PATH": os.defpath, "RUST_LOG": "off",
    }
    functions = []
    for item in template["Resources"].values():
        if item["Type"] == "AWS::Serverless::Function":
            functions.append((item["Metadata"]["BuildProperties"]["Binary"], {**lambdas, **variables(template, item["Properties"])}))
    times = {}
    for _ in range(ROUNDS):
        for binary, environment in functions:
            for folder in folders:
                measured = started(program(folder, binary), environment, listener)
                times.setdefault((binary, folder), []).append(measured)
    print(f"{'function':<22} {'folder':<40} {'bytes':>11} {'ms':>7} {'CPU ms':>7}")
    for (binary, folder), measured in times.items():
        size = program(folder, binary).stat().st_size
        wall, used = (statistics.median(column) for column in zip(*measured))
        print(f"{binary:<22} {str(folder)[-40:]:<40} {size:>11,} {wall:>7.1f} {used:>7.1f}")


if __name__ == "__main__":
    main()
