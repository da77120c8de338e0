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
