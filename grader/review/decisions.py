"""The decisions of people, kept beside the results: ``DIR/decisions.json``.

Nothing is ever taken out: a later decision about the same answer wins over an earlier one, and one that
was made for an answer alone wins over one that was made for a whole group.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from grader.errors import UsageError
from grader.record import Record
from grader.written import Decision, WrittenAnswer

FILE = "decisions.json"


class Made(Record, frozen=True, kw_only=True):
    """A decision about an answer, or about all answers of its group."""

    submission: str
    question: str
    digests: tuple[str, ...]
    """Of the texts that it was made about. A hand-in that says something else now is marked anew."""
    decision: Decision

    def covers(self, submission: str, answer: WrittenAnswer) -> bool:
        """Whether it is about this answer."""
        if answer.question != self.question or answer.digest not in self.digests:
            return False
        return submission == self.submission or (self.decision.group and bool(answer.digest))


class _Document(Record, frozen=True, kw_only=True):
    document: Literal["decisions"] = "decisions"
    schema_version: Literal[1] = 1
    made: tuple[Made, ...] = ()


def read_decisions(folder: Path) -> tuple[Made, ...]:
    """What people have decided about the results in ``folder``; nothing, if there is no file.

    Raises
    ------
    UsageError
        If the file is not of its form. It holds people's work, so it is never written over then.
    """
    file = folder / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Document).made
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error}); mend it or put a copy in its place") from error


def write_decisions(folder: Path, made: Iterable[Made]) -> None:
    """Keep decisions; the file is never half there."""
    table = msgspec.to_builtins(_Document(made=tuple(made)))
    part = folder / f".{FILE}.part"
    part.write_text(json.dumps(table, indent=1) + "\n", "ascii")
    part.replace(folder / FILE)


def decision_for(submission: str, answer: WrittenAnswer, made: Sequence[Made]) -> Decision | None:
    """The decision that holds for an answer, if there is one."""
    covering = [one for one in made if one.covers(submission, answer)]
    own = [one for one in covering if one.submission == submission]
    for candidates in (own, covering):
        if candidates:
            return candidates[-1].decision
    return None
