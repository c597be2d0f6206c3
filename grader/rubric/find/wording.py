"""How the questions are worded: the data that recognising them goes by."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import AssignmentError
from grader.model import Record


@dataclass(frozen=True, slots=True)
class QuestionText:
    """What is known of a question's wording."""

    id: str
    recognise: tuple[str, ...]
    """Phrases of the question, in all languages; one of them is enough to know it."""
    options: tuple[str, ...] = ()
    """The choices that it offers, without their numbers, in all languages; ``...`` leaves room for words."""
    template: tuple[str, ...] = ()
    """Other words of the question, which are no answer."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of an assignment's questions and of what stands around them."""

    questions: tuple[QuestionText, ...]
    sections: tuple[str, ...] = ()
    """Titles and first words of handed-out text: an answer ends before them."""
    titles: tuple[str, ...] = ()
    """Titles of handed-out text that an answer might contain as well: only a heading, or what stands straight
    above one of ``sections``, is taken for one."""
    placeholders: tuple[str, ...] = field(default=("FILL THIS IN", "Write your answer here"))
    """What stands in an answer's place before anybody wrote something."""


class _Question(Record, frozen=True, kw_only=True):
    recognise: dict[str, tuple[str, ...]]
    options: tuple[str, ...] = ()
    template: tuple[str, ...] = ()


class _File(Record, frozen=True, kw_only=True):
    questions: dict[str, _Question]
    sections: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()


def load_wording(path: Path) -> Wording:
    """Read a ``recognise.toml``.

    Raises
    ------
    AssignmentError
        If it is not of the form that the file itself explains.
    """
    try:
        content: Any = tomllib.loads(path.read_text("utf-8"))
        read = msgspec.convert(content, type=_File)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise AssignmentError(f"{path}: {error}") from error
    questions = tuple(
        QuestionText(name, tuple(itertools.chain(*entry.recognise.values())), entry.options, entry.template)
        for name, entry in read.questions.items()
    )
    empty = [question.id for question in questions if not any(map(str.strip, question.recognise))]
    if empty:
        raise AssignmentError(f"{path}: no phrase to recognise {', '.join(empty)}")
    return Wording(questions, read.sections, read.titles, read.placeholders)
