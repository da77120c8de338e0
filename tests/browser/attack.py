"""Lets a hostile page in headless Chromium attack the local stack, and checks that all it gets is 403.

attack.py BROWSER EMULATOR BEDROCK PROXY - the last three are addresses, http://127.0.0.1:<port>.

The page comes from a loopback port of its own: to the browser it is another origin in the same address space,
so no rule about private networks stops it first. What the requests would do, were they let in: make a function
out of uploaded code, a topic, a queue, a training job; bend the simulator. The caller checks that none is there.
"""

import base64
import http.server
import io
import json
import pathlib
import sys
import tempfile
import threading
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "pages"))

from chromium import Chromium  # noqa: E402

# A name that an attacker's DNS answers with 127.0.0.1, once the page is loaded.
REBOUND = "rebound.example"

PAGE = """<!doctype html><title>Hostile</title><body><script>
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const silent = { mode: 'no-cors', referrerPolicy: 'no-referrer' };
const functionCalled = (name) => JSON.stringify({ FunctionName: name, Runtime: 'python3.11', Handler: 'a.h',
    Role: 'arn:aws:iam::123456789012:role/r', Code: { ZipFile: CODE } });
const job = JSON.stringify({ jobName: 'page', customModelName: 'page', roleArn: 'arn:aws:iam::123456789012:role/r',
    baseModelIdentifier: 'amazon.nova-lite-v1:0:300k', trainingDataConfig: { s3Uri: 's3://b/t.jsonl' },
    outputDataConfig: { s3Uri: 's3://b/o/' } });

// A form whose body is text/plain: its `=` comes to be inside a string.
function form(target, name) {
    element('iframe', 'name', name);
    const form = document.body.appendChild(document.createElement('form'));
    Object.assign(form, { action: target + '/2015-03-31/functions?form', method: 'post', enctype: 'text/plain', target: name });
    const field = form.appendChild(document.createElement('input'));
    field.name = functionCalled(name).slice(0, -1) + ',"Description":"';
    field.value = '"}';
    form.submit();
}

function element(tag, field, address, more) {
    const made = document.createElement(tag);
    Object.assign(made, { [field]: address, ...more });
    document.body.appendChild(made);
}

async function attack(target, name) {
    const tried = (request) => request.catch(() => undefined);
    // A request as any page may send it: no preflight, and it hides where it comes from.
    await tried(fetch(target + '/2015-03-31/functions?fetch', { ...silent, method: 'POST', body: functionCalled(name),
        headers: { 'Content-Type': 'text/plain' } }));
    await tried(fetch(target + '/model-customization-jobs?fetch', { ...silent, method: 'POST', body: job }));
    await tried(fetch(target + '/_simulator/faults?fetch', { ...silent, method: 'POST', body: '{"slots":0}' }));
    await tried(fetch(target + '/_local/events?fetch', { ...silent, method: 'POST', body: '{"Entries":[]}' }));
    // One with a preflight.
    await tried(fetch(target + '/?preflight', { method: 'PUT', headers: { 'x-amz-target': 'AmazonSQS.CreateQueue' } }));
    await tried(fetch(target + '/?Action=ListTopics&cors'));
    navigator.sendBeacon(target + '/2015-03-31/functions?beacon', functionCalled(name + '-beacon'));
    element('img', 'src', target + '/?Action=CreateTopic&Name=' + name, { referrerPolicy: 'no-referrer' });
    element('script', 'src', target + '/?Action=CreateQueue&QueueName=' + name, { referrerPolicy: 'no-referrer' });
    element('iframe', 'src', target + '/?Action=ListQueues&iframe', { referrerPolicy: 'no-referrer' });
    form(target, name + '-form');
    new EventSource(target + '/?eventsource');
    new WebSocket(target.replace('http', 'ws') + '/_aws/execute-api/a/b');
    await wait(500);
}
</script>"""

