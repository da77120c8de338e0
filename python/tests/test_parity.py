"""The package finds exactly what the command line finds."""

from __future__ import annotations

import json
import pathlib
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import tunedrop
from conftest import fixtures, record
from tunedrop._records import pieces

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(("path", "model", "kind", "sensitive"), fixtures())
def test_json_equals_that_of_the_command_line(
    path: pathlib.Path, model: str, kind: Any, sensitive: bool, cli: Cli
) -> None:
    pack = ["--sensitive"] if sensitive else []
    expected = cli("check", path, "--model", model, "--type", kind, "--format", "json", *pack)
    report = tunedrop.check(path, model=model, type=kind, sensitive=sensitive)
    assert report.to_json() == expected.stdout
    assert report.valid == (expected.returncode == 0)
    text = cli("check", path, "--model", model, "--type", kind, *pack)
    assert str(report) == text.stdout


def as_records(path: pathlib.Path) -> list[Any] | None:
    """The records of a file, if each line is a JSON object."""
    try:
        rows = [json.loads(line) for line in path.read_bytes().decode().split("\n") if line.strip()]
    except ValueError:
        return None
    return rows if rows and all(isinstance(row, dict) for row in rows) else None


def test_records_have_the_findings_of_a_file_with_the_same_lines(tmp_path: pathlib.Path) -> None:
    compared = 0
    for parameters in fixtures():
        path, model, kind, sensitive = parameters.values
        rows = as_records(path)
        try:
            lines = b"".join(pieces(rows)) if rows else b""
        except ValueError:
            continue  # NaN, which Python reads
        if rows is None:
            continue
        file = tmp_path / "records.jsonl"
        file.write_bytes(lines)
        options: dict[str, Any] = {"model": model, "type": kind, "sensitive": sensitive}
        of_file, of_records = tunedrop.check(file, **options), tunedrop.check(iter(rows), **options)
        (one,), (other,) = of_file.files, of_records.files
        assert other.statistics == one.statistics, path
        assert other.counts == one.counts, path
        where = [(finding.code, finding.line, finding.column, finding.pointer) for finding in one.findings]
        assert [(finding.code, finding.line, finding.column, finding.pointer) for finding in other.findings] == where
        compared += 1
    assert compared > 100


def test_two_files_are_a_dataset(tmp_path: pathlib.Path, train: pathlib.Path, cli: Cli) -> None:
    validation = tmp_path / "validation.jsonl"
    validation.write_text("".join(train.read_text().splitlines(keepends=True)[:3]))
    expected = cli("check", train, validation, "--model", "nova-lite", "--format", "json", "--strict")
    report = tunedrop.check(train, validation, model="nova-lite", strict=True)
    assert report.to_json() == expected.stdout
    assert [file.role for file in report.files] == ["train", "validation"]
    assert report.files[1].statistics.leaked == 3
    rows = [json.loads(line) for line in train.read_text().splitlines()]
    mixed = tunedrop.check(train, rows[:3], model="nova-lite", strict=True)
    assert mixed.files[1].counts == report.files[1].counts
    assert mixed.files[1].path == "<validation records>"


def test_a_folder_is_a_dataset(tmp_path: pathlib.Path, train: pathlib.Path, cli: Cli) -> None:
    (tmp_path / "job.yaml").write_text("base_model: nova-lite\nvalidation: gone.jsonl\n")
    expected = cli("check", tmp_path, "--format", "json")
    report = tunedrop.check(tmp_path)
    assert report.to_json() == expected.stdout
    missing = [finding for finding in report.findings if finding.code == "missing-file"]
    assert missing and missing[0].path.endswith("job.yaml")


