"""A user's file. The type checkers check it; nothing runs it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping

import datasets  # type: ignore[import-untyped, unused-ignore]
import pandas
import polars
import tunedrop


def records() -> Iterator[Mapping[str, object]]:
    yield {"prompt": "a", "completion": "b"}


def checks(frame: pandas.DataFrame, table: polars.DataFrame, data: datasets.Dataset) -> None:
    reports: list[tunedrop.Report] = [
        tunedrop.check("train.jsonl", model="nova-lite"),
        tunedrop.check(pathlib.Path("train.jsonl"), "validation.jsonl", model="nova-lite", type="fine-tuning"),
        tunedrop.check([{"prompt": "a", "completion": "b"}], model="titan-text-express", strict=True),
        tunedrop.check(records(), model="titan-text-express", progress=lambda read: print(read)),
        tunedrop.check(frame, model="nova-lite"),
        tunedrop.check(table, model="nova-lite"),
        tunedrop.check(table.lazy(), model="nova-lite"),
        tunedrop.check(data, model="nova-lite"),
    ]
    for report in reports:
        for finding in report.findings:
            line: int | None = finding.line
            print(finding.code, finding.path, line, finding.help)
        p95: int | None = report.files[0].statistics.tokens_p95
        errors: pandas.DataFrame = report.to_pandas()
        print(p95, len(errors), report.to_dict()["version"])
    try:
        reports[0].raise_for_errors()
    except tunedrop.ValidationError as error:
        print(error.report.errors)


def prepares() -> None:
    done: tunedrop.Conversion = tunedrop.convert("chat.jsonl", "train.jsonl", model="nova-lite", from_="openai")
    fixed: tunedrop.FixedFile = tunedrop.fix(done.output, "fixed.jsonl", model="nova-lite", redact=True)
    print(fixed.redacted.get("email-address", 0))
    files: tunedrop.SplitFiles = tunedrop.split(fixed.output, validation=200, seed=1)
    made: tunedrop.Estimate = tunedrop.estimate(files.train, model="nova-lite", price_per_1k=0.002)
    print(made.billed.high if made.billed else None, tunedrop.advise(behavior="yes").next)


def trains() -> tunedrop.Run:
    newest: list[tunedrop.Run] = tunedrop.runs(limit=1, local=True)
    run = tunedrop.submit("datasets/support-bot", follow=True, profile="work", region="us-east-1")
    print(newest, run.model_arn)
    return tunedrop.watch(run.run_id)
