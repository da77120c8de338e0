"""Starts ministack with one endpoint added: POST /_local/events.

EventBridge refuses a PutEvents call whose source begins with `aws.`, and so does ministack. The
events of Amazon Bedrock have such a source, and the Bedrock stand-in has to publish them. The
endpoint takes the body of a PutEvents call and puts its entries on the default bus of the default
account and Region. It asks for no credentials, so the emulator must listen on loopback only.

The emulator also ends when its standard input does, so that it can't outlive whoever started it,
and then removes the folder named by TUNEDROP_LOCAL_SCRATCH.

Policies of event buses are added by `buses.py`. Nothing else of the emulator is changed, and nothing
on disk. The functions that are called are private ones of ministack, hence the check of the version.
"""

import importlib.metadata
import json
import os
import shutil
import signal
import sys
import threading
import time

EXPECTED = "1.5.33"
PATH = "/_local/events"
# How long an orderly end may take: state is saved in it.
GRACE_SECONDS = 10


def with_events_endpoint(app, put_events):
    """Wraps the emulator's ASGI application; every other request passes through untouched."""

    async def wrapped(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            status, answer = publish(put_events, body)
        except (ValueError, TypeError, AttributeError) as error:
            status, answer = 400, json.dumps({"message": f"not the body of a PutEvents call: {error}"})
        if isinstance(answer, str):
            answer = answer.encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return wrapped


def publish(put_events, body):
    """Hands the entries to ministack's own PutEvents, past its check of the source."""
    status, _headers, answer = put_events(json.loads(body), allow_aws_source=True)
    return status, answer


def end_with_parent():
    """Waits for the end of standard input, then asks ourselves to stop; insists after a while."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    clear_up()


def clear_up():
    """Removes what is ours alone, and ends the functions' processes with our own: we lead the group."""
    scratch = os.environ.get("TUNEDROP_LOCAL_SCRATCH")
    if scratch:
        shutil.rmtree(scratch, ignore_errors=True)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def main():
    found = importlib.metadata.version("ministack")
    if found != EXPECTED:
        sys.exit(f"ministack {found} is installed, but {EXPECTED} is what {PATH} was written for")
    if os.environ.get("BIND_HOST") not in ("127.0.0.1", "::1"):
        sys.exit(f"BIND_HOST must be a loopback address: {PATH} asks for no credentials")

    from ministack import app
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services import eventbridge
    from ministack.services.cloudformation import provisioners

    import buses

    buses.teach(eventbridge, provisioners, iam_actions, iam_evaluator)
    app.app = with_events_endpoint(app.app, eventbridge._put_events)
    sys.argv = ["ministack"]
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        app.main()
    except SystemExit as end:
        # A failed start leaves its log behind for whoever started us.
        if end.code:
            raise
    clear_up()


if __name__ == "__main__":
    main()
