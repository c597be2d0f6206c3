"""The answers of a hand-in: for every question the place that holds one, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rapidfuzz import fuzz

from grader.model import Record
from grader.rubric.find.documents import Document
from grader.rubric.find.lines import Line, Lines, lines_of
from grader.rubric.find.places import Region, regions
from grader.rubric.find.plain import plain
from grader.rubric.find.recognise import Recogniser
from grader.rubric.find.tidy import Tidied, Tidier
from grader.rubric.find.wording import QuestionText, Wording

LONGEST_ANSWER = 20_000


class Status(StrEnum):
    """What was found in an answer's place."""

    FOUND = "found"
    MOVED = "moved"
    """Found, but not where the hand-out wants it."""
    TOO_SHORT = "too short"
    """Something is there that cannot be an answer; a picture alone is reported so as well."""
    UNCHANGED = "unchanged"
    """Only what the hand-out put there, such as the list of options."""
    PLACEHOLDER = "placeholder only"
    BLANK = "blank"
    ABSENT = "absent"
    """The question itself is nowhere in the hand-in."""

    @property
    def answered(self) -> bool:
        """Whether there is a text to mark."""
        return self in (Status.FOUND, Status.MOVED, Status.TOO_SHORT)


class FoundAnswer(Record, frozen=True, kw_only=True):
    """What a hand-in says to one question."""

    question: str
    status: Status
    text: str = ""
    """Markdown, without the question, placeholders, pictures and anything a reader does not see."""
    file: str | None = None
    cell: int | None = None
    """The cell that the answer begins in, counted from 0."""
    notes: tuple[str, ...] = ()
    hidden_text: tuple[str, ...] = ()
    """What stood at the place but is not seen on the rendered page. It never scores."""


@dataclass(frozen=True, slots=True)
class _Place:
    answer: FoundAnswer
    cells: bool
    marked: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """What stands in some lines."""

    tidied: Tidied
    lines: tuple[Line, ...]
    status: Status = Status.FOUND
    note: str | None = None

    @property
    def empty(self) -> bool:
        """Whether there is neither text nor a picture."""
        return not self.tidied.text and not self.tidied.notes

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of the place."""
        return () if self.note is None else (self.note,)


_ORDER = (
    Status.FOUND, Status.MOVED, Status.TOO_SHORT,
    Status.PLACEHOLDER, Status.UNCHANGED, Status.BLANK, Status.ABSENT,
)  # fmt: skip


class Finder:
    """Finds the answers to all questions of an assignment, in one hand-in after the other.

    Parameters
    ----------
    wording : Wording
    """

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._recogniser = Recogniser(wording.questions)
        self._tidiers = {
            question.id: Tidier(question, wording.placeholders) for question in wording.questions
        }
        self._choices = {question.id for question in wording.questions if question.options}

    def find(self, documents: Sequence[Document]) -> tuple[FoundAnswer, ...]:
        """Find the answer of every question.

        Parameters
        ----------
        documents : sequence of Document
            All files of a hand-in that answers may stand in. Where several hold an answer, a notebook
            goes before an export of it.

        Returns
        -------
        tuple of FoundAnswer
            One for each question, in the order of the wording.
        """
        questions = self._wording.questions
        places: dict[str, list[_Place]] = {question.id: [] for question in questions}
        for document in documents:
            text = lines_of(document, self._wording)
            for region in regions(text, self._recogniser.anchors(text)):
                choice = region.question in self._choices
                place = _place(text, region, self._tidiers[region.question], choice=choice)
                places[region.question].append(place)
        return tuple(_chosen(question, places[question.id]) for question in questions)


def _place(text: Lines, region: Region, tidier: Tidier, *, choice: bool) -> _Place:
    """Read one place."""
    read = _read(region, tidier, wrapped=not text.document.cells)
    tidied, status, notes = read.tidied, read.status, list(read.notes)
    first = _first_said(read.lines, tidied.text)
    if tidied.text:
        if region.marked and status is Status.FOUND and _later_cell(region, first):
            status = Status.MOVED
            notes.append("the answer stands in a cell after the one for it")
        if region.far:
            status = Status.MOVED
            notes.append("code stands between question and answer")
        if region.goes_on is not None:
            cell = text.document.blocks[region.goes_on].cell
            notes.append(f"more of it may stand behind code, in cell {cell}")
        if tidied.placeholder:
            notes.append("the placeholder was left in")
    if first is None:
        first = next(iter((*region.after, *region.before)), text.lines[region.span[0]])
    start, end = region.span
    answer = FoundAnswer(
        question=region.question,
        status=_status(tidied, status, choice=choice),
        text=tidied.text[:LONGEST_ANSWER],
        file=text.document.path,
        cell=_cell(text, first),
        notes=(*notes, *tidied.notes, *_cut(tidied.text)),
        hidden_text=tuple(piece for line, piece in text.hidden if start <= line < max(end, start + 1)),
    )
    return _Place(answer, text.document.cells, region.marked)


def _read(region: Region, tidier: Tidier, *, wrapped: bool) -> _Read:
    """Look for the answer where it belongs, then where else it may stand."""
    if not region.marked:
        tidied = tidier.before(region.after, joined=wrapped)
        read = _Read(tidied, region.after, note="no marker before the answer" if tidied.text else None)
    elif region.title:
        read = _titled(region, tidier, wrapped=wrapped)
    else:
        read = _Read(tidier.after(region.after), region.after)
    if read.empty and region.marked:
        above = tidier.before(region.before, joined=wrapped)
        if above.text:
            above = replace(above, placeholder=read.tidied.placeholder)
            return _Read(above, region.before, Status.MOVED, "the answer stands above its marker")
    if read.empty and not region.far:
        beside = tidier.beside(region.beside)
        if beside:
            tidied = replace(read.tidied, text=beside)
            return _Read(tidied, (), note="the answer stands on the line of the question")
    return read


def _titled(region: Region, tidier: Tidier, *, wrapped: bool) -> _Read:
    """An answer with a title of its student's that reads like a marker, in its midst or before it."""
    after, above = tidier.after(region.after), tidier.before(region.before, joined=wrapped)
    if not above.text:
        return _Read(after, region.after)
    whole = replace(after, text=f"{above.text}\n\n{region.title}\n{after.text}".rstrip())
    return _Read(whole, (*region.before, *region.after), note="no marker before the answer")


