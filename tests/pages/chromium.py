"""A headless Chromium, spoken to over its DevTools protocol through a pair of pipes: no port, no library."""

import json
import os
import subprocess
import time

# A page that takes longer than this to answer hangs.
PATIENCE_S = 60


class Chromium:
    """Runs as long as the `with` block does; `profile` is an empty folder of its own, `more` are further flags."""

    def __init__(self, program, profile, *more):
        to_read, self._to_browser = os.pipe()
        self._from_browser, to_write = os.pipe()

        def give_pipes():
            # Chromium takes commands from descriptor 3, and answers on 4. Whichever of ours already has such a
            # number is moved out of the way first.
            taken, given = os.dup(to_read), os.dup(to_write)
            high, higher = (_above(taken, 10), _above(given, 10))
            os.dup2(high, 3)
            os.dup2(higher, 4)

        flags = [
            "--headless", "--remote-debugging-pipe", f"--user-data-dir={profile}", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
            # Only pages made here are opened, and as root there is no sandbox.
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
        """Opens an empty page, and answers with the session that its calls go to."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        return self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]

    def call(self, method, params=None, session=None):
        """Calls, keeps the events that come meanwhile, and returns the answer."""
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
        """Waits until `event` has come since the events were last cleared."""
        deadline = time.monotonic() + PATIENCE_S
        while not any(message.get("method") == event for message in self.events):
            self.events.append(self._next(deadline, event))

    def evaluate(self, session, expression):
        """The value of a JavaScript expression, a promise's result included."""
        params = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self.call("Runtime.evaluate", params, session)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def _next(self, deadline, what):
        while b"\0" not in self._rest:
            if self._process.poll() is not None:
                raise RuntimeError("the browser ended; a library or its permission to run may be missing")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the browser does not answer: {what}")
            try:
                self._rest += os.read(self._from_browser, 1 << 20)
            except BlockingIOError:
                time.sleep(0.002)
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)


def _above(descriptor, least):
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, least)
