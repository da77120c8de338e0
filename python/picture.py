"""Takes a picture of the executed notebook, and fails if a frame in it shows no report.

picture.py BROWSER PAGE PICTURE
"""

import base64
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/pages"))
from chromium import Chromium

# In CSS pixels. Frames outside of the viewport aren't drawn, so it is higher than the page.
WIDTH, HEIGHT = 1100, 6000

# Sandboxed frames get no process of their own, so that the tree of frames has them.
ONE_PROCESS = ["--disable-features=IsolateSandboxedIframes", "--disable-site-isolation-trials"]


def heading(browser: Chromium, tab: str, frame: str) -> str:
    """The heading of the page in a frame. A sandbox doesn't let the page around it read it, but the browser does."""
    world = browser.call("Page.createIsolatedWorld", {"frameId": frame}, tab)["executionContextId"]
    asked = {"expression": "document.querySelector('h1')?.textContent ?? ''", "contextId": world}
    return str(browser.call("Runtime.evaluate", asked, tab)["result"]["value"])


def main(program: str, page: str, picture: str) -> None:
    with tempfile.TemporaryDirectory() as profile, Chromium(program, profile, *ONE_PROCESS) as browser:
        tab = browser.tab()
        for domain in ("Page", "Runtime", "Log"):
            browser.call(f"{domain}.enable", session=tab)
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        browser.call("Emulation.setDeviceMetricsOverride", size, tab)
        browser.events.clear()
        browser.call("Page.navigate", {"url": pathlib.Path(page).resolve().as_uri()}, tab)
        browser.wait_for("Page.loadEventFired")
        frames = browser.call("Page.getFrameTree", session=tab)["frameTree"].get("childFrames", [])
        headings = [heading(browser, tab, one["frame"]["id"]) for one in frames]
        if not headings or not all(one.startswith(("Valid", "Invalid")) for one in headings):
            sys.exit(f"the frames show {headings}")
        noise = [event["params"]["entry"]["text"] for event in browser.events if event.get("method") == "Log.entryAdded"]
        if noise:
            sys.exit(f"the browser says: {noise}")
        height = browser.evaluate(tab, "Math.ceil(document.body.getBoundingClientRect().bottom) + 32")
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
        shot = browser.call("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}, tab)
        pathlib.Path(picture).write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
