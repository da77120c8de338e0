"""The report: values, text, page, exceptions."""

from __future__ import annotations

import dataclasses
import html
import json
import pathlib
import re
from collections.abc import Callable

import pytest
import tunedrop
from conftest import record

BAD = [*(record(number) for number in range(9)), {**record(9), "messages": []}]


def test_findings_are_frozen() -> None:
    report = tunedrop.check(BAD, model="nova-lite")
    finding = report.findings[0]
    assert (finding.path, finding.line, finding.severity) == ("<records>", 10, "error")
    assert finding.message and finding.help
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding.line = 1  # type: ignore[misc]  # what is wrong here
    assert {finding, dataclasses.replace(finding)} == {finding}


def test_a_report_has_the_numbers_of_its_json() -> None:
    report = tunedrop.check(BAD, model="nova-lite")
    loaded = json.loads(report.to_json())
    assert report.to_dict() == loaded
    assert (report.valid, report.errors, report.warnings) == (False, loaded["errors"], loaded["warnings"])
    assert repr(report) == f"<Report invalid: 10 records, {report.errors} errors, {report.warnings} warnings>"


def test_raises_for_errors_with_the_text() -> None:
    report = tunedrop.check(BAD, model="nova-lite")
    with pytest.raises(tunedrop.ValidationError, match=r"<records>:10:\d+") as raised:
        report.raise_for_errors()
    assert raised.value.report is report
    assert str(raised.value) == str(report)
    tunedrop.check(BAD[:9], model="nova-lite").raise_for_errors()


def test_warnings_are_errors_only_if_strict() -> None:
    rows = [*BAD[:9], BAD[0]]
    tunedrop.check(rows, model="nova-lite").raise_for_errors()
    report = tunedrop.check(rows, model="nova-lite", strict=True)
    assert (report.errors, report.valid, report.strict) == (0, False, True)
    with pytest.raises(tunedrop.ValidationError):
        report.raise_for_errors()


def test_findings_are_a_pandas_frame() -> None:
    frame = tunedrop.check(BAD, model="nova-lite").to_pandas()
    names = ["code", "severity", "path", "line", "column", "pointer", "message", "help"]
    assert list(frame.columns) == names
    assert frame["line"].tolist()[0] == 10
    assert list(tunedrop.check(BAD[:9], model="nova-lite").to_pandas().columns) == names


def test_a_notebook_shows_the_page_in_a_frame_of_its_own() -> None:
    report = tunedrop.check([*BAD[:9], {**record(9), "messages": "<script>alert(1)</script>"}], model="nova-lite")
    shown = report._repr_html_()
    assert shown.startswith('<iframe title="Report of tunedrop" sandbox="" ')
    page = re.search(r'srcdoc="([^"]*)"', shown)
    assert page and html.unescape(page[1]) == report.to_html()
    assert "Invalid: fix 1 error" in report.to_html()
    assert "<script" not in report.to_html()


def test_excerpts_can_be_left_out() -> None:
    rows = [*BAD[:9], record(9) | {"messages": [{"role": "user", "content": [{"text": "secret words"}]}]}]
    with_excerpts = tunedrop.check(rows, model="nova-lite")
    assert "secret words" in str(with_excerpts) and "secret words" in with_excerpts.to_html()
    without = tunedrop.check(rows, model="nova-lite", excerpts=False)
    assert "secret words" not in str(without) and "secret words" not in without.to_html()
    assert without.to_json() == with_excerpts.to_json()


def test_says_what_is_wrong_with_arguments(tmp_path: pathlib.Path, train: pathlib.Path) -> None:
    gone = tmp_path / "gone.jsonl"
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: tunedrop.check(gone, model="nova-lite"), "gone.jsonl can't be read: no such file or folder"),
        (lambda: tunedrop.check(train), 'choose the base model, such as model="nova-lite"'),
        (lambda: tunedrop.check(train, model="nova-lit"), "did you mean nova-lite"),
        (lambda: tunedrop.check("s3://bucket/a.jsonl", model="nova-lite"), "reads files on this machine only"),
        (lambda: tunedrop.check("-", model="nova-lite"), "standard input is for the command line"),
        (lambda: tunedrop.estimate(train, model="nova-lite", epochs=0), "epochs must be 1 to 1,000,000"),
        (lambda: tunedrop.estimate(train, model="nova-lite", price_per_1k=-1), "at least 0"),
        (lambda: tunedrop.convert(train, train, model="nova-lite"), "is the input"),
        (lambda: tunedrop.convert(train, tmp_path / "o", model="nova-lite", from_="x"), "unknown format"),
        (lambda: tunedrop.split(train, validation="x"), "validation: "),
    ]
    for call, words in calls:
        with pytest.raises(tunedrop.TunedropError, match=re.escape(words)):
            call()
