"""The result of a check."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ._tunedrop import Checked, TunedropError

if TYPE_CHECKING:
    import pandas

# In CSS pixels. The reader can make the report higher.
HEIGHT_LEAST, HEIGHT_MOST, HEIGHT_OF_FINDING = 480, 760, 90

T = TypeVar("T")


class ValidationError(TunedropError):
    """The data has errors. The message is the text of the report."""

    report: Report

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


@dataclass(frozen=True)
class Finding:
    """A problem in the data."""

    code: str
    """Stable, such as `unpaired-turn`. `tunedrop explain CODE` explains it."""
    severity: Literal["error", "warning"]
    path: str
    """The file, as it was passed."""
    line: int | None
    """From 1; `None` for a finding about the whole file."""
    column: int | None
    """From 1, in bytes of the line."""
    pointer: str
    """JSON pointer to the deepest valid parent; empty for the whole record."""
    message: str
    help: str


@dataclass(frozen=True)
class TokenRange:
    """An estimate. Bedrock's tokenizers aren't public."""

    low: int
    high: int


@dataclass(frozen=True)
class Statistics:
    """What a data file contains. `bytes`, `records`, `with_media` and `media` are of all records, the others of valid ones."""

    bytes: int
    records: int
    valid_records: int
    turns: int
    characters: int
    tokens: TokenRange
    longest_tokens: TokenRange
    longest_line: int
    """The line of the longest record."""
    duplicates: int
    leaked: int
    """Records of a validation file that are in the training file too."""
    with_system: int
    different_systems: int
    with_media: int
    media: int
    tokens_p50: int | None
    """Half of the records have at most this many tokens."""
    tokens_p95: int | None
    sensitive: Mapping[str, int]
    """Secrets and personal data in all records: kinds such as `email-address`, and how many."""


@dataclass(frozen=True)
class FileReport:
    """The result for one data file."""

    path: str
    role: Literal["train", "validation"]
    model: str
    """The alias of the model whose rules apply."""
    type: str
    """The customization type."""
    records: int
    errors: int
    warnings: int
    counts: Mapping[str, int]
    """All findings by code, also those that aren't listed."""
    findings: tuple[Finding, ...]
    """The first 20 of each code."""
    statistics: Statistics


class Report:
    """The result of a check. A notebook shows it as a page, and `print` as text."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._json = checked.json()

    @cached_property
    def _object(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self._json)
        return loaded

    @property
    def valid(self) -> bool:
        """Whether nothing blocks: no errors, and no warnings if `strict`."""
        return bool(self._object["valid"])

    @property
    def strict(self) -> bool:
        """Whether warnings block."""
        return bool(self._object["strict"])

    @property
    def errors(self) -> int:
        return int(self._object["errors"])

    @property
    def warnings(self) -> int:
        return int(self._object["warnings"])

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that block nothing, for example that a model is withdrawn."""
        return tuple(self._object["notes"])

    @cached_property
    def files(self) -> tuple[FileReport, ...]:
        """The data files."""
        return tuple(_file(file) for file in self._object["files"])

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All listed findings: first those about recipes and missing files, then those of each file."""
        across = tuple(_read(Finding, finding) for finding in self._object["findings"])
        return across + tuple(finding for file in self.files for finding in file.findings)

    def to_json(self) -> str:
        """Returns the output of `tunedrop check --format json`, byte for byte."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """Returns the object of `to_json`."""
        loaded: dict[str, Any] = json.loads(self._json)
        return loaded

    def to_pandas(self) -> pandas.DataFrame:
        """Returns the findings as a data frame, one row for each. Requires pandas."""
        import pandas

        names = [field.name for field in fields(Finding)]
        rows = [[getattr(finding, name) for name in names] for finding in self.findings]
        frame = pandas.DataFrame(rows, columns=names)
        return frame.astype({"line": "Int64", "column": "Int64"})

    def to_html(self) -> str:
        """Returns the report as a self-contained page."""
        return self._checked.html()

    def raise_for_errors(self) -> None:
        """Raises `ValidationError` if the data is invalid."""
        if not self.valid:
            raise ValidationError(self)

    def __str__(self) -> str:
        return self._checked.text(False)

    def __repr__(self) -> str:
        result = "valid" if self.valid else "invalid"
        records = sum(file.records for file in self.files)
        return f"<Report {result}: {records} records, {self.errors} errors, {self.warnings} warnings>"

    def _repr_html_(self) -> str:
        # A frame of its own keeps the notebook's styles and the page's apart.
        height = min(HEIGHT_LEAST + HEIGHT_OF_FINDING * len(self.findings), HEIGHT_MOST)
        style = f"width: 100%; height: {height}px; border: 1px solid #8886; border-radius: 6px; resize: vertical"
        page = html.escape(self.to_html())
        return f'<iframe title="Report of tunedrop" sandbox="" style="{style}" srcdoc="{page}"></iframe>'


def _file(file: Mapping[str, Any]) -> FileReport:
    path = file["path"]
    findings = tuple(_read(Finding, finding, path=path) for finding in file["findings"])
    held: dict[str, Any] = {"sensitive": {}, **file["statistics"]}
    tokens = {name: TokenRange(**held[name]) for name in ("tokens", "longest_tokens")}
    return _read(FileReport, file, findings=findings, statistics=_read(Statistics, held, **tokens))


def _read(kind: type[T], given: Mapping[str, Any], **more: Any) -> T:
    """Makes a dataclass of the members that it has."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # T is a dataclass
    return kind(**{name: more[name] if name in more else given[name] for name in names})
