"""Takes the pictures of README and docs.

make.py BROWSER TUNEDROP WORK OUT - WORK/pages has the sample reports, OUT gets the .png files.
"""

import base64
import html
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests" / "pages"))
from chromium import Chromium  # noqa: E402

# In bytes. A page with larger pictures loads slowly on a phone.
SIZE_MAX = 200_000

TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #1d1f24; color: #d7dae0; }
pre { margin: 0; padding: 18px 20px; font: 12px/1.45 "DejaVu Sans Mono", "Noto Sans Mono", monospace; }
</style><pre>%s</pre>"""

# The colors that the command line uses, by their SGR numbers.
STYLES = {
    "1": "font-weight:bold", "2": "opacity:.7", "31": "color:#ff7b72", "32": "color:#7ee787", "33": "color:#e3b341",
    "34": "color:#79c0ff", "36": "color:#76e3ea", "91": "color:#ff7b72", "92": "color:#7ee787", "93": "color:#e3b341",
    "94": "color:#79c0ff", "96": "color:#76e3ea",
}


def record(question, answer):
    turn = lambda role, text: {"role": role, "content": [{"text": text}]}
    return {"schemaVersion": "bedrock-conversation-2024", "messages": [turn("user", question), turn("assistant", answer)]}


def training_file():
    """Eleven valid records and three invalid ones."""
    lines = [json.dumps(record(f"Where is order {n}?", f"Order {n} ships tomorrow.")) for n in range(101, 112)]
    two_users = record("Where is order 112?", "It ships tomorrow.")
    two_users["messages"].insert(1, {"role": "user", "content": [{"text": "Hello?"}]})
    reserved = record("Where is order 113?", "User: please ask again.")
    lines += [json.dumps(two_users), json.dumps(reserved), json.dumps(record("Where is order 114?", "Soon."))[:-2]]
    return "\n".join(lines) + "\n"


def to_html(text):
    """Converts output with SGR sequences to HTML."""
    parts = re.split(r"\x1b\[([0-9;]*)m", text)
    out = [html.escape(parts[0])]
    is_open = False
    for codes, words in zip(parts[1::2], parts[2::2]):
        if is_open:
            out.append("</span>")
        styles = [STYLES[code] for code in codes.split(";") if code not in ("", "0")]
        is_open = bool(styles)
        if is_open:
            out.append(f'<span style="{";".join(styles)}">')
        out.append(html.escape(words))
    return "".join(out) + ("</span>" if is_open else "")


def terminal(program, work):
    """Writes a page with the output of `tunedrop check`."""
    (work / "train.jsonl").write_text(training_file())
    command = ["check", "train.jsonl", "--model", "nova-lite"]
    done = subprocess.run([program, "--color", "always", *command], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 1:
        sys.exit(f"{program} found nothing: {done.stdout}")
    page = work / "check.html"
    page.write_text(TERMINAL % to_html(f"$ tunedrop {' '.join(command)}\n{done.stdout.rstrip()}"))
    return page


def take(browser, tab, page, width, height, selector, out):
    """Takes a picture of the page, from the element of `selector` on and at most `height` CSS pixels high."""
    browser.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": 600, "deviceScaleFactor": 1.5, "mobile": False}, tab)
    browser.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]}, tab)
    browser.events.clear()
    browser.call("Page.navigate", {"url": page.resolve().as_uri()}, tab)
    browser.wait_for("Page.loadEventFired")
    height = min(height, browser.evaluate(tab, "document.documentElement.scrollHeight"))
    if browser.evaluate(tab, "document.documentElement.scrollWidth") > width:
        sys.exit(f"{page} is wider than {width} pixels")
    top = browser.evaluate(tab, f"document.querySelector({json.dumps(selector)}).getBoundingClientRect().top")
    clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
    shot = browser.call("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}, tab)
    picture = base64.b64decode(shot["data"])
    if len(picture) > SIZE_MAX:
        sys.exit(f"{out} has {len(picture)} bytes, more than {SIZE_MAX}")
    out.write_bytes(picture)
    print(f"{out}: {len(picture) // 1000} kB")


def main(program, tunedrop, work, out):
    pages = [
        (terminal(tunedrop, work), 900, 2000, "body", "check.png"),
        (work / "pages" / "dataset-3-findings.html", 900, 606, "body", "report.png"),
        (work / "pages" / "outcome-success.html", 900, 460, "section:has(svg)", "outcome.png"),
    ]
    with Chromium(program, f"{work}/profile") as browser:
        tab = browser.tab()
        browser.call("Page.enable", session=tab)
        for page, width, height, selector, name in pages:
            take(browser, tab, page, width, height, selector, out / name)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), *map(pathlib.Path, sys.argv[3:5]))
