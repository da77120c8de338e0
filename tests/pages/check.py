"""Opens every report in a browser, checks it, and takes pictures.

check.py BROWSER AXE PAGES PICTURES - PAGES contains the .html files, PICTURES gets the .png and .pdf files.
"""

import base64
import pathlib
import sys
import tempfile

from chromium import Chromium

# A phone and a desktop, in CSS pixels.
WIDTHS = [360, 1400]
SCHEMES = ["light", "dark"]
# In CSS pixels. A picture of all of a very long page wouldn't fit into memory.
PICTURE_MAX = 8000
SIZE_MAX = 1_000_000

# Finds elements that are wider than the page, unless an element around them scrolls.
OVERFLOW = """(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (e) => e && (getComputedStyle(e).overflowX === 'auto' || scrolls(e.parentElement));
    const out = [...document.querySelectorAll('body *')].filter((e) => {
        const box = e.getBoundingClientRect();
        return box.width && (box.right > width + 0.5 || box.left < -0.5) && !scrolls(e.parentElement);
    });
    const named = out.slice(0, 3).map((e) => e.tagName.toLowerCase() + '.' + e.getAttribute('class'));
    const page = document.documentElement.scrollWidth;
    return page > width || named.length ? `${page} px wide in ${width}: ${named}` : '';
})()"""

# Milliseconds from the start of the navigation until the page is loaded and painted.
READY = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const load = performance.getEntriesByType('navigation')[0].loadEventEnd;
    const paint = performance.getEntriesByType('paint').map((entry) => entry.startTime);
    done(Math.max(load, ...paint));
})))"""

# A page with every problem, and the words that report each of them. It tests the checks before they are used.
BAD = """<!doctype html><html lang="en"><title>bad</title><main><h1>Bad</h1><script>console.log('hello'); later()</script>
<img src="http://127.0.0.1:9/x.png" alt="x"><p style="width: 1500px; color: #999; background: #aaa">pale</p></main>"""
PROBLEMS = ["a console message", "an exception", "a request: http://127.0.0.1:9/x.png", "it overflows", "color-contrast"]

VIOLATIONS = """axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations.map(
    (v) => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 160)).join(' | ')}`))"""


def noise(events, address):
    """Yields console messages, exceptions and requests of the page."""
    for event in events:
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled":
            yield f"a console message: {[arg.get('value') for arg in params['args']]}"
        elif method == "Runtime.exceptionThrown":
            yield f"an exception: {params['exceptionDetails']['text']}"
        elif method == "Log.entryAdded":
            yield f"a log entry: {params['entry']['text']}"
        elif method == "Network.requestWillBeSent" and params["request"]["url"] != address:
            yield f"a request: {params['request']['url']}"


def show(browser, tab, address, width, scheme, media=""):
    """Opens the page in this width and color scheme."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.call("Emulation.setDeviceMetricsOverride", size, tab)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.call("Emulation.setEmulatedMedia", {"media": media, "features": features}, tab)
    browser.events.clear()
    browser.call("Page.navigate", {"url": address}, tab)
    browser.wait_for("Page.loadEventFired")


def check(browser, tab, page, axe, pictures):
    """Yields the problems of one page; returns how many milliseconds it took to be ready, the median."""
    address = page.resolve().as_uri()
    took = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            where = f"{page.stem} at {width} px, {scheme}"
            show(browser, tab, address, width, scheme)
            took.append(browser.evaluate(tab, READY))
            yield from (f"{where}: {problem}" for problem in noise(browser.events, address))
            height = min(browser.evaluate(tab, "document.documentElement.scrollHeight"), PICTURE_MAX)
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
            shot = browser.call("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}, tab)
            (pictures / f"{page.stem}-{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
            # Checks folded parts too.
            browser.evaluate(tab, "document.querySelectorAll('details').forEach((part) => { part.open = true; })")
            if overflow := browser.evaluate(tab, OVERFLOW):
                yield f"{where}: it overflows: {overflow}"
            browser.evaluate(tab, axe)
            yield from (f"{where}: {violation}" for violation in browser.evaluate(tab, VIOLATIONS))
    # A4 is 794 px wide at 96 dots per inch.
    show(browser, tab, address, 794, "light", "print")
    if overflow := browser.evaluate(tab, OVERFLOW):
        yield f"{page.stem} on paper: it overflows: {overflow}"
    paper = browser.call("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}, tab)
    (pictures / f"{page.stem}.pdf").write_bytes(base64.b64decode(paper["data"]))
    if page.stat().st_size > SIZE_MAX:
        yield f"{page.stem}: {page.stat().st_size} bytes, more than {SIZE_MAX}"
    return sorted(took)[len(took) // 2]


def prove(browser, tab, axe, folder):
    """Exits if a check doesn't find the problem that it looks for."""
    page = folder / "bad.html"
    page.write_text(BAD)
    problems = list(check(browser, tab, page, axe, folder))
    for width in WIDTHS:
        missed = [words for words in PROBLEMS if not any(words in problem and f"{width} px" in problem for problem in problems)]
        if missed:
            sys.exit(f"the checks find no {missed} at {width} px")


def main(program, axe, pages, pictures):
    """Checks all pages, and exits with 1 if there are problems."""
    pictures.mkdir(parents=True, exist_ok=True)
    problems, found = [], sorted(pages.glob("*.html"))
    if not found:
        sys.exit(f"no pages in {pages}")
    axe = axe.read_text()
    with tempfile.TemporaryDirectory() as folder, Chromium(program, f"{folder}/profile") as browser:
        print(browser.call("Browser.getVersion")["product"])
        tab = browser.tab()
        for domain in ["Page", "Runtime", "Log", "Network"]:
            browser.call(f"{domain}.enable", session=tab)
        prove(browser, tab, axe, pathlib.Path(folder))
        print("| page | kB | ms until ready | problems |\n|---|---|---|---|")
        for page in found:
            steps, count = check(browser, tab, page, axe, pictures), len(problems)
            while True:
                try:
                    problems.append(next(steps))
                except StopIteration as end:
                    ready = end.value
                    break
            print(f"| {page.stem} | {page.stat().st_size / 1000:.1f} | {ready:.0f} | {len(problems) - count} |", flush=True)
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    try:
        main(sys.argv[1], *map(pathlib.Path, sys.argv[2:5]))
    except (OSError, RuntimeError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
