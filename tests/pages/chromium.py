"""A headless Chromium, controlled with the DevTools protocol over a pair of pipes: no port, no library."""

import json
import os
import subprocess
import time

# A page that doesn't respond within this time hangs.
PATIENCE_S = 60


class Chromium:
    """Runs as long as the `with` block. `profile` is an empty folder, `more` are additional flags."""

    def __init__(self, program, profile, *more):
        to_read, self._to_browser = os.pipe()
        self._from_browser, to_write = os.pipe()

        def give_pipes():
            # Chromium reads commands from descriptor 3 and responds on 4. First, move our descriptors out of the way if
            # they have such a number.
            taken, given = os.dup(to_read), os.dup(to_write)
            high, higher = (_above(taken, 10), _above(given, 10))
            os.dup2(high, 3)
            os.dup2(higher, 4)

        flags = [
            "--headless", "--remote-debugging-pipe", f"--user-data-dir={profile}", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
            # Only our own pages are opened, and there is no sandbox for root.
            "--no-sandbox",
        ]
        self._process = subprocess.Popen(
            [program, *flags, *more, "about:blank"], close_fds=False, preexec_fn=give_pipes,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        os.set_blocking(self._from_browser, False)
        self._rest, self._number, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self._process.wait(timeout=10)
        except Exception:
            self._process.kill()
            self._process.wait()

    def tab(self):
        """Opens an empty page, and returns the session for calls to it."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        return self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]

    def call(self, method, params=None, session=None):
        """Calls a method and returns its result. Keeps the events that arrive meanwhile."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self._to_browser, text):]
        deadline = time.monotonic() + PATIENCE_S
        while True:
            message = self._next(deadline, method)
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def wait_for(self, event):
        """Waits until `event` has arrived since the events were last cleared."""
        deadline = time.monotonic() + PATIENCE_S
        while not any(message.get("method") == event for message in self.events):
            self.events.append(self._next(deadline, event))

    def evaluate(self, session, expression):
        """Returns the value of a JavaScript expression, or the result of its promise."""
        params = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self.call("Runtime.evaluate", params, session)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{answer['exceptionDetails']['text']} in {expression[:200]}")
        return answer["result"].get("value")

    def _next(self, deadline, what):
        while b"\0" not in self._rest:
            if self._process.poll() is not None:
                raise RuntimeError("the browser ended; a library or a permission may be missing")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the browser doesn't respond: {what}")
            try:
                self._rest += os.read(self._from_browser, 1 << 20)
            except BlockingIOError:
                time.sleep(0.002)
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)


def _above(descriptor, least):
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, least)
