"""Records from memory, as lines of JSON: mappings, and the rows of data frames."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias, cast

# How many rows of a frame are in memory as Python objects at a time.
ROWS = 1_000

# Bytes of lines that are passed on at a time.
PIECE = 1 << 20


class PandasFrame(Protocol):
    """A pandas `DataFrame`."""

    @property
    def iloc(self) -> Any: ...


class PolarsFrame(Protocol):
    """A polars `DataFrame`."""

    def iter_slices(self, n_rows: int = ...) -> Iterator[Any]: ...


class PolarsLazyFrame(Protocol):
    """A polars `LazyFrame`."""

    def collect_schema(self) -> Any: ...


class ArrowTable(Protocol):
    """A pyarrow `Table`."""

    def to_batches(self) -> Any: ...


class HuggingFaceDataset(Protocol):
    """A `Dataset` or an `IterableDataset` of Hugging Face."""

    def iter(self, batch_size: int) -> Iterator[Any]: ...


Path: TypeAlias = "str | os.PathLike[str]"
Records: TypeAlias = (
    "Iterable[Mapping[str, Any]] | PandasFrame | PolarsFrame | PolarsLazyFrame | ArrowTable | HuggingFaceDataset"
)
Data: TypeAlias = "Path | Records"
"""A path, mappings, or a data frame: pandas, polars, pyarrow, or Hugging Face."""


def is_path(data: Data) -> bool:
    return isinstance(data, (str, os.PathLike))


def pieces(data: Data) -> Iterator[bytes]:
    """Returns the records as lines of JSON, many lines at a time."""
    return _joined(_rows(data))


@contextmanager
def as_file(data: Data) -> Generator[str]:
    """The path of the data. Records are written to a temporary file first."""
    if is_path(data):
        yield os.fspath(cast(Path, data))
        return
    with tempfile.TemporaryDirectory(prefix="tunedrop-") as folder:
        path = os.path.join(folder, "records.jsonl")
        with open(path, "wb") as file:
            file.writelines(pieces(data))
        yield path


def _joined(rows: Iterable[object]) -> Iterator[bytes]:
    lines = bytearray()
    for number, row in enumerate(rows, 1):
        lines += _line(number, row)
        if len(lines) >= PIECE:
            yield bytes(lines)
            lines.clear()
    yield bytes(lines)


def _line(number: int, row: object) -> bytes:
    if not isinstance(row, Mapping):
        raise TypeError(f"record {number} is of type {type(row).__name__}; expected a mapping")
    try:
        text = json.dumps(row, ensure_ascii=False, allow_nan=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise type(error)(f"record {number} can't be written as JSON: {error}") from None
    # A lone surrogate is invalid UTF-8, which is a finding.
    return text.encode(errors="surrogatepass") + b"\n"


def _plain(value: Any) -> Any:
    """Converts what `json` doesn't know: other mappings, and numbers and arrays of NumPy."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"it has a value of type {type(value).__name__}")


def _rows(data: Data) -> Iterable[object]:
    frame = cast(Any, data)
    library = type(frame).__module__.partition(".")[0]
    if library == "polars" and hasattr(frame, "collect_schema") and not hasattr(frame, "iter_slices"):
        frame = frame.collect()
    if library == "pandas" and hasattr(frame, "iloc") and hasattr(frame, "columns"):
        return _present(frame.iloc[at : at + ROWS].to_dict("records") for at in range(0, len(frame), ROWS))
    if library == "polars" and hasattr(frame, "iter_slices"):
        return _present(part.to_dicts() for part in frame.iter_slices(ROWS))
    if library == "pyarrow" and hasattr(frame, "to_batches"):
        return _present(part.to_pylist() for part in frame.to_batches(max_chunksize=ROWS))
    if library == "datasets" and hasattr(frame, "iter"):
        plain = frame.with_format(None)
        return _present(_by_row(part) for part in plain.iter(batch_size=ROWS))
    if isinstance(frame, Mapping):
        kind = "a dataset of several splits: pass one, such as data['train']" if library == "datasets" else "one record"
        raise TypeError(f"expected a path, a list of records or a data frame, found {kind}")
    if isinstance(frame, (bytes, bytearray)) or not isinstance(frame, Iterable):
        raise TypeError(f"expected a path, a list of records or a data frame, found {type(frame).__name__}")
    return cast("Iterable[object]", frame)


def _by_row(columns: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


def _present(parts: Iterable[list[dict[str, Any]]]) -> Iterator[Mapping[str, Any]]:
    """The rows, without keys that have no value: a frame has every key in every row."""
    for part in parts:
        for row in part:
            yield _without_nulls(row)


def _without_nulls(value: Any) -> Any:
    # What most values are: asking them for `tolist` takes time.
    if isinstance(value, (str, int)):
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _without_nulls(member) for key, member in items if not _is_null(member)}
    if isinstance(value, (list, tuple)):
        return [None if _is_null(item) else _without_nulls(item) for item in cast("list[Any]", value)]
    return value


def _is_null(value: Any) -> bool:
    if isinstance(value, (str, int, dict, list)):
        return False
    # pandas.NA and pandas.NaT have no common type.
    missing = type(value).__name__ in ("NAType", "NaTType")
    return value is None or missing or (isinstance(value, float) and math.isnan(value))
