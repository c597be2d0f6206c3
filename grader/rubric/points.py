"""Points of an answer from the items that apply to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from grader.rubric.schema import Question
from grader.written import ItemMark


def points(question: Question, applying: Collection[str]) -> float:
    """The maximum without the deductions that apply, never less than 0.

    Of items that exclude each other, the first that applies counts.
    """
    kept = list(applying)
    for group in question.at_most_one_of:
        inside = [item for item in group if item in kept]
        kept = [item for item in kept if item not in inside[1:]]
    return max(0.0, question.maximum - sum(question.item(item).deduction for item in kept))


def bounds(question: Question, items: Iterable[ItemMark]) -> tuple[float, float, float]:
    """The least points that are possible, the most, and those of the suggestions."""
    marks = list(items)
    sure = [item.id for item in marks if item.applies]
    open_ = [item.id for item in marks if item.applies is None]
    suggested = [item.id for item in marks if item.suggestion]
    return points(question, sure + open_), points(question, sure), points(question, suggested)
