"""Advice on whether to customize a model, and how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ._tunedrop import advise as _advise
from ._tunedrop import questions as _questions


@dataclass(frozen=True)
class Question:
    """A question of `advise`."""

    id: str
    ask: str
    answers: tuple[str, ...]
    """The possible answers. The first is the default."""
    help: str


@dataclass(frozen=True)
class Advice:
    """What to do, with arguments and the next steps."""

    advice: str
    """`prompting`, `rag`, `fine-tuning`, `continued-pre-training` or `distillation`."""
    why: str
    pro: tuple[str, ...]
    con: tuple[str, ...]
    next: tuple[str, ...]
    answers: Mapping[str, str]


def advise_questions() -> tuple[Question, ...]:
    """Returns the questions of `advise`."""
    listed = json.loads(_questions())
    return tuple(Question(one["id"], one["ask"], tuple(one["answers"]), one["help"]) for one in listed)


def advise(**answers: str) -> Advice:
    """Advises whether to customize a model, and how, as `tunedrop advise` does.

    `answers` has an answer to each question by its id. A question that isn't answered has its first answer.
    """
    defaults = {question.id: question.answers[0] for question in advise_questions()}
    made = json.loads(_advise({**defaults, **answers}))
    pro, con, steps = (tuple(made[name]) for name in ("for", "against", "next"))
    return Advice(made["advice"], made["why"], pro, con, steps, made["answers"])