def test_converts_fixes_and_splits_as_the_command_line_does(tmp_path: pathlib.Path, cli: Cli) -> None:
    pairs = tmp_path / "pairs.jsonl"
    rows = [{"prompt": f"Question {number}", "completion": f"Answer {number}"} for number in range(40)]
    pairs.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"other": 1}]))
    cli("convert", pairs, "--model", "nova-lite", "-o", tmp_path / "expected.jsonl")
    done = tunedrop.convert(pairs, tmp_path / "converted.jsonl", model="nova-lite")
    assert (done.written, done.copied, done.left_out, done.images, done.incomplete) == (40, 0, 1, 0, False)
    assert done.output.read_bytes() == (tmp_path / "expected.jsonl").read_bytes()
    assert any(note.startswith("left out: record 41: ") for note in done.notes)
    of_records = tunedrop.convert(rows, tmp_path / "of-records.jsonl", model="nova-lite")
    assert of_records.output.read_bytes() == done.output.read_bytes()

    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(b"\xef\xbb\xbf" + done.output.read_bytes() * 2 + b'{"messages": []}\n')
    cli("fix", broken, "--model", "nova-lite", "--drop-invalid", "-o", tmp_path / "expected-fixed.jsonl")
    fixed = tunedrop.fix(broken, tmp_path / "fixed.jsonl", model="nova-lite", drop_invalid=True)
    assert (fixed.written, fixed.removed, fixed.invalid) == (40, 41, 0)
    assert fixed.output.read_bytes() == (tmp_path / "expected-fixed.jsonl").read_bytes()

    personal = tmp_path / "personal.jsonl"
    personal.write_bytes(done.output.read_bytes().replace(b'"text":"', b'"text":"ada@example.com '))
    cli("fix", personal, "--model", "nova-lite", "--redact", "-o", tmp_path / "expected-redacted.jsonl")
    redacted = tunedrop.fix(personal, tmp_path / "redacted.jsonl", model="nova-lite", redact=True)
    assert redacted.redacted["email-address"] == personal.read_bytes().count(b"ada@example.com") > 0
    assert redacted.output.read_bytes() == (tmp_path / "expected-redacted.jsonl").read_bytes()
    assert b"ada@example.com" not in redacted.output.read_bytes()
    assert fixed.redacted == {}

    cli("split", fixed.output, "--seed", 3, "--train", tmp_path / "a.jsonl", "--out-validation", tmp_path / "b.jsonl")
    made = tunedrop.split(fixed.output, seed=3)
    assert (made.train.name, made.validation.name) == ("fixed.train.jsonl", "fixed.validation.jsonl")
    assert (made.train_records, made.validation_records) == (38, 2)
    assert made.train.read_bytes() == (tmp_path / "a.jsonl").read_bytes()
    assert made.validation.read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_estimates_as_the_command_line_does(train: pathlib.Path, cli: Cli) -> None:
    options = ["--model", "nova-lite", "--epochs", 3, "--price-per-1k", 0.002]
    (expected,) = json.loads(cli("estimate", train, *options, "--json").stdout)["files"]
    made = tunedrop.estimate(train, model="nova-lite", epochs=3, price_per_1k=0.002)
    assert made.billed is not None and made.tokens is not None
    assert (made.billed.low, made.billed.high) == (expected["billed"]["low"], expected["billed"]["high"])
    assert (made.low_usd, made.high_usd) == (expected["cost_usd"]["low"], expected["cost_usd"]["high"])
    assert made.epochs_from == expected["epochs_from"]
    of_records = tunedrop.estimate([record(number) for number in range(20)], model="nova-lite")
    assert of_records.tokens == made.tokens and of_records.low_usd is None


def test_advises_as_the_command_line_does(tmp_path: pathlib.Path, cli: Cli) -> None:
    answers = tmp_path / "answers.toml"
    form = cli("advise", "--questions").stdout
    answers.write_text(form.replace('behavior = "no"', 'behavior = "yes"').replace('data = "none"', 'data = "pairs"'))
    expected = json.loads(cli("advise", "--answers", answers, "--json").stdout)
    made = tunedrop.advise(behavior="yes", data="pairs")
    assert (made.advice, made.why) == (expected["advice"], expected["why"])
    assert list(made.next) == expected["next"] and dict(made.answers) == expected["answers"]
    assert [question.id for question in tunedrop.advise_questions()] == [
        line.split(" = ")[0] for line in form.splitlines() if line and not line.startswith("#")
    ]
    with pytest.raises(tunedrop.TunedropError, match="not one of: no, somewhat, yes"):
        tunedrop.advise(behavior="maybe")
