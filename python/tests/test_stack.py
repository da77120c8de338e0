"""Functions that run the program of the wheel. A script in its place prints what the program prints."""

from __future__ import annotations

import json
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import pytest
import tunedrop
from conftest import ROOT, record
from tunedrop import _stack

RUN_ID = "support-bot-0123456789ab"
ENTRY = {
    "run_id": RUN_ID,
    "dataset": "support-bot",
    "state": "Succeeded",
    "records": 40,
    "model_arn": "arn:aws:bedrock:us-east-1:123456789012:custom-model/a",
    "uploaded_at": "2026-11-30T10:00:00Z",
    "changed_at": "2026-11-30T10:05:00Z",
}
SUBMITTED = f"Uploaded.\n{RUN_ID} Queued\n  Follow it with `tunedrop watch {RUN_ID} --local`\n"

Fake = Callable[[dict[str, tuple[int, str, str]]], pathlib.Path]


@pytest.fixture
def fake(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Replaces the program by one with an exit code, output and errors for each command. It logs its arguments."""

    def install(answers: dict[str, tuple[int, str, str]]) -> pathlib.Path:
        log, path = tmp_path / "log", tmp_path / "tunedrop"
        path.write_text(
            f"#!{sys.executable}\nimport sys\nopen({str(log)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
            f"code, out, err = {answers!r}[sys.argv[1]]\n"
            "sys.stdout.write(out); sys.stderr.write(err); sys.exit(code)\n"
        )
        path.chmod(0o755)
        monkeypatch.setattr(_stack, "program", lambda: str(path))
        return log

    return install


def page(**more: Any) -> str:
    return json.dumps({"version": 1, "stack": "tunedrop", **more})


def test_lists_runs(fake: Fake) -> None:
    log = fake({"runs": (0, page(runs=[ENTRY]), "")})
    (run,) = tunedrop.runs(dataset="support-bot", limit=5, stack="mine", region="us-east-1")
    assert (run.run_id, run.state, run.records, run.reason) == (RUN_ID, "Succeeded", 40, None)
    assert run.entry == ENTRY
    assert log.read_text() == "runs --json --limit 5 --dataset=support-bot --stack=mine --region=us-east-1\n"


def test_submits_and_returns_the_run(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    log = fake({"submit": (0, SUBMITTED, ""), "show": (0, page(run=ENTRY), "")})
    run = tunedrop.submit("datasets/support-bot", name="support-bot", local=True)
    assert run.run_id == RUN_ID
    assert capsys.readouterr().out == SUBMITTED
    submitted, shown = log.read_text().splitlines()
    assert submitted == "submit --yes --wait 15 --name=support-bot --local -- datasets/support-bot"
    assert shown == f"show --json --local -- {RUN_ID}"


def test_the_program_prints_the_command_that_the_id_is_taken_from() -> None:
    assert "  Follow it with `tunedrop watch {run_id}{}`\\n" in (ROOT / "cli/src/submit/wait.rs").read_text()


def test_submit_follows_the_run(fake: Fake) -> None:
    log = fake(
        {"submit": (0, SUBMITTED, ""), "watch": (1, f"{RUN_ID} Failed\n", ""), "show": (0, page(run=ENTRY), "")}
    )
    tunedrop.submit("support-bot", follow=True)
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["submit", "show", "watch", "show"]


def test_submit_raises_with_the_findings(fake: Fake) -> None:
    fake({"submit": (1, "error[too-few-records]: 3 records\n", "error: nothing was uploaded\n")})
    with pytest.raises(tunedrop.TunedropError, match=r"too-few-records(.|\n)*nothing was uploaded"):
        tunedrop.submit("support-bot")


def test_watches_the_newest_run(fake: Fake) -> None:
    held = {**ENTRY, "state": "Held"}
    log = fake(
        {"runs": (0, page(runs=[held]), ""), "watch": (3, "waiting\n", ""), "show": (0, page(run=held), "")}
    )
    assert tunedrop.watch().state == "Held"
    assert "--limit 1" in log.read_text()
    fake({"runs": (0, page(runs=[]), "")})
    with pytest.raises(tunedrop.TunedropError, match="no runs yet"):
        tunedrop.watch()


def test_raises_what_the_program_says(fake: Fake) -> None:
    fake({"runs": (2, "", "error: no Region is set; pass --region, or set AWS_REGION\n")})
    with pytest.raises(tunedrop.TunedropError, match="^no Region is set; pass --region"):
        tunedrop.runs()
    fake({"show": (0, page(run=ENTRY), ""), "watch": (130, "", "")})
    with pytest.raises(KeyboardInterrupt):
        tunedrop.watch(RUN_ID)


def test_the_program_of_the_wheel_checks_before_it_uploads(tmp_path: pathlib.Path) -> None:
    (tmp_path / "job.yaml").write_text("base_model: nova-lite\n")
    (tmp_path / "train.jsonl").write_text(json.dumps(record(1)) + "\n")
    with pytest.raises(tunedrop.TunedropError, match=r"too-few-records(.|\n)*nothing was uploaded"):
        tunedrop.submit(tmp_path, name="support-bot", local=True)
