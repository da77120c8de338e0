"""Records from memory: mappings, and the data frames of several libraries."""

from __future__ import annotations

import datetime
import math
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import datasets  # type: ignore[import-untyped, unused-ignore]
import numpy
import pandas
import polars
import pyarrow  # type: ignore[import-untyped]
import pytest
import tunedrop
from conftest import record

ROWS = [record(number) for number in range(2_500)]
# One record has a system prompt, so a frame has a column that is mostly empty. pyarrow knows the keys of the first record only.
ROWS[0] = {**ROWS[0], "system": [{"text": "Be brief."}]}

FRAMES: dict[str, Callable[[], Any]] = {
    "list": lambda: ROWS,
    "generator": lambda: (row for row in ROWS),
    "pandas": lambda: pandas.DataFrame(ROWS),
    "polars": lambda: polars.DataFrame(ROWS),
    "lazy": lambda: polars.DataFrame(ROWS).lazy(),
    "arrow": lambda: pyarrow.Table.from_pylist(ROWS),
    "pandas of arrow": lambda: pyarrow.Table.from_pylist(ROWS).to_pandas(),
    "hugging face": lambda: datasets.Dataset.from_list(ROWS),
    "hugging face stream": lambda: datasets.Dataset.from_list(ROWS).to_iterable_dataset(),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_of_frame_has_the_same_result(kind: str) -> None:
    expected, report = tunedrop.check(ROWS, model="nova-lite"), tunedrop.check(FRAMES[kind](), model="nova-lite")
    (one,), (other,) = expected.files, report.files
    assert (other.records, other.counts) == (2_500, one.counts)
    assert (other.statistics.tokens, other.statistics.turns) == (one.statistics.tokens, one.statistics.turns)
    assert other.statistics.with_system == 1
    assert other.path == "<records>"


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_of_frame_can_be_converted(kind: str, tmp_path: pathlib.Path) -> None:
    done = tunedrop.convert(FRAMES[kind](), tmp_path / "train.jsonl", model="nova-lite")
    assert (done.written, done.left_out) == (2_500, 0)
    assert tunedrop.check(done.output, model="nova-lite").valid


def test_findings_have_the_number_of_the_record() -> None:
    rows = [*ROWS[:10], {**record(10), "messages": []}, *ROWS[11:20]]
    for frame in (rows, pandas.DataFrame(rows), polars.DataFrame(rows)):
        report = tunedrop.check(frame, model="nova-lite")
        assert 11 in {finding.line for finding in report.findings}


def test_a_null_of_a_frame_is_a_missing_key() -> None:
    frame = pandas.DataFrame({"prompt": ["a", None, "c"], "completion": ["x", "y", math.nan]})
    report = tunedrop.check(frame, model="titan-text-express", type="fine-tuning")
    assert {finding.line for finding in report.findings if finding.code == "missing-key"} == {2, 3}


def test_numbers_of_numpy_are_numbers() -> None:
    rows = [{**row, "weight": numpy.float32(0.5), "ids": numpy.array([1, 2])} for row in ROWS[:10]]
    report = tunedrop.check(rows, model="nova-lite")
    assert report.files[0].records == 10 and "invalid-json" not in report.files[0].counts


def test_says_which_record_is_no_json() -> None:
    for value, words in [
        (datetime.date(2026, 1, 1), "record 2 can't be written as JSON: it has a value of type date"),
        (math.nan, "record 2 can't be written as JSON: Out of range float values"),
        (b"bytes", "it has a value of type bytes"),
    ]:
        with pytest.raises((TypeError, ValueError), match=words):
            tunedrop.check([{"a": 1}, {"a": value}], model="nova-lite")
    with pytest.raises(TypeError, match="record 1 is of type str; expected a mapping"):
        tunedrop.check(["{}"], model="nova-lite")  # type: ignore[list-item]  # what is wrong here


def test_says_what_is_no_data() -> None:
    splits = datasets.DatasetDict({"train": datasets.Dataset.from_list(ROWS[:10])})
    for data, words in [
        ({"prompt": "a"}, "found one record"),
        (splits, r"pass one, such as data\['train'\]"),
        (b"train.jsonl", "found bytes"),
        (7, "found int"),
    ]:
        with pytest.raises(TypeError, match=words):
            tunedrop.check(data, model="nova-lite")


def test_an_exception_of_a_generator_is_raised() -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield record(1)
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        tunedrop.check(rows(), model="nova-lite")


def test_text_that_is_no_unicode_is_a_finding() -> None:
    rows = [*ROWS[:9], record(0) | {"system": [{"text": "\ud800"}]}]
    assert "invalid-utf8" in tunedrop.check(rows, model="nova-lite").files[0].counts
