"""Runs in a stack, by the program `tunedrop` of this package: AWS's SDK is in the program only."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from ._binary import program
from ._progress import Display, in_notebook
from ._records import Path
from ._tunedrop import TunedropError

# How many of the last lines a notebook shows.
LINES = 12

# The exit codes of a command that reached the run: done, not successful, waits for approval.
ANSWERED = (0, 1, 3)


@dataclass(frozen=True)
class Run:
    """A run in the ledger of a stack."""

    run_id: str
    dataset: str
    state: str
    """Such as `Queued`, `Running` or `Succeeded`: docs/contract.md explains the states."""
    reason: str | None
    """Why it has this state, if it failed or was refused."""
    records: int | None
    model_arn: str | None
    job_arn: str | None
    uploaded_at: str
    changed_at: str
    entry: Mapping[str, Any]
    """All of the ledger's entry, as `tunedrop show --json` prints it."""


def runs(
    *,
    dataset: str | None = None,
    state: str | None = None,
    limit: int = 20,
    stack: str | None = None,
    profile: str | None = None,
    region: str | None = None,
    local: bool = False,
) -> list[Run]:
    """Lists runs, newest first, as `tunedrop runs` does."""
    arguments = ["runs", "--json", "--limit", str(limit)]
    arguments += _options(dataset=dataset, state=state) + _stack(stack, profile, region, local)
    return [_run(entry) for entry in _answer(arguments)["runs"]]


def watch(
    run: str | None = None,
    *,
    stack: str | None = None,
    profile: str | None = None,
    region: str | None = None,
    local: bool = False,
) -> Run:
    """Follows a run until it ends or waits for approval, as `tunedrop watch` does. Prints its states meanwhile.

    `run` is a run's id or the beginning of one, or a dataset. Without it, the newest run is followed.
    """
    where = _stack(stack, profile, region, local)
    if run is None:
        newest = _answer(["runs", "--json", "--limit", "1", *where])["runs"]
        if not newest:
            raise TunedropError("the stack has no runs yet")
        run = str(newest[0]["run_id"])
    # The name of a dataset means its newest run, and another upload may come meanwhile.
    run_id = str(_answer(["show", "--json", *where, "--", run])["run"]["run_id"])
    _follow(["watch", *where, "--", run_id])
    return _run(_answer(["show", "--json", *where, "--", run_id])["run"])


def submit(
    folder: Path,
    *,
    name: str | None = None,
    follow: bool = False,
    wait_minutes: int = 15,
    stack: str | None = None,
    profile: str | None = None,
    region: str | None = None,
    local: bool = False,
) -> Run:
    """Checks a dataset's folder, uploads it, and returns its run, as `tunedrop submit --yes` does.

    With `follow`, waits until the run ends. `wait_minutes` is the time to wait for the result of the validation.

    Raises `TunedropError` if the dataset is invalid or incomplete. The message has the findings.
    """
    where = _stack(stack, profile, region, local)
    arguments = ["submit", "--yes", "--wait", str(wait_minutes), *_options(name=name), *where, "--", os.fspath(folder)]
    code, lines = _follow(arguments)
    # Its last line is the command that follows the run.
    named = re.search(r"`tunedrop watch (\S+?)[ `]", lines[-1] if lines else "")
    if code != 0 or named is None:
        raise TunedropError("\n".join(lines))
    if follow:
        return watch(named[1], stack=stack, profile=profile, region=region, local=local)
    return _run(_answer(["show", "--json", *where, "--", named[1]])["run"])


def _run(entry: Mapping[str, Any]) -> Run:
    return Run(
        run_id=entry["run_id"],
        dataset=entry["dataset"],
        state=entry["state"],
        reason=entry.get("reason"),
        records=entry.get("records"),
        model_arn=entry.get("model_arn"),
        job_arn=entry.get("job_arn"),
        uploaded_at=entry["uploaded_at"],
        changed_at=entry["changed_at"],
        entry=entry,
    )


def _stack(stack: str | None, profile: str | None, region: str | None, local: bool) -> list[str]:
    return _options(stack=stack, profile=profile, region=region) + (["--local"] if local else [])


def _options(**values: str | None) -> list[str]:
    return [f"--{name}={value}" for name, value in values.items() if value is not None]


def _answer(arguments: list[str]) -> dict[str, Any]:
    """Runs a command that prints JSON."""
    done = subprocess.run([program(), *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise TunedropError(_message(done.stderr))
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _message(printed: str) -> str:
    return printed.strip().removeprefix("error: ") or "the command tunedrop failed"


def _follow(arguments: list[str]) -> tuple[int, list[str]]:
    """Runs a command, and shows its lines while it runs. Returns its exit code and the lines."""
    lines: list[str] = []
    display = Display() if in_notebook() else None
    with subprocess.Popen(
        [program(), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        errors: list[str] = []
        reader = threading.Thread(target=_drain, args=(process.stderr, errors))
        reader.start()
        try:
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                if display is None:
                    print(lines[-1], flush=True)
                else:
                    display.show(f"<pre>{html.escape(chr(10).join(lines[-LINES:]))}</pre>")
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
            raise
        finally:
            reader.join()
        code = process.wait()
    if code == 130:
        raise KeyboardInterrupt
    if code not in ANSWERED:
        raise TunedropError(_message("".join(errors)))
    return code, lines + "".join(errors).splitlines()


def _drain(stream: IO[str], into: list[str]) -> None:
    into.extend(stream)
