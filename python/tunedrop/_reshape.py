"""Conversions, fixes and splits."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ._data import Customization
from ._progress import Progress, following
from ._records import Data, Path, as_file
from ._tunedrop import convert as _convert
from ._tunedrop import fix as _fix
from ._tunedrop import split as _split


@dataclass(frozen=True)
class Conversion:
    """The result of a conversion."""

    output: pathlib.Path
    written: int
    """Records in the output. If it is 0, there is no output."""
    copied: int
    """Of those, the ones that were in the model's format already."""
    left_out: int
    images: int
    incomplete: bool
    """Whether an array of the input has no closing bracket."""
    notes: tuple[str, ...]
    """Which records were left out or changed, and why."""


def convert(
    data: Data,
    output: Path,
    *,
    model: str,
    type: Customization | None = None,
    from_: str = "auto",
    sheet: str | None = None,
    media: str | None = None,
    force: bool = False,
    catalogue: Path | None = None,
    progress: Progress = None,
) -> Conversion:
    """Converts data to the format that a model needs, as `tunedrop convert` does.

    `from_` is the format of the data, such as `"openai"`; `"auto"` detects it. `sheet` is the sheet of a workbook, and
    `media` the dataset's folder in S3, for images in records. `force` overwrites `output`.
    """
    with as_file(data) as path, following(progress, [path]) as notify:
        done = _convert(
            {
                "input": path,
                "output": os.fspath(output),
                "model": model,
                "customization": type,
                "from_": from_,
                "sheet": sheet,
                "media": media,
                "force": force,
                "catalogue": None if catalogue is None else os.fspath(catalogue),
            },
            notify,
        )
    written, copied, left_out, images, incomplete, notes = done
    return Conversion(pathlib.Path(output), written, copied, left_out, images, incomplete, tuple(notes))


@dataclass(frozen=True)
class FixedFile:
    """The result of fixing a file."""

    output: pathlib.Path
    written: int
    """Records in the output."""
    removed: int
    invalid: int
    """Records in the output that are still invalid."""
    redacted: Mapping[str, int]
    """What was replaced with placeholders: kinds such as `email-address`, and how many."""
    incomplete: bool
    """Whether an array of the input has no closing bracket."""
    notes: tuple[str, ...]
    """Which records were changed or removed, and why."""


def fix(
    data: Data,
    output: Path,
    *,
    model: str,
    type: Customization | None = None,
    drop_invalid: bool = False,
    dedupe: Literal["exact", "near"] = "exact",
    redact: bool = False,
    force: bool = False,
    catalogue: Path | None = None,
    progress: Progress = None,
) -> FixedFile:
    """Fixes mechanical problems, as `tunedrop fix` does. Without `redact`, the text of a record is never changed.

    `drop_invalid` removes records that are still invalid. `dedupe="near"` also removes near-duplicates. `redact` replaces
    secrets and personal data in texts by kind, such as `[EMAIL]`. `force` overwrites `output`.
    """
    with as_file(data) as path, following(progress, [path]) as notify:
        done = _fix(
            {
                "input": path,
                "output": os.fspath(output),
                "model": model,
                "customization": type,
                "drop_invalid": drop_invalid,
                "dedupe": dedupe,
                "redact": redact,
                "force": force,
                "catalogue": None if catalogue is None else os.fspath(catalogue),
            },
            notify,
        )
    written, removed, invalid, redacted, incomplete, notes = done
    return FixedFile(pathlib.Path(output), written, removed, invalid, redacted, incomplete, tuple(notes))


@dataclass(frozen=True)
class SplitFiles:
    """The result of a split."""

    train: pathlib.Path
    validation: pathlib.Path
    train_records: int
    validation_records: int


def split(
    data: Path,
    *,
    validation: str | int = "5%",
    seed: int = 0,
    at_most: int | None = None,
    by_group: bool = False,
    stratify: bool = False,
    train: Path | None = None,
    out_validation: Path | None = None,
    force: bool = False,
    progress: Progress = None,
) -> SplitFiles:
    """Splits a data file into training and validation data, as `tunedrop split` does. Duplicates go into the same file.

    `validation` is a percentage such as `"5%"`, or a number of records. The outputs are beside the input, unless `train`
    and `out_validation` name them. `force` overwrites them.
    """
    with following(progress, [data]) as notify:
        made = _split(
            {
                "input": os.fspath(data),
                "validation": str(validation),
                "seed": seed,
                "at_most": at_most,
                "by_group": by_group,
                "stratify": stratify,
                "train": None if train is None else os.fspath(train),
                "out_validation": None if out_validation is None else os.fspath(out_validation),
                "force": force,
            },
            notify,
        )
    return SplitFiles(pathlib.Path(made[0]), pathlib.Path(made[1]), made[2], made[3])
