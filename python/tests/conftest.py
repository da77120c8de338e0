"""What the tests share: the repository's fixtures, and the program in the wheel."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from tunedrop._binary import program

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "shared/validation/tests/fixtures"

# A valid record of Amazon Nova, with another text for each number.
Record = dict[str, Any]


def record(number: int) -> Record:
    return {
        "schemaVersion": "bedrock-conversation-2024",
        "messages": [
            {"role": "user", "content": [{"text": f"Where is order {number}?"}]},
            {"role": "assistant", "content": [{"text": f"Order {number} ships tomorrow."}]},
        ],
    }


def formats() -> list[tuple[str, str, str]]:
    """The folders of fixtures, with the model and the customization type that validate them."""
    source = (ROOT / "shared/validation/tests/it/fixtures.rs").read_text()
    found = re.findall(r'\("([a-z-]+)", "([a-z0-9-]+)", Customization::(\w+)\)', source)
    kebab = [(name, model, re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()) for name, model, kind in found]
    assert len(kebab) >= 16
    return kebab


def fixtures() -> list[Any]:
    """Each fixture: path, model, type, and whether it needs the optional pack."""
    return [
        pytest.param(path, model, kind, name.startswith("sensitive"), id=f"{name}/{path.stem}")
        for name, model, kind in formats()
        for path in sorted((FIXTURES / name).glob("*.jsonl"))
    ]


@pytest.fixture
def cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the program in the wheel."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [program(), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    return run


@pytest.fixture
def train(tmp_path: pathlib.Path) -> pathlib.Path:
    """A valid file of 20 records."""
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(record(number)) + "\n" for number in range(20)))
    return path
