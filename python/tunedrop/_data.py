"""Checks and estimates."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from ._progress import Progress, following
from ._records import Data, Path, is_path, pieces
from ._report import Report, TokenRange
from ._tunedrop import TunedropError
from ._tunedrop import check as _check
from ._tunedrop import estimate as _estimated

if TYPE_CHECKING:
    from ._tunedrop import DataArguments

Customization: TypeAlias = Literal[
    "fine-tuning", "continued-pre-training", "distillation", "reinforcement-fine-tuning"
]
Role: TypeAlias = Literal["train", "validation"]
Quality: TypeAlias = Literal["off", "standard", "thorough"]


def check(
    data: Data,
    validation: Data | None = None,
    *,
    model: str | None = None,
    type: Customization | None = None,
    role: Role | None = None,
    strict: bool = False,
    sensitive: bool = False,
    quality: Quality | None = None,
    excerpts: bool = True,
    catalogue: Path | None = None,
    progress: Progress = None,
) -> Report:
    """Checks data as `tunedrop check` does, without an AWS account.

    `data` is a file, a dataset's folder, a list of records, or a data frame. With `validation`, `data` is the training
    data. Only a folder with a recipe needs no `model`.

    `strict` treats warnings as errors. `sensitive` also finds secrets and personal data. `quality` looks for what makes a
    model worse although every record is valid; by default, it is what a folder's recipe says, or `"off"`. Without
    `excerpts`, text and page don't show the data around findings. `catalogue` is a file that extends the built-in one.

    Raises `TunedropError` if an argument is wrong, or if a file can't be read.
    """
    both = [data] if validation is None else [data, validation]
    arguments = _arguments(both, model, type, role, catalogue)
    with following(progress, both) as notify:
        report = Report(_check(arguments, sensitive, strict, quality, excerpts, notify))
    unreadable = report.to_dict()["unreadable"]
    if unreadable:
        raise TunedropError("\n".join(f"{one['path']} can't be read: {one['reason']}" for one in unreadable))
    return report


@dataclass(frozen=True)
class Estimate:
    """What training on a file costs."""

    path: str
    model: str
    type: str
    records: int
    valid_records: int
    records_with_media: int
    characters: int
    tokens: TokenRange | None
    """`None` if no record is valid."""
    tokens_from: str | None
    """What the number of tokens rests on."""
    sample: dict[str, Any] | None
    """What Bedrock counted, with `--sample` of the command; `None` here."""
    epochs: int
    epochs_from: str
    billed: TokenRange | None
    """The tokens, times the epochs."""
    price_per_1k_tokens: float | None
    price_from: str | None
    low_usd: float | None
    """The cost; `None` if the price is unknown."""
    high_usd: float | None
    evaluation: dict[str, Any] | None
    """What the recipe's evaluation costs at most, if it asks for one."""
    throughput: dict[str, Any] | None
    """The recipe's deployment on provisioned throughput, billed by the hour; None if there is none."""


def estimate(
    data: Data,
    *,
    model: str | None = None,
    type: Customization | None = None,
    epochs: int | None = None,
    price_per_1k: float | None = None,
    catalogue: Path | None = None,
    progress: Progress = None,
) -> Estimate:
    """Estimates the billed tokens and the cost of training on `data`, as `tunedrop estimate` does.

    Without `epochs` and `price_per_1k` (in USD, for 1,000 tokens), those of the recipe or of the catalogue apply.

    Raises `TunedropError` if an argument is wrong, a file can't be read, or the recipe has errors.
    """
    with following(progress, [data]) as notify:
        arguments = _arguments([data], model, type, None, catalogue)
        text, problems = _estimated(arguments, epochs, price_per_1k, notify)
    files = json.loads(text)["files"]
    if problems or not files:
        raise TunedropError("\n".join(problems) or "no training file was read")
    return _estimate(files[0])


def _estimate(file: dict[str, Any]) -> Estimate:
    cost: dict[str, float] = file.pop("cost_usd") or {}
    for name in ("tokens", "billed"):
        file[name] = file[name] and TokenRange(**file[name])
    return Estimate(**file, low_usd=cost.get("low"), high_usd=cost.get("high"))


def _arguments(
    data: list[Data],
    model: str | None,
    type: str | None,
    role: str | None,
    catalogue: Path | None,
) -> DataArguments:
    names = ["<records>", "<validation records>"]
    return {
        "sources": [_source(one, name) for one, name in zip(data, names)],
        "model": model,
        "customization": type,
        "role": role,
        "catalogue": None if catalogue is None else os.fspath(catalogue),
    }


def _source(data: Data, name: str) -> tuple[str, Iterator[bytes] | None]:
    if is_path(data):
        return os.fspath(cast(Path, data)), None
    return name, pieces(data)
