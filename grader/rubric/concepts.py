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
    wanted = []
    for atom in line:
        mode, _, term = atom.rpartition(" ")
        if mode == "without" and any(found.term == term for _, found in here):
            return
        if mode not in ("on", "without"):
            wanted.append(
                (mode, [found for _, found in here if found.term == term and _polarity(found, mode)])
            )
    used = _distinct(wanted, [])
    if used:
        start, end = min(one.start for one in used), max(one.end for one in used)
        yield Span(start, end, name, reading.text[start:end])


def _distinct(wanted: Sequence[tuple[str, list[Found]]], used: list[Found]) -> list[Found] | None:
    """One find for every term of a line, each with words of its own."""
    if len(used) == len(wanted):
        return used
    mode, fitting = wanted[len(used)]
    after = used[-1].start if used and mode == "then" else -1
    for found in fitting:
        if found.start >= after and not any(found.start < one.end and one.start < found.end for one in used):
            chosen_all = _distinct(wanted, [*used, found])
            if chosen_all:
                return chosen_all
    return None


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
