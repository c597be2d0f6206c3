"""From the answers that were found to answers with marks: the engine decides what it can.

Where it cannot, the points stay open: items that are unsure, an answer that stands in a picture, a
question that is nowhere in the hand-in.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from grader.assignment import Assignment, Edition
from grader.rubric.engine import Decided, Engine, Marked
from grader.rubric.find.answers import Finder, FoundAnswer, Status
from grader.rubric.find.documents import Document
from grader.rubric.find.hand_in import bounded, exports, texts
from grader.rubric.find.wording import load_wording
from grader.rubric.load import load_questions
from grader.rubric.points import bounds
from grader.rubric.schema import Item, Question
from grader.submission.read import Submission
from grader.written import ItemMark, Span, WrittenAnswer

NOTHING = (Status.BLANK, Status.PLACEHOLDER, Status.UNCHANGED)
"""Somebody left the answer's place as it was: an empty answer, for certain."""

_ABSENT = "the question is nowhere in the hand-in; was it handed in elsewhere?"
_PICTURE = "a picture is part of the answer"
_LETTERS = re.compile(r"[A-Za-zÀ-ɏ]{2}")
_UNSEEN = "text that no reader of the page sees was left aside"


class WrittenPart(NamedTuple):
    """The written part of a hand-in."""

    answers: tuple[WrittenAnswer, ...] = ()
    notes: tuple[str, ...] = ()
    """Documents that could not be read, or not to their end."""


class Marker:
    """Marks the inline questions of an assignment.

    Parameters
    ----------
    assignment : Assignment
    provisional : bool
        Whether the engine's suggestions count where nobody has decided; the items say so.

    Raises
    ------
    AssignmentError
        If its question files are wrong.
    """

    def __init__(self, assignment: Assignment, *, provisional: bool = False) -> None:
        self._provisional = provisional
        self.questions = load_questions(assignment.folder)
        self._engine = Engine(self.questions)
        self._finder = Finder(load_wording(assignment.folder / "recognise.toml"))
        self._absent = assignment.written.absent

    def answers(self, submission: Submission, edition: Edition) -> WrittenPart:
        """The answers of a hand-in to the questions of its edition. A fault of ours costs nobody a point."""
        if not (edition.questions or edition.may_ask):
            return WrittenPart()
        try:
            found, notes = self._found(submission, edition)
            marked = self.mark(found, edition)
        except Exception as error:  # noqa: BLE001 - whatever it is, a person decides then
            reason = f"the grader is at fault: {type(error).__name__}: {error}"
            return WrittenPart(self._failed(edition, reason))
        return WrittenPart(tuple(map(self._provisionally, marked)) if self._provisional else marked, notes)

    def _found(
        self, submission: Submission, edition: Edition
    ) -> tuple[dict[str, FoundAnswer], tuple[str, ...]]:
        """The answers, and what is to be said of the documents."""
        files, modules = submission.files.content, submission.program.files
        documents = bounded(texts(submission.notebooks, files, modules))
        found = self.find(documents)
        if not all(found[name].status.answered for name in edition.questions):
            printed = [*exports(files)]
            if printed:
                documents = bounded([*documents, *printed])
                found = self.find(documents)
        notebooks = {book.error for book in submission.notebooks.values()}  # said already
        return found, tuple(note for one in documents for note in one.notes if note not in notebooks)

    def find(self, documents: Sequence[Document]) -> dict[str, FoundAnswer]:
        """What the documents say to every question."""
        return {found.question: found for found in self._finder.find(documents)}

    def mark(self, found: dict[str, FoundAnswer], edition: Edition) -> tuple[WrittenAnswer, ...]:
        """The answers to the questions of an edition, with marks.

        Parameters
        ----------
        found : dict
            Of `find`.
        edition : Edition
        """
        asked = [*edition.questions]
        asked += [name for name in edition.may_ask if found[name].status is not Status.ABSENT]
        return tuple(self._marked(self.questions[name], found[name]) for name in asked)

    def _failed(self, edition: Edition, reason: str) -> tuple[WrittenAnswer, ...]:
        """The questions of an edition with all points open, because the grader could not mark them."""
        found = {name: FoundAnswer(question=name, status=Status.ABSENT) for name in edition.questions}
        return tuple(
            self._answer(self.questions[name], one, None, lambda item: _opened(item, reason))
            for name, one in found.items()
        )

    def _provisionally(self, answer: WrittenAnswer) -> WrittenAnswer:
        """The answer with suggestions in the place of what nobody has decided; the items say so."""
        items = tuple(
            replace(item, applies=item.suggestion, by="suggestion") if item.applies is None else item
            for item in answer.items
        )
        return scored(self.questions[answer.question], replace(answer, items=items))

    def _marked(self, question: Question, found: FoundAnswer) -> WrittenAnswer:
        marked = self._engine.mark(question.id, found.text if found.status.answered else "")
        change = _unchanged
        if found.status is Status.ABSENT and self._absent == "review":
            change = partial(_opened, reason=_ABSENT)
        elif found.status.answered and any("picture" in note for note in found.notes):
            change = partial(_opened_if_it_applies, reason=_PICTURE)
        return self._answer(question, found, marked, change)

    def _answer(
        self,
        question: Question,
        found: FoundAnswer,
        marked: Marked | None,
        change: Callable[[ItemMark], ItemMark],
    ) -> WrittenAnswer:
        decided = {one.item: one for one in marked.items} if marked is not None else {}
        text = marked.text if marked is not None else ""
        items = [_item(item, decided.get(item.id), text) for item in question.items]
        said = marked if found.status.answered else None
        return scored(
            question,
            WrittenAnswer(
                question=question.id,
                title=question.title,
                maximum=question.maximum,
                earned=0.0,
                undecided=0.0,
                suggested=0.0,
                status=found.status.value,
                text=said.text if said else "",
                language=said.language if said else "",
                file=found.file,
                cell=found.cell,
                items=tuple(
                    mark if item.person_only else change(mark)
                    for item, mark in zip(question.items, items, strict=True)
                ),
                notes=(*found.notes, *([_UNSEEN] if found.hidden_text else [])),
                objections=said.objections if said else (),
                digest=digest(said.text) if said else "",
            ),
        )


