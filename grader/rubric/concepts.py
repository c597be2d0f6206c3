"""Which concepts an answer shows, and with which words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from grader.rubric.choices import Picked, chosen
from grader.rubric.evidence import Span, Verdict
from grader.rubric.finds import Found
from grader.rubric.reading import Reading
from grader.rubric.schema import Concept, Question

MOST_SPANS = 4
"""More evidence than this for one concept tells a reader nothing."""


def verdicts(reading: Reading, question: Question) -> dict[str, Verdict]:
    """A verdict on every concept of the question."""
    picked = chosen(reading, question.choices) if question.choices else Picked({})
    windows = _windows(reading)
    return {
        name: _chosen(picked, concept, name, reading)
        if concept.choice
        else _said(reading, windows[concept.within], concept, name)
        for name, concept in question.concepts.items()
    }


_Window = tuple[list[Found], set[str]]
"""What may show a concept together, and the terms in it."""


def _windows(reading: Reading) -> dict[str, list[_Window]]:
    """The finds of every clause, of every sentence, and of everything."""
    told = [read for read in reading.sentences if not read.sentence.question]
    clauses = [read.clause(number) for read in told for number in range(len(read.sentence.clauses))]
    sentences = [list(read.found) for read in told]
    whole = [[found for read in told for found in read.found]]
    return {
        within: [
            (window, {found.term for found in window}) for window in windows if window or within == "answer"
        ]
        for within, windows in (("clause", clauses), ("sentence", sentences), ("answer", whole))
    }


def _said(reading: Reading, windows: Sequence[_Window], concept: Concept, name: str) -> Verdict:
    spans: list[Span] = []
    lines = [_parsed(line) for line in concept.any]
    for window, present in windows:
        for line in lines:
            if all(atom.terms & present for atom in line if atom.mode not in ABSENT):
                spans += _shown(reading, window, line, name)
    kept = tuple(sorted(set(spans))[:MOST_SPANS])
    return Verdict("yes" if kept else "no", kept)


@dataclass(frozen=True, slots=True)
class _Atom:
    """One word of a line of a concept: what is wanted of which terms."""

    mode: str
    terms: frozenset[str]


ABSENT = ("on", "off", "without")
"""Modes that want nothing to be found."""


@cache
def _parsed(line: tuple[str, ...]) -> tuple[_Atom, ...]:
    return tuple(_Atom(mode, frozenset(terms.split("|"))) for mode, _, terms in map(_halves, line))


def _halves(atom: str) -> tuple[str, str, str]:
    return atom.rpartition(" ")


def _shown(reading: Reading, window: Sequence[Found], line: Sequence[_Atom], name: str) -> Iterator[Span]:
    """The words that show all of a line, if the window does."""
    here = list(window)
    for atom in line:
        if atom.mode == "on":
            here = [found for found in here if atom.terms & found.topics]
        elif atom.mode == "off":
            here = [found for found in here if not atom.terms & found.topics]
    wanted = []
    for atom in line:
        if atom.mode == "without" and any(found.term in atom.terms for found in here):
            return
        if atom.mode not in ABSENT:
            wanted.append((atom.mode, [found for found in here if _fits(found, atom)]))
    if not wanted:
        yield Span(0, len(reading.text), name, reading.text)
        return
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


def _fits(found: Found, atom: _Atom) -> bool:
    if found.term not in atom.terms or found.compared != (atom.mode == "than"):
        return False
    if atom.mode == "alone":
        return found.alone
    return atom.mode in ("mention", "than") or found.denied == (atom.mode == "not")


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
