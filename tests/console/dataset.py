"""New datasets and the playground, as steps of a walk through the console (walk.py)."""

import json
import pathlib
import shutil

SAMPLE = pathlib.Path(__file__).parents[1] / "samples/crates/nova"
# Milliseconds until what the check found is on the page.
CHECKED_S = 30
ENDED_S = 120
IDLE = "document.querySelector('#part-status')?.dataset.busy === 'false' && !document.querySelector('#uploads').children.length"
FINDINGS = "document.querySelector('#part-findings').textContent"


def drag(walk, *paths):
    """Drags files and folders onto the page, as a file manager does."""
    box = walk.value("(({x, y, width, height}) => [x + width / 2, y + height / 2])(document.querySelector('#drop').getBoundingClientRect())")
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ["dragEnter", "dragOver", "drop"]:
        walk.call("Input.dispatchDragEvent", type=kind, x=box[0], y=box[1], data=data)


def settled(walk, what):
    """Waits until all files are read and checked."""
    walk.until(f"location.pathname !== '/dataset' && {IDLE}", CHECKED_S, what)


def click(walk, selector):
    walk.until(f"!!document.querySelector({json.dumps(selector)})", CHECKED_S, selector)
    walk.value(f"document.querySelector({json.dumps(selector)}).click()")


def write(walk, selector, text, event):
    """Writes into a field, and announces it as a person's input does."""
    name = json.dumps(selector)
    walk.value(f"(() => {{ const field = document.querySelector({name}); field.value = {json.dumps(text)}; field.dispatchEvent(new Event({json.dumps(event)}, {{ bubbles: true }})); }})()")


def table(folder):
    """A folder with a table instead of records."""
    made = pathlib.Path(folder) / "dragged-table"
    made.mkdir()
    rows = "".join(f"What is {at} plus one?,It is {at + 1}.\n" for at in range(150))
    (made / "questions.csv").write_text(f"question,answer\n{rows}")
    return made


def broken(folder):
    """The sample with errors of each kind that the page shows."""
    made = pathlib.Path(folder) / "dragged-broken"
    shutil.copytree(SAMPLE, made)
    lines = (made / "train.jsonl").read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace('"assistant"', '"robot"')
    lines[4] = lines[4][:60] + "\n"
    (made / "train.jsonl").write_text("".join([*lines[:300], *lines[:2]]))
    return made


def dragged(walk, folder):
    """Drags the sample folder in, submits it, and waits until its run succeeded. Returns the run's address."""
    made = pathlib.Path(folder) / "dragged-sample"
    shutil.copytree(SAMPLE, made)
    walk.size(1280, "light")
    walk.visit("/dataset")
    drag(walk, made)
    settled(walk, "the folder's files")
    walk.until("document.querySelector('#status').textContent.startsWith('Valid')", CHECKED_S, "a valid dataset")
    walk.until("document.querySelector('#name').value === 'dragged-sample'", CHECKED_S, "the folder's name")
    draft = walk.value("location.pathname")
    walk.check("dataset-valid", draft)
    walk.size(1280, "light")
    click(walk, "#ask")
    walk.until("document.activeElement.id === 'yes'", CHECKED_S, "the question")
    walk.check("dataset-question", draft)
    walk.size(1280, "light")
    click(walk, "#yes")
    walk.until("location.pathname.startsWith('/runs/dragged-sample-')", ENDED_S, "the run's page")
    return walk.value("location.pathname")


def story(walk, folder):
    """All of it but the upload: errors, a table that is converted, a split, and the recipe both ways."""
    walk.size(1280, "light")
    walk.visit("/dataset")
    drag(walk, broken(folder))
    settled(walk, "the folder's files")
    walk.until(f"{FINDINGS}.includes('train.jsonl:3:')", CHECKED_S, "the finding's line")
    walk.check("dataset-broken", walk.value("location.pathname"))
    walk.size(1280, "light")
    walk.visit("/dataset")
    drag(walk, table(folder))
    settled(walk, "the table")
    click(walk, "#offer-1")
    walk.until("document.activeElement.id === 'apply'", CHECKED_S, "the preview")
    walk.check("dataset-preview", walk.value("location.pathname"))
    walk.size(1280, "light")
    click(walk, "#apply")
    walk.until("document.querySelector('#status').textContent.startsWith('Valid')", CHECKED_S, "a converted dataset")
    write(walk, "#h-epochCount", "3", "change")
    walk.until("document.querySelector('#recipe').value.includes('  epochCount: 3')", CHECKED_S, "the form's value in the text")
    text = walk.value("document.querySelector('#recipe').value")
    walk.value("document.querySelector('#recipe').focus()")
    write(walk, "#recipe", text.replace("epochCount: 3", "epochCount: 4"), "input")
    walk.until("document.querySelector('#h-epochCount').value === '4'", CHECKED_S, "the text's value in the form")
    walk.until("document.querySelector('#part-estimate').textContent.includes('4 (the recipe')", CHECKED_S, "the estimate")
    walk.check("dataset-converted", walk.value("location.pathname"))


def ask_models(walk):
    """Asks the deployed model and its base model, and waits for both answers."""
    walk.size(1280, "light")
    walk.visit("/playground")
    write(walk, "#prompt", "Which crate parses command lines?", "input")
    click(walk, "#ask .primary")
    walk.until("document.querySelector('#state').textContent === 'All answers are complete.'", 60, "the answers")
    answers = walk.value("[...document.querySelectorAll('#answers section')].map((one) => [one.querySelector('pre').textContent, one.querySelector('p').textContent])")
    if len(answers) < 2 or not all(text and "token" in end for text, end in answers):
        raise RuntimeError(f"the answers are {answers}")
    for width in [360, 1280]:
        for scheme in ["light", "dark"]:
            walk.size(width, scheme)
            walk.picture(f"playground-asked-{width}-{scheme}")
