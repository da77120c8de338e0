"""Progress in notebooks."""

from __future__ import annotations

import html
import importlib
import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

from ._records import Data, Path, is_path

Progress: TypeAlias = "bool | Callable[[int], object] | None"
"""`None` shows progress in a notebook, after a second. A function is called with the number of bytes read."""

# Seconds before progress is shown, and between two updates.
PATIENCE_S = 1.0
EVERY_S = 0.2


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    # Without IPython, nothing could show the display.
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


class Display:
    """A part of a notebook's output that is replaced."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str) -> None:
        # There is IPython in a notebook only.
        shown: Any = importlib.import_module("IPython.display")
        page = shown.HTML(text)
        if self._handle is None:
            self._handle = shown.display(page, display_id=True)
        else:
            self._handle.update(page)

    def clear(self) -> None:
        if self._handle is not None:
            self.show("")


@contextmanager
def following(progress: Progress, data: Sequence[Data]) -> Generator[Callable[[int], object] | None]:
    """The function to call with the number of bytes read."""
    if callable(progress):
        yield progress
        return
    if progress is False or not in_notebook():
        yield None
        return
    paths = [cast(Path, one) for one in data if is_path(one)]
    total = sum(os.path.getsize(path) for path in paths if os.path.isfile(path)) if len(paths) == len(data) else 0
    name = ", ".join(os.path.basename(os.fspath(path)) for path in paths) or "records"
    display, begin, shown = Display(), time.monotonic(), 0.0

    def notify(read: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - begin >= PATIENCE_S and now - shown >= EVERY_S:
            shown = now
            value = f' max="{total}" value="{min(read, total)}"' if total else ""
            display.show(f"<progress{value}></progress> {html.escape(name)}: {read / 1e6:,.0f} MB")

    try:
        yield notify
    finally:
        display.clear()
