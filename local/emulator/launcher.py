"""Starts ministack with one endpoint added: POST /_local/events.

EventBridge refuses a PutEvents call whose source begins with `aws.`, and so does ministack. The
events of Amazon Bedrock have such a source, and the Bedrock simulator has to publish them. The
endpoint takes the body of a PutEvents call and puts its entries on the default bus of the default
account and Region. It asks for no credentials, so the emulator must listen on loopback only.

The emulator runs code that anybody uploads, and a web page can send requests to loopback. So every
request that a browser sent, or that names a host other than this one, is answered with 403 before
ministack sees it, on its own port and on those of the functions' Runtime APIs. `local/src/browser.rs`
holds the same rule for the servers written in Rust.

The emulator also ends when its standard input does, so that it can't outlive whoever started it,
and then removes the folder named by TUNEDROP_LOCAL_SCRATCH.

Policies of event buses are added by `buses.py`, boundaries and paths of roles by `roles.py`, what CloudFormation does with a
template by `templates.py`, and the dates of multipart uploads by `uploads.py`. `server.py` has another HTTP server, and
`speed.py` makes parts of the emulator faster. Nothing else of it is changed, and nothing on disk. The functions that are
called are private ones of ministack, hence the check of the version.
"""

import http.server
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
FORBIDDEN = "The local stack takes no requests from browsers, nor under a foreign Host"


def is_foreign(headers, port):
    """Whether a web page may have sent this. No SDK sends Origin, Referer or Sec-Fetch-*, and a
    browser sends at least one of them; under DNS rebinding the Host is the attacker's. `headers` are pairs of text."""
    headers = [(name.lower(), value.strip().lower()) for name, value in headers]
    if any(name in ("origin", "referer") or name.startswith("sec-fetch-") for name, _ in headers):
        return True
    hosts = [value for name, value in headers if name == "host"]
    return len(hosts) != 1 or hosts[0] not in (f"127.0.0.1:{port}", f"localhost:{port}")


def behind_a_guard(app, port):
    """Wraps the emulator's ASGI application: foreign requests are refused, and no answer allows other origins."""

    async def wrapped(scope, receive, send):
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        if is_foreign(headers, port):
            await answer(send, 403, FORBIDDEN.encode(), b"text/plain")
            return
        await app(scope, receive, without_cors(send))

    return wrapped


def without_cors(send):
    """Leaves out the headers that let a page read an answer; the emulator adds them to all it says."""

    async def sent(message):
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", []) if not pair[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    return sent


def guard_runtime_apis():
    """The same for ministack's other servers, the functions' Runtime APIs: all of them are of `http.server`."""
    parse = http.server.BaseHTTPRequestHandler.parse_request

    def guarded(self):
        if not parse(self):
            return False
        if is_foreign(self.headers.items(), self.server.server_address[1]):
            self.send_error(403, FORBIDDEN)
            return False
        return True

    http.server.BaseHTTPRequestHandler.parse_request = guarded


async def answer(send, status, body, kind):
    """Sends a whole answer."""
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


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
            status, said = publish(put_events, body)
        except (ValueError, TypeError, AttributeError) as error:
            status, said = 400, json.dumps({"message": f"not the body of a PutEvents call: {error}"})
        await answer(send, status, said.encode() if isinstance(said, str) else said, b"application/json")

    return wrapped


def publish(put_events, body):
    """Hands the entries to ministack's own PutEvents, past its check of the source."""
    status, _headers, said = put_events(json.loads(body), allow_aws_source=True)
    return status, said


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
    if os.environ.get("BIND_HOST") != "127.0.0.1":
        sys.exit(f"BIND_HOST must be 127.0.0.1: {PATH} asks for no credentials")

    port = os.environ.get("GATEWAY_PORT", "")
    if not port.isdigit():
        sys.exit("GATEWAY_PORT must be the port to listen on: requests for any other are refused")

    import speed
    from ministack.core import arn, responses

    speed.teach_core(arn, responses)

    import asyncio

    import hypercorn.asyncio
    import uvloop
    from ministack import app
    from ministack.core import iam_actions, iam_evaluator, lambda_runtime
    from ministack.services import dynamodb, eventbridge, iam, lambda_svc, s3
    from ministack.services.cloudformation import changesets, engine, provisioners

    import buses
    import roles
    import server
    import templates
    import uploads

    roles.teach(iam, provisioners)
    buses.teach(eventbridge, iam, provisioners, iam_actions, iam_evaluator)
    templates.teach(provisioners, changesets, engine)
    uploads.teach(s3)
    app.app = behind_a_guard(with_events_endpoint(app.app, eventbridge._put_events), port)
    guard_runtime_apis()
    hypercorn.asyncio.serve = server.serve
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    speed.teach(app, dynamodb, lambda_runtime, lambda_svc, provisioners)
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