def _status(tidied: Tidied, status: Status, *, choice: bool) -> Status:
    if tidied.text:
        return status if _long_enough(plain(tidied.text), choice=choice) else Status.TOO_SHORT
    if tidied.notes:  # a picture
        return Status.TOO_SHORT
    if tidied.placeholder:
        return Status.PLACEHOLDER
    return Status.UNCHANGED if tidied.repeated and choice else Status.BLANK


def _long_enough(words: str, *, choice: bool) -> bool:
    if choice and any(char.isdigit() for char in words):
        return True
    letters = [char for char in words if char.isalpha()]
    return len(letters) >= 3 or any(not char.isascii() for char in letters)


def _cut(text: str) -> tuple[str, ...]:
    if len(text) <= LONGEST_ANSWER:
        return ()
    return (f"only the first {LONGEST_ANSWER} of {len(text)} characters are read",)


def _first_said(lines: Sequence[Line], text: str) -> Line | None:
    """The line that the tidied text begins with."""
    start = plain(text[:400]).split()[:3]
    for line in lines:
        words = plain(line.text).split()
        if words and start and (words[: len(start)] == start[: len(words)] or set(start) <= set(words)):
            return line
    return next((line for line in lines if not line.blank), None)


def _later_cell(region: Region, first: Line | None) -> bool:
    return first is not None and bool(region.after) and first.block > region.after[0].block


def _cell(text: Lines, line: Line | None) -> int | None:
    return None if line is None else text.document.blocks[line.block].cell


def _chosen(question: QuestionText, places: list[_Place]) -> FoundAnswer:
    """The best of several places, and a word on the others."""
    if not places:
        return FoundAnswer(question=question.id, status=Status.ABSENT)
    ranked = sorted(places, key=_rank)
    best = ranked[0].answer
    notes = list(best.notes)
    if best.status.answered:
        if not ranked[0].cells and any(place.cells for place in places):
            notes.append("the notebook holds no answer, this one stands in another file")
            if best.status is Status.FOUND:
                best = _with(best, status=Status.MOVED)
        words = plain(best.text)
        for other in (place.answer for place in ranked[1:] if place.answer.status.answered):
            if fuzz.ratio(words, plain(other.text)) < 90:
                where = other.file if other.cell is None else f"{other.file}, cell {other.cell}"
                notes.append(f"another answer stands in {where}")
    return _with(best, notes=tuple(dict.fromkeys(notes)))


def _rank(place: _Place) -> tuple[object, ...]:
    answer = place.answer
    return (
        not answer.status.answered,
        not place.cells,
        _ORDER.index(answer.status),
        not place.marked,
        "copy" in (answer.file or "").casefold() or "checkpoint" in (answer.file or ""),
        -len(answer.text),
        answer.file or "",
    )


def _with(
    answer: FoundAnswer, *, status: Status | None = None, notes: tuple[str, ...] | None = None
) -> FoundAnswer:
    return FoundAnswer(
        question=answer.question,
        status=answer.status if status is None else status,
        text=answer.text,
        file=answer.file,
        cell=answer.cell,
        notes=answer.notes if notes is None else notes,
        hidden_text=answer.hidden_text,
    )