# How a request is known in the browser's reports, and how many of each target there must be.
WAYS = ["functions?fetch", "jobs?fetch", "faults?fetch", "events?fetch", "?preflight", "&cors", "?beacon", "Name=page",
        "QueueName=page", "&iframe", "?form", "?eventsource", "/_aws/execute-api"]


def page():
    """The page, with a zip of a Python function in it."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("a.py", "def h(event, context):\n    return open('/proc/self/status').read()\n")
    return PAGE.replace("CODE", json.dumps(base64.b64encode(code.getvalue()).decode()))


def serve(text):
    """The address of a server of the page."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/"


def statuses(events, target):
    """Every answer that the target gave, as pairs of address and HTTP status; a preflight has one of its own."""
    sockets = {e["params"]["requestId"]: e["params"]["url"] for e in events if e.get("method") == "Network.webSocketCreated"}
    sent = {e["params"]["requestId"]: e["params"]["request"]["url"] for e in events if e.get("method") == "Network.requestWillBeSent"}
    for event in events:
        method, params = event.get("method"), event.get("params", {})
        address, status = "", None
        # The raw answer is reported even where the page may not see it.
        if method == "Network.responseReceivedExtraInfo":
            address, status = sent.get(params["requestId"], ""), params["statusCode"]
        elif method == "Network.webSocketHandshakeResponseReceived":
            address, status = sockets.get(params["requestId"], ""), params["response"]["status"]
        elif method == "Network.webSocketFrameError" and "403" in params["errorMessage"]:
            address, status = sockets.get(params["requestId"], ""), 403
        if address.split("://")[-1].startswith(target.split("://")[-1]):
            yield address, status


def navigate(browser, tab, address):
    browser.events.clear()
    browser.call("Page.navigate", {"url": address}, tab)
    browser.wait_for("Page.loadEventFired")


def judge(name, browser, tab, target, ways):
    """Says what is wrong with the target's answers; a way that was not tried is wrong, too. An answer's report may
    come after the page has seen the answer, so it is waited for."""
    for _ in range(50):
        found = list(statuses(browser.events, target))
        if all(any(way in address for address, _ in found) for way in ways):
            break
        browser.evaluate(tab, "new Promise((done) => setTimeout(done, 100))")
    wrong = [f"{name}: {address} was answered {status}" for address, status in found if status != 403]
    wrong += [f"{name}: no answer was seen to {way}" for way in ways if not any(way in address for address, _ in found)]
    print(f"{name}: {len(found)} requests of the page, {sum(status == 403 for _, status in found)} answered 403")
    return wrong


def main():
    program, *targets = sys.argv[1:]
    wrong = []
    with tempfile.TemporaryDirectory() as profile, \
            Chromium(program, profile, f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1") as browser:
        tab = browser.tab()
        for domain in ["Page", "Network", "Runtime"]:
            browser.call(f"{domain}.enable", session=tab)
        hostile = serve(page())
        for name, target in zip(["emulator", "simulator", "fault proxy"], targets, strict=True):
            navigate(browser, tab, hostile)
            browser.events.clear()
            browser.evaluate(tab, f"attack({json.dumps(target)}, 'page')")
            wrong += judge(name, browser, tab, target, WAYS)
            # Rebinding: to the browser this is the page's own origin, so it sends no Origin and may read the answer.
            rebound = target.replace("127.0.0.1", REBOUND)
            navigate(browser, tab, rebound)
            for path in ["/2015-03-31/functions?rebound", "/_local/events?rebound"]:
                browser.evaluate(tab, f"fetch({json.dumps(path)}, {{ method: 'POST', body: '{{}}' }}).then((r) => r.status)")
            wrong += judge(f"{name}, rebound", browser, tab, rebound, ["functions?rebound", "events?rebound"])
            # Typed into the address bar it is refused as well: no page of ours is there.
            navigate(browser, tab, target + "/?typed")
            wrong += judge(f"{name}, typed", browser, tab, target, ["?typed"])
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
