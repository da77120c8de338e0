"""Makes ministack need less processor time. What it answers stays the same.

The emulator does half of the work of the end-to-end tests, so each of these was found with a profiler there. What is
replaced is private to ministack, hence the check of its version in the launcher.
"""

import contextlib
import copy
import email.utils
import functools
import gc
import hashlib
import os
import pathlib
import queue
import random
import shutil
import socket
import socketserver
import sys
import tempfile
import time
import types
import zipfile

# Waits that end by an event poll in ministack, ten times a second for each function. This replaces that interval.
POLL_SECONDS = 2
# Larger data is hashed once. A function's code is: it is hashed for each function and each start of one.
LARGE = 1 << 20


def teach_core(arn, responses):
    """Remembers what requests compute again. Called before ministack imports its services, which import these names."""
    parse = functools.lru_cache(maxsize=4096)(arn.parse_arn)
    whole = arn.parse_arn
    arn.parse_arn = lambda value: parse(value) if isinstance(value, str) else whole(value)
    responses.new_uuid = new_uuid
    for name in ("expected_error_content_type", "expected_success_content_type"):
        setattr(responses, name, functools.lru_cache(maxsize=256)(getattr(responses, name)))


def teach(app, dynamodb, lambda_runtime, lambda_svc, provisioners):
    """The rest, after the services are imported."""
    app.formatdate = date_of_the_second()
    dynamodb.copy = types.SimpleNamespace(copy=copy.copy, deepcopy=copied)
    hashes = types.SimpleNamespace(**{**vars(hashlib), "sha256": hashed_once()})
    lambda_svc.hashlib = provisioners.hashlib = hashes
    lambda_svc._provided_runtime_code_dir = unpacked_once(lambda_svc, hashes)
    lambda_runtime.queue = types.SimpleNamespace(**{**vars(queue), "Queue": PatientQueue})
    socketserver.BaseServer.serve_forever, socketserver.BaseServer.shutdown = patient_server()
    # The services' modules are many objects that live as long as the process: no collection has to look at them.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def new_uuid():
    """A random UUID (version 4), without asking the system for each."""
    bits = random.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def date_of_the_second():
    """`email.utils.formatdate`, which every response calls for the same second."""
    last = (0, "")

    def formatdate(timeval=None, localtime=False, usegmt=False):
        nonlocal last
        if timeval is not None or localtime or not usegmt:
            return email.utils.formatdate(timeval, localtime, usegmt)
        now = int(time.time())
        if last[0] != now:
            last = (now, email.utils.formatdate(now, usegmt=True))
        return last[1]

    return formatdate


def copied(value):
    """A deep copy of an item: dictionaries and lists of what can't change. Anything else goes to `copy.deepcopy`."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is dict:
        return {key: copied(entry) for key, entry in value.items()}
    if kind is list:
        return [copied(entry) for entry in value]
    return copy.deepcopy(value)


def hashed_once():
    """`hashlib.sha256`. Bytes keep their own hash, so finding the same large object again costs nothing."""
    large = functools.lru_cache(maxsize=16)(hashlib.sha256)

    def sha256(data=b"", **options):
        if type(data) is bytes and len(data) > LARGE:
            return large(data).copy()
        return hashlib.sha256(data, **options)

    return sha256


def unpacked_once(lambda_svc, hashes):
    """Unpacks a function's code into the deployer's cache, where other emulators find it. ministack unpacks it for itself."""
    cache = pathlib.Path(sys.prefix).parent / "code"

    def code_dir(code_zip):
        unpacked = cache / hashes.sha256(code_zip).hexdigest()
        # No process may start while a program is written: it would inherit the open file, which then can't be executed.
        with lambda_svc._provided_code_lock:
            if not unpacked.is_dir():
                cache.mkdir(parents=True, exist_ok=True)
                partial = pathlib.Path(tempfile.mkdtemp(dir=cache))
                with zipfile.ZipFile(lambda_svc.io.BytesIO(code_zip)) as archive:
                    lambda_svc._extract_zip_preserving_mode(archive, str(partial))
                program = partial / "bootstrap"
                if program.exists():
                    program.chmod(0o755)
                try:
                    partial.rename(unpacked)
                except OSError:  # another emulator was quicker
                    shutil.rmtree(partial)
            os.utime(unpacked)
        return str(unpacked)

    return code_dir


class PatientQueue(queue.Queue):
    """A function's requests. The thread that waits for one looks ten times a second whether the function was stopped, and
    then answers a process that is gone."""

    def get(self, block=True, timeout=None):
        return super().get(block, timeout and max(timeout, POLL_SECONDS))


def patient_server():
    """`serve_forever` without polling, and a `shutdown` that wakes it. Of the functions' Runtime APIs."""
    serve, shut = socketserver.BaseServer.serve_forever, socketserver.BaseServer.shutdown

    def serve_forever(self, poll_interval=0.5):
        serve(self, max(poll_interval, POLL_SECONDS))

    def shutdown(self):
        self._BaseServer__shutdown_request = True
        with contextlib.suppress(OSError):
            socket.create_connection(self.server_address, timeout=1).close()
        shut(self)

    return serve_forever, shutdown