def scored(question: Question, answer: WrittenAnswer) -> WrittenAnswer:
    """The answer with the points that its items give."""
    least, most, suggested = bounds(question, answer.items)
    return replace(
        answer,
        title=question.title,
        maximum=question.maximum,
        earned=least,
        undecided=most - least,
        suggested=suggested,
    )


def digest(text: str) -> str:
    """Equal for texts with the same words, whatever their layout, case and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"\w+|[<>=≠≤≥+*/^-]", folded)
    return hashlib.blake2b("\0".join(words).encode(), digest_size=12).hexdigest() if words else ""


def _item(item: Item, decided: Decided | None, text: str) -> ItemMark:
    if decided is None:
        return ItemMark(
            id=item.id,
            wording=item.wording,
            deduction=item.deduction,
            applies=False,
            suggestion=False,
            confidence=1.0,
            reason="only a person sets this" if item.person_only else "",
        )
    return ItemMark(
        id=item.id,
        wording=item.wording,
        deduction=item.deduction,
        applies={"yes": True, "no": False, "unsure": None}[decided.state],
        suggestion=decided.suggestion,
        confidence=decided.confidence,
        evidence=_spans(decided, text),
        reason=decided.reason,
    )


def _spans(decided: Decided, text: str) -> tuple[Span, ...]:
    """The evidence in whole words (the engine compares stems), without overlaps."""
    found: list[Span] = []
    for span in sorted(decided.evidence):
        start, end = span.start, span.end
        while start > 0 and _joined(text, start):
            start -= 1
        while end < len(text) and _joined(text, end):
            end += 1
        if found and start <= found[-1].end:
            found[-1] = Span(start=found[-1].start, end=max(end, found[-1].end))
        else:
            found.append(Span(start=start, end=end))
    return tuple(found)


def _joined(text: str, place: int) -> bool:
    """Whether a place is inside a word of an alphabet; Chinese has no spaces, and needs none here."""
    return bool(_LETTERS.match(text[place - 1 : place + 1]))


def _unchanged(item: ItemMark) -> ItemMark:
    return item


def _opened_if_it_applies(item: ItemMark, reason: str) -> ItemMark:
    return _opened(item, reason) if item.applies else item


def _opened(item: ItemMark, reason: str) -> ItemMark:
    return replace(item, applies=None, confidence=min(item.confidence, 0.5), reason=reason)
