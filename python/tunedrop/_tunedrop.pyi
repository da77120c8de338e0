from collections.abc import Callable, Iterator
from typing import TypedDict, final

__version__: str

class TunedropError(Exception):
    """An argument is wrong, or a file or a service failed."""

@final
class Checked:
    def json(self) -> str: ...
    def text(self, all: bool) -> str: ...
    def html(self) -> str: ...

class DataArguments(TypedDict):
    sources: list[tuple[str, Iterator[bytes] | None]]
    model: str | None
    customization: str | None
    role: str | None
    catalogue: str | None

class ConvertArguments(TypedDict):
    input: str
    output: str
    model: str
    customization: str | None
    from_: str
    sheet: str | None
    media: str | None
    force: bool
    catalogue: str | None

class FixArguments(TypedDict):
    input: str
    output: str
    model: str
    customization: str | None
    drop_invalid: bool
    dedupe: str
    redact: bool
    force: bool
    catalogue: str | None

class SplitArguments(TypedDict):
    input: str
    validation: str
    seed: int
    at_most: int | None
    by_group: bool
    stratify: bool
    train: str | None
    out_validation: str | None
    force: bool

def check(
    data: DataArguments,
    sensitive: bool,
    strict: bool,
    quality: str | None,
    excerpts: bool,
    progress: Callable[[int], object] | None,
) -> Checked: ...
def estimate(
    data: DataArguments,
    epochs: int | None,
    price_per_1k: float | None,
    progress: Callable[[int], object] | None,
) -> tuple[str, list[str]]: ...
def convert(
    request: ConvertArguments, progress: Callable[[int], object] | None
) -> tuple[int, int, int, int, bool, list[str]]: ...
def fix(
    request: FixArguments, progress: Callable[[int], object] | None
) -> tuple[int, int, int, dict[str, int], bool, list[str]]: ...
def split(
    request: SplitArguments, progress: Callable[[int], object] | None
) -> tuple[str, str, int, int]: ...
def advise(answers: dict[str, str]) -> str: ...
def questions() -> str: ...
