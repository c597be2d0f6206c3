"""The written part of a report: what an inline question's answer says, item by item, and who decided.

An item of the marking scheme is a deduction. It applies, it does not, or nobody knows yet; points that
hang on an item nobody has decided are open, neither earned nor lost.
"""

from __future__ import annotations

from typing import Literal

from grader.record import Record

By = Literal["engine", "person", "suggestion"]


class Span(Record, frozen=True, kw_only=True):
    """A stretch of an answer's text: characters from ``start`` up to ``end``."""

    start: int
    end: int


class ItemMark(Record, frozen=True, kw_only=True):
    """One item of the marking scheme, for one answer."""

    id: str
    wording: str
    deduction: float
    applies: bool | None
    """None as long as nobody has decided."""
    suggestion: bool
    """Whether the engine thinks that it applies; what a person sees first."""
    confidence: float
    """Of the suggestion, from 0 to 1."""
    by: By = "engine"
    """Who decided; ``suggestion`` where an instructor let suggestions count for the time being."""
    evidence: tuple[Span, ...] = ()
    """The words that decided it."""
    reason: str = ""
    """Why it is undecided, or what else there is to say."""


class Decision(Record, frozen=True, kw_only=True):
    """What a person decided about an answer. It wins over the engine for ever."""

    items: tuple[str, ...]
    """The items that apply; all others do not."""
    who: str
    when: str
    why: str = ""
    group: bool = False
    """Whether it was made for all answers that say the same."""


class WrittenAnswer(Record, frozen=True, kw_only=True):
    """What a hand-in says to one inline question, and what that is worth."""

    question: str
    title: str
    maximum: float
    earned: float
    """The points that are certain."""
    undecided: float
    """The points that hang on undecided items."""
    suggested: float
    """The points if every suggestion is right."""
    status: str
    """What was found: see `grader.rubric.find.answers.Status`."""
    text: str = ""
    """What a reader of the rendered notebook sees; the evidence gives places in it."""
    language: str = ""
    file: str | None = None
    cell: int | None = None
    items: tuple[ItemMark, ...] = ()
    """In the order of the marking scheme."""
    notes: tuple[str, ...] = ()
    """Where it was found, if not at its place, and what was left aside."""
    objections: tuple[str, ...] = ()
    """Why words of it were not allowed to earn points: for the instructor only."""
    digest: str = ""
    """Equal for answers that say the same words; empty for no answer."""
    decision: Decision | None = None

    @property
    def open(self) -> tuple[ItemMark, ...]:
        """The items that a person has to decide."""
        return tuple(item for item in self.items if item.applies is None)

    @property
    def provisional(self) -> bool:
        """Whether suggestions stand where decisions should."""
        return any(item.by == "suggestion" for item in self.items)


class PrintedClaim(Record, frozen=True, kw_only=True):
    """What a notebook's saved output shows, beside what the grader found. It never changes points."""

    file: str
    cell: int
    says: str
    """The number as the notebook shows it, with its label."""
    finds: str
    """What the grader found about the same."""
    kind: Literal["stale", "training"]
    met: bool = True
    """Of a training exercise: whether what it shows is what was asked for."""
