"""Charts, keys, and pages without script, as steps of a walk through the console (walk.py)."""

STEPS = "document.querySelector('figure.chart').dataset.steps"
READOUT = "document.querySelector('figure.chart .readout').textContent"


def mouse(walk, kind, x, y):
    walk.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="none" if kind == "mouseMoved" else "left", buttons=0 if kind == "mouseReleased" else 1, clickCount=1)


def press(walk, key, code):
    """Presses a key, which also writes its character if it has one."""
    text = {"text": key} if len(key) == 1 else {}
    walk.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
    walk.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)


def plot(walk):
    """The first chart's box on the screen: left, top, width and height."""
    return walk.value("(() => { const svg = document.querySelector('figure.chart svg.wide'); svg.scrollIntoView({block: 'center'}); const {x, y, width, height} = svg.getBoundingClientRect(); return [x, y, width, height]; })()")


def zoom(walk, run):
    """Reads values with the mouse, drags over a part of the chart, and comes back with the button, the keys and the links."""
    walk.size(1280, "light")
    walk.visit(f"/runs/{run}")
    whole = walk.value(STEPS)
    left, top, width, height = plot(walk)
    at = lambda share: left + width * share
    mouse(walk, "mouseMoved", at(0.4), top + height / 2)
    walk.until(f"{READOUT}.startsWith('step ')", 2, "the values under the mouse")
    mouse(walk, "mousePressed", at(0.4), top + height / 2)
    mouse(walk, "mouseMoved", at(0.6), top + height / 2)
    walk.until("document.querySelector('.chosen').getAttribute('width') > 50", 2, "the part that is dragged over")
    mouse(walk, "mouseReleased", at(0.8), top + height / 2)
    walk.until(f"location.search.includes('from=') && {STEPS} !== '{whole}'", 5, "the part of the chart")
    part = walk.value("location.pathname + location.search")
    walk.check("zoomed", part)
    walk.size(1280, "light")
    walk.visit(f"/runs/{run}")
    walk.value("document.querySelector('#stage-1').focus()")
    press(walk, "+", 187)
    walk.until(f"location.search.includes('from=') && {STEPS} !== '{whole}'", 5, "the part around the middle")
    walk.until("document.activeElement.id === 'stage-1'", 5, "the focus on the chart")
    press(walk, "0", 48)
    walk.until(f"location.search === '' && {STEPS} === '{whole}'", 5, "all steps")
    walk.value("history.back()")
    walk.until(f"location.search.includes('from=') && {STEPS} !== '{whole}'", 5, "the part, after the back button")
    walk.value("document.querySelector('#zoom-all').click()")
    walk.until(f"location.search === '' && {STEPS} === '{whole}'", 5, "all steps, after the link")


def compare(walk, runs):
    """Reads the values of all runs at once."""
    walk.size(1280, "light")
    walk.visit("/compare?" + "&".join(f"run={run}" for run in runs))
    left, top, width, height = plot(walk)
    mouse(walk, "mouseMoved", left + width / 2, top + height / 2)
    everything = " && ".join(f"{READOUT}.includes('{run} ')" for run in runs)
    walk.until(everything, 2, "the losses of all runs under the mouse")


def keys(walk):
    """Skips to the content, moves in the list, and opens a run, with keys alone."""
    walk.size(1280, "light")
    walk.visit("/")
    press(walk, "Tab", 9)
    walk.until("document.activeElement.className === 'skip'", 2, "the link that skips the navigation")
    walk.value("document.querySelector('#runs tbody th a').focus()")
    press(walk, "ArrowDown", 40)
    second = walk.value("document.querySelectorAll('#runs tbody th a')[1].textContent")
    walk.until(f"document.activeElement.textContent === '{second}'", 2, "the second row")
    press(walk, "x", 88)
    walk.until("document.querySelectorAll('#runs tbody input')[1].checked", 2, "its box")
    press(walk, "\r", 13)
    walk.until(f"location.pathname === '/runs/{second}'", 5, "the page of the run")
    walk.value("history.back()")
    walk.until("location.pathname === '/' && !!document.querySelector('#runs tbody th a')", 5, "the list again")


def without_script(walk, run):
    """Everything can be read without script, and links lead to the rest."""
    walk.call("Emulation.setScriptExecutionDisabled", value=True)
    walk.size(1280, "light")
    for path in ["/", f"/runs/{run}", f"/compare?run={run}", "/dataset", "/playground", "/inventory"]:
        walk.visit(path)
        if walk.value("document.querySelector('main h1, main h2') === null"):
            raise RuntimeError(f"{path} is empty without script")
    walk.visit(f"/runs/{run}")
    walk.visit(walk.value("document.querySelector('#zoom-in').href"))
    if "from=" not in walk.value("location.search") or walk.value("document.querySelector('#zoom-all') === null"):
        raise RuntimeError("the links below a chart don't work without script")
    walk.call("Emulation.setScriptExecutionDisabled", value=False)
