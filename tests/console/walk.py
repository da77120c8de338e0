"""Walks through the console in a browser, checks every page, and takes pictures.

walk.py BROWSER AXE ADDRESS TUNEDROP PICTURES - ADDRESS has the token, TUNEDROP is the command, PICTURES gets the .png files.
"""

import base64
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import charts
import dataset
from check import OVERFLOW, READY, VIOLATIONS
from chromium import Chromium

# A phone and a desktop, in CSS pixels.
WIDTHS = [360, 1280]
SCHEMES = ["light", "dark"]
# In CSS pixels. The pictures of docs/console.md show the top of a page.
PICTURE_MAX = 6000
TOP = 1000
WEIGHT_MAX = 300_000
PAINT_MAX_MS = 1_000
LIVE_MAX_S = 2
SAMPLE = pathlib.Path(__file__).parents[1] / "samples/crates/nova"


class Walk:
    """A tab that opens pages of the console, and collects their problems."""

    def __init__(self, browser, tab, address, axe, pictures):
        self.browser, self.tab, self.axe, self.pictures = browser, tab, axe, pictures
        self.origin = address.split("/start")[0]
        self.problems = []

    def call(self, method, **params):
        return self.browser.call(method, params, self.tab)

    def value(self, expression):
        return self.browser.evaluate(self.tab, expression)

    def visit(self, path):
        """Opens a page and waits until it is loaded."""
        self.browser.events.clear()
        self.call("Page.navigate", url=path if path.startswith("http") else self.origin + path)
        self.browser.wait_for("Page.loadEventFired")

    def until(self, expression, seconds, what):
        """Waits until an expression is true; returns how long that took. While a page loads, its parts may be missing."""
        begin = time.monotonic()
        while not self.value(f"(() => {{ try {{ return {expression}; }} catch {{ return false; }} }})()"):
            if time.monotonic() - begin > seconds:
                sys.exit(f"after {seconds} s, this wasn't on the page: {what}")
            time.sleep(0.05)
        return time.monotonic() - begin

    def size(self, width, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, name, most=PICTURE_MAX):
        width, height = self.value("[innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, most), "scale": 1}
        shot = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        (self.pictures / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    def check(self, name, path):
        """Opens a page in every width and scheme, and checks it. Prints its weight, and the time until it is painted."""
        took, weight = [], 0
        for width in WIDTHS:
            for scheme in SCHEMES:
                where = f"{name} at {width} px, {scheme}"
                self.size(width, scheme)
                self.visit(path)
                took.append(self.value(READY))
                weight = max(weight, self.weight())
                self.problems += [f"{where}: {problem}" for problem in self.noise()]
                self.picture(f"{name}-{width}-{scheme}")
                if (width, scheme) == (1280, "light"):
                    self.picture(f"{name}-top", TOP)
                if overflow := self.value(OVERFLOW):
                    self.problems.append(f"{where}: it overflows: {overflow}")
                self.value(self.axe)
                self.problems += [f"{where}: {violation}" for violation in self.value(VIOLATIONS)]
        ready = sorted(took)[len(took) // 2]
        if weight > WEIGHT_MAX:
            self.problems.append(f"{name}: {weight} bytes, more than {WEIGHT_MAX}")
        if ready > PAINT_MAX_MS:
            self.problems.append(f"{name}: painted after {ready:.0f} ms, more than {PAINT_MAX_MS}")
        print(f"| {name} | {weight / 1000:.1f} | {ready:.0f} |", flush=True)

    def weight(self):
        """The bytes of the page with its style sheet and scripts."""
        sizes = [event["params"]["encodedDataLength"] for event in self.browser.events if event.get("method") == "Network.loadingFinished"]
        return int(sum(sizes))

    def noise(self):
        """Yields console messages, exceptions, and requests to other hosts."""
        for event in self.browser.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.consoleAPICalled":
                yield f"a console message: {[arg.get('value') for arg in params['args']]}"
            elif method == "Runtime.exceptionThrown":
                yield f"an exception: {params['exceptionDetails'].get('exception', {}).get('description')}"
            elif method == "Log.entryAdded":
                yield f"a log entry: {params['entry']['text']}"
            elif method == "Network.requestWillBeSent":
                address = params["request"]["url"]
                if not address.startswith((self.origin + "/", "data:")):
                    yield f"a request: {address}"


def improved(folder):
    """A new version of the sample dataset, whose run is Queued, Running and Succeeded within seconds."""
    target = pathlib.Path(folder) / "crates-live"
    shutil.copytree(SAMPLE, target)
    lines = (target / "train.jsonl").read_text().splitlines(keepends=True)
    (target / "train.jsonl").write_text("".join(lines[:400]))
    return target


def follow(walk, tunedrop, folder):
    """Submits a dataset while the list is open. Its run must appear there by itself, and end there."""
    walk.size(1280, "light")
    walk.visit("/")
    submitted = subprocess.Popen([tunedrop, "submit", str(improved(folder)), "--local", "--yes"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    row = "[...document.querySelectorAll('#runs tbody tr')].find((row) => row.textContent.includes('crates-live-'))"
    walk.value("window.marked = true")
    if submitted.wait(timeout=60):
        sys.exit(submitted.stderr.read().decode())
    walk.until(f"!!{row}", LIVE_MAX_S, "the run that the command printed")
    walk.until(f"{row}?.textContent.includes('Succeeded')", 60, "its end")
    if not walk.value("window.marked"):
        sys.exit("the page was loaded again")


def retry(walk, run):
    """Confirms an action with the keyboard, and waits until the list shows what it did."""
    walk.visit(f"/runs/{run}/retry")
    walk.value("document.querySelector('form button').focus()")
    walk.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    walk.call("Input.dispatchKeyEvent", type="keyUp", key="Enter", code="Enter", windowsVirtualKeyCode=13)
    walk.until(f"location.pathname === '/runs/{run}'", 10, "the run's page after the action")
    walk.until("document.querySelector('#activity').textContent.includes('was sent from here')", 5, "the activity")


def main(program, axe, address, tunedrop, pictures):
    pictures = pathlib.Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Chromium(program, f"{folder}/profile") as browser:
        tab = browser.tab()
        for domain in ["Page", "Runtime", "Log", "Network"]:
            browser.call(f"{domain}.enable", session=tab)
        walk = Walk(browser, tab, address, pathlib.Path(axe).read_text(), pictures)
        walk.visit(address)
        walk.until("location.pathname === '/'", 10, "the list of runs")
        print("| page | kB | ms until painted |\n|---|---|---|")
        walk.check("runs", "/")
        runs = walk.value("[...document.querySelectorAll('#runs tbody tr')].map((row) => [row.querySelector('th a').textContent, row.querySelector('.state').textContent, row.textContent.includes('Kept')])")
        # Those with an evaluation first.
        good = [run for run, state, _ in sorted(runs, key=lambda run: not run[2]) if state == "Succeeded"]
        bad = [run for run, state, _ in runs if state == "Rejected"]
        walk.check("run", f"/runs/{good[0]}")
        walk.check("rejected", f"/runs/{bad[0]}")
        walk.check("confirm", f"/runs/{good[0]}/retry")
        walk.check("choose", "/compare")
        walk.check("compare", "/compare?" + "&".join(f"run={run}" for run in good[:6]))
        walk.check("dataset", "/dataset")
        walk.check("playground", "/playground")
        walk.visit("/inventory")
        walk.until("!!document.querySelector('#inventory table')", 30, "the inventory")
        walk.check("inventory", "/inventory")
        walk.check("inventory-filtered", "/inventory?made=stack&used=no")
        charts.zoom(walk, good[0])
        charts.compare(walk, good[:6])
        charts.keys(walk)
        charts.without_script(walk, good[0])
        dragged = dataset.dragged(walk, folder)
        dataset.story(walk, folder)
        dataset.ask_models(walk)
        walk.check("missing", "/runs/nothing")
        follow(walk, tunedrop, folder)
        retry(walk, good[-1])
        walk.visit(dragged)
        walk.until("document.querySelector('#state, .state').textContent.includes('Succeeded')", 60, "the end of the run from the page")
    # The page for a missing run is an error, which the browser logs.
    problems = [one for one in walk.problems if not (one.startswith("missing") and "404" in one)]
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:6])
    except (OSError, RuntimeError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
