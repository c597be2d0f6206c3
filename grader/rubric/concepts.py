"""Which concepts an answer shows, and with which words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.rubric.choices import Picked, chosen
from grader.rubric.evidence import Span, Verdict
from grader.rubric.reading import Found, Read, Reading
from grader.rubric.schema import Concept, Question

MOST_SPANS = 4
"""More evidence than this for one concept tells a reader nothing."""


def verdicts(reading: Reading, question: Question) -> dict[str, Verdict]:
    """A verdict on every concept of the question."""
    picked = chosen(reading, question.choices) if question.choices else Picked({})
    return {
        name: _chosen(picked, concept, name, reading) if concept.choice else _said(reading, concept, name)
        for name, concept in question.concepts.items()
    }


def _said(reading: Reading, concept: Concept, name: str) -> Verdict:
    spans: list[Span] = []
    for line in concept.any:
        for window in _windows(reading, concept):
            spans += _shown(reading, window, line, name)
    kept = tuple(sorted(set(spans))[:MOST_SPANS])
    return Verdict("yes" if kept else "no", kept)


def _windows(reading: Reading, concept: Concept) -> Iterator[list[tuple[Read, Found | None]]]:
    """What may show the concept together: the finds of a clause, a sentence or everything."""
    told = [read for read in reading.sentences if not read.sentence.question]
    if concept.within == "answer":
        yield [(read, found) for read in told for found in read.found]
        return
    for read in told:
        if concept.within == "sentence":
            yield [(read, found) for found in read.found]
        else:
            for number in range(len(read.sentence.clauses)):
                yield [(read, found) for found in read.clause(number)]


def _shown(
    reading: Reading, window: Sequence[tuple[Read, Found | None]], line: Sequence[str], name: str
) -> Iterator[Span]:
    """The words that show all of a line, if the window does."""
    here = [(read, found) for read, found in window if found]
    topics = {atom.split()[-1] for atom in line if atom.startswith("on ")}
    if topics:
        here = [(read, found) for read, found in here if topics <= read.topics[found.clause]]
    used: list[Found] = []
    for atom in line:
        mode, _, term = atom.rpartition(" ")
        if mode == "on":
            continue
        after = (used[-1].start if used else 0) if mode == "then" else -1
        fitting = [
            found
            for _, found in here
            if found.term == term and found.start >= after and _polarity(found, mode)
        ]
        if mode == "without":
            if fitting:
                return
        elif not fitting:
            return
        else:
            used.append(fitting[0])
    if used:
        start, end = min(one.start for one in used), max(one.end for one in used)
        yield Span(start, end, name, reading.text[start:end])


def _polarity(found: Found, mode: str) -> bool:
    return mode in ("mention", "without") or found.denied == (mode == "not")


def _chosen(picked: Picked, concept: Concept, name: str, reading: Reading) -> Verdict:
    assert concept.choice is not None  # noqa: S101 - narrows the type
    spans, unclear = [], False
    for option in concept.choice.options:
        given = picked.labels.get(option, {})
        for label, (start, end) in given.items():
            if label in concept.choice.labels:
                spans.append(Span(start, end, name, reading.text[start:end]))
                unclear = unclear or len(given) > 1
    if unclear or (not spans and picked.unlabelled.issuperset(concept.choice.options)):
        return Verdict("unclear", tuple(spans))
    return Verdict("yes" if spans else "no", tuple(spans))
