"""How well the engine agrees with people: figures over answers that people have marked.

An answer is one JSON object a line: ``question``, ``answer``, ``items`` (those that apply), ``score``.
Accuracy alone shows little, because most items do not apply to most answers: always giving full
marks is right most of the time. So the figures stand beside that baseline, and deductions are counted
apart.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.rubric.engine import Engine, Marked
from grader.rubric.schema import Question


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with a person's marks; other keys are left alone."""

    question: str
    answer: str
    items: tuple[str, ...] | None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its 95 % interval after Wilson."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """The share itself; not a number if there was nothing to count."""
        return self.hits / self.of if self.of else math.nan

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true share is, 19 times in 20."""
        if not self.of:
            return math.nan, math.nan
        z = 1.959964
        middle = self.share + z * z / (2 * self.of)
        reach = z * math.sqrt(self.share * (1 - self.share) / self.of + z * z / (4 * self.of**2))
        below = 1 + z * z / self.of
        return max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below)


@dataclass(slots=True)
class Tally:
    """What came of the items of one group of answers."""

    true_yes: int = 0
    false_yes: int = 0
    true_no: int = 0
    false_no: int = 0
    unsure: int = 0
    unsure_right: int = 0
    """Unsure items whose suggestion was right."""
    applied: int = 0
    """Items that apply according to the person, decided or not."""

    def add(self, state: str, suggestion: bool, applies: bool) -> None:
        """Count one item."""
        self.applied += applies
        if state == "unsure":
            self.unsure += 1
            self.unsure_right += suggestion == applies
        elif state == "yes":
            self.true_yes += applies
            self.false_yes += not applies
        else:
            self.false_no += applies
            self.true_no += not applies

    def __add__(self, other: Tally) -> Tally:
        names = self.__slots__
        return Tally(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def all(self) -> int:
        """The number of items."""
        return self.decided + self.unsure

    @property
    def decided(self) -> int:
        """The number of items that are not unsure."""
        return self.true_yes + self.false_yes + self.true_no + self.false_no

    @property
    def coverage(self) -> Interval:
        """The share that is decided."""
        return Interval(self.decided, self.all)

    @property
    def accuracy(self) -> Interval:
        """Of the decided, the share that is right."""
        return Interval(self.true_yes + self.true_no, self.decided)

    @property
    def precision(self) -> Interval:
        """Of the deductions made, the share that is right."""
        return Interval(self.true_yes, self.true_yes + self.false_yes)

    @property
    def recall(self) -> Interval:
        """Of the deductions among the decided items, the share that was made."""
        return Interval(self.true_yes, self.true_yes + self.false_no)

    @property
    def baseline(self) -> Interval:
        """The accuracy of never deducting anything."""
        return Interval(self.all - self.applied, self.all)


@dataclass(frozen=True, slots=True)
class Compared:
    """One answer, marked twice."""

    answer: Answer
    marked: Marked
    score: float
    """What the person gave."""
    wrong: tuple[str, ...]
    """Decided items that differ."""

    @property
    def off(self) -> float:
        """How far the points differ, with suggestions for what is unsure."""
        return abs(self.marked.suggested_score - self.score)


@dataclass(slots=True)
class Calibration:
    """All figures."""

    items: dict[tuple[str, str], Tally] = field(default_factory=dict)
    """By question and item."""
    answers: list[Compared] = field(default_factory=list)
    skipped: int = 0
    """Answers on which people disagreed, or whose question is unknown."""

    def tally(self, question: str | None = None) -> Tally:
        """The items of one question, or of all."""
        return sum((tally for (name, _), tally in self.items.items() if question in (None, name)), Tally())

    def of(self, question: str | None = None) -> list[Compared]:
        """The answers to one question, or all."""
        return [one for one in self.answers if question in (None, one.answer.question)]

    def covered(self, question: str | None = None) -> Interval:
        """The share of answers without an unsure item."""
        answers = self.of(question)
        return Interval(sum(not one.marked.unsure for one in answers), len(answers))

    def exact(self, question: str | None = None) -> Interval:
        """Of the answers without an unsure item, the share with exactly the person's points."""
        sure = [one for one in self.of(question) if not one.marked.unsure]
        return Interval(sum(one.marked.score == one.score for one in sure), len(sure))

    def exact_baseline(self, maximum: dict[str, float], question: str | None = None) -> Interval:
        """The share of answers to which a person gave full marks."""
        answers = self.of(question)
        return Interval(sum(one.score == maximum[one.answer.question] for one in answers), len(answers))

    def kappa(self, question: str | None = None, *, suggested: bool = False) -> float:
        """Quadratic weighted kappa of the points: of decided answers, or of all with the suggestions."""
        answers = [one for one in self.of(question) if suggested or not one.marked.unsure]
        given = [one.marked.suggested_score if suggested else one.marked.score or 0.0 for one in answers]
        return quadratic_kappa(given, [one.score for one in answers])

    def confusion(self, question: str) -> Counter[tuple[float, float | None]]:
        """How often a person's points met ours; None is unsure."""
        return Counter(
            (one.score, None if one.marked.unsure else one.marked.score) for one in self.of(question)
        )

    def worst(self, count: int = 10) -> list[Compared]:
        """The answers that differ most, wrongly decided ones first."""
        wrong = [one for one in self.answers if one.wrong or one.off]
        return sorted(wrong, key=lambda one: (-bool(one.wrong), -one.off))[:count]


def quadratic_kappa(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Agreement beyond chance, far misses weighing more; not a number where nothing varies."""
    if not ours:
        return math.nan
    seen = sum((a - b) ** 2 for a, b in zip(ours, theirs, strict=True)) / len(ours)
    chance = sum((a - b) ** 2 for a in ours for b in theirs) / len(ours) ** 2
    return 1 - seen / chance if chance else math.nan


def read_answers(file: Path) -> list[Answer]:
    """The answers of a file of JSON lines.

    Raises
    ------
    UsageError
        Naming the first line that is no marked answer.
    """
    answers = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            try:
                answers.append(msgspec.convert(json.loads(line), Answer))
            except (ValueError, msgspec.ValidationError) as error:
                raise UsageError(f"{file}:{number}: {error}") from error
    return answers


def calibrate(engine: Engine, answers: Iterable[Answer]) -> Calibration:
    """Mark the answers and compare."""
    found = Calibration()
    for answer in answers:
        question = engine.questions.get(answer.question)
        if answer.items is None or question is None:
            found.skipped += 1
            continue
        marked = engine.mark(answer.question, answer.answer)
        for one in marked.items:
            tally = found.items.setdefault((answer.question, one.item), Tally())
            tally.add(one.state, one.suggestion, one.item in answer.items)
        wrong = tuple(
            one.item
            for one in marked.items
            if one.state != "unsure" and (one.state == "yes") != (one.item in answer.items)
        )
        found.answers.append(Compared(answer, marked, _score(answer, question), wrong))
    return found


def _score(answer: Answer, question: Question) -> float:
    if answer.score is not None:
        return answer.score
    lost = sum(question.item(item).deduction for item in answer.items or ())
    return max(0.0, question.maximum - lost)
