"""The notebook in `python/notebooks` runs from top to bottom, and shows what it is for."""

from __future__ import annotations

import os
import pathlib

import nbformat
from conftest import ROOT
from nbclient import NotebookClient
from nbconvert import HTMLExporter

NOTEBOOK = ROOT / "python/notebooks/prepare.ipynb"


def test_the_notebook_runs(tmp_path: pathlib.Path) -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    assert all(not cell.get("outputs") for cell in book.cells), "commit the notebook without outputs"
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    pages = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert any("<iframe" in page for page in pages), "no report is shown"
    assert any("<table" in page for page in pages), "no frame is shown"
    exporter = HTMLExporter(template_name="basic")  # type: ignore[no-untyped-call]
    page, _ = exporter.from_notebook_node(book)
    # `python/run` takes a picture of it.
    target = os.environ.get("TUNEDROP_NOTEBOOK_PAGE")
    if target:
        style = "body { font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2rem auto; } pre { overflow-x: auto }"
        pathlib.Path(target).write_text(f'<!doctype html><meta charset="utf-8"><style>{style}</style>{page}')


PROGRESS = """
import json, sys, tunedrop
from tunedrop import _progress, _stack
_progress.PATIENCE_S = _progress.EVERY_S = 0
shown, show = [], _progress.Display.show
def keep(self, text):
    shown.append(text)
    show(self, text)
_progress.Display.show = keep
line = json.dumps({"prompt": "word " * 40, "completion": "word " * 40}) + "\\n"
with open("large.jsonl", "w") as file:
    file.writelines(line for _ in range(60_000))
tunedrop.check("large.jsonl", model="titan-text-express", sensitive=True)
print(len(shown) > 1, shown[0].startswith('<progress max="'), "large.jsonl: " in shown[0], repr(shown[-1]))
"""

FOLLOWED = """
with open("fake", "w") as file:
    file.write(f"#!{sys.executable}\\nprint('a <b>\\\\nfollow')\\n")
import os
os.chmod("fake", 0o755)
_stack.program = lambda: os.path.abspath("fake")
print(_stack._follow(["watch"]))
"""


def test_a_notebook_shows_progress(tmp_path: pathlib.Path) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in (PROGRESS, FOLLOWED)]  # type: ignore[no-untyped-call]
    book = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = ["".join(output.get("text", "") for output in cell["outputs"]) for cell in book.cells]
    assert printed[0] == "True True True ''\n"
    assert printed[1] == "(0, ['a <b>', 'follow'])\n"
    pages = [output["data"]["text/html"] for output in book.cells[1]["outputs"] if "data" in output]
    assert pages == ["<pre>a &lt;b&gt;\nfollow</pre>"]
