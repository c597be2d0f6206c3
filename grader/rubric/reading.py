"""An answer as the engine reads it: sentences with the terms found in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.rubric.finds import Found, Hit
from grader.rubric.fold import Folded, fold
from grader.rubric.language import Language, language_of
from grader.rubric.lexicon import Lexicon
from grader.rubric.negation import TERMS as DENIALS
from grader.rubric.negation import Denials
from grader.rubric.options import lettered
from grader.rubric.plain import CAUSE, loose
from grader.rubric.schema import Question
from grader.rubric.sentences import Sentence, sentences
from grader.rubric.topics import about, alone, numbered
from grader.rubric.visible import Visible, visible

ANNOUNCED = 3
"""How many unforeseen words an announced reason counts as; there may be nothing behind it."""


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence with what was found in it."""

    sentence: Sentence
    folded: Folded
    found: tuple[Found, ...]
    cause: bool
    """Whether a reason is announced."""
    loose: float
    """How many words nobody foresaw."""

    def clause(self, number: int) -> list[Found]:
        """What was found in one clause."""
        return [found for found in self.found if found.clause == number]


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole answer."""

    text: str
    """What a reader sees."""
    hidden: bool
    language: Language
    sentences: tuple[Read, ...]

    @property
    def bare(self) -> float:
        """How many words nobody foresaw, and some more if a reason is announced."""
        told = [one for one in self.sentences if not one.sentence.question]
        return sum(one.loose for one in told) + ANNOUNCED * any(one.cause for one in told)


def read(answer: str, question: Question, lexicon_for: Callable[[Question, bool], Lexicon]) -> Reading:
    """Read an answer; ``lexicon_for`` gives the question's words, stemmed as Spanish ones or not."""
    seen: Visible = visible(answer)
    language = language_of(seen.text)
    text = lettered(seen.text) if question.choices or question.numbered_topics else seen.text
    lexicon = lexicon_for(question, language == "es")
    found: list[Read] = []
    topics = frozenset([question.opening] if question.opening else [])
    for sentence in sentences(text):
        one, topics = _read(text, sentence, question, lexicon, language == "es", topics)
        found.append(one)
    return Reading(seen.text, seen.hidden, language, tuple(found))


def _read(
    text: str, sentence: Sentence, question: Question, lexicon: Lexicon, spanish: bool, topics: frozenset[str]
) -> tuple[Read, frozenset[str]]:
    folded = fold(text[sentence.start : sentence.end], spanish, lexicon.spelling)
    clauses = [_span(folded, sentence.start, clause.start, clause.end) for clause in sentence.clauses]
    ends = [stop for _, stop in clauses]
    hits = [
        hit
        for hit in lexicon.find(folded)
        if not (hit.gapped and any(hit.start < stop < hit.end for stop in ends))  # over the end of a clause
    ]
    found = _found(hits, folded, sentence, clauses, question)
    found += numbered(found, text, sentence, folded, question, clauses, topics)
    topics = about(found, text, folded, sentence, question, topics)
    alone(found, hits, folded, question, clauses)
    found.sort(key=lambda one: (one.place, -one.place_end))
    cause = any(hit.term == CAUSE for hit in hits)
    return Read(sentence, folded, tuple(found), cause, loose(folded, hits)), topics


def _found(
    hits: Sequence[Hit],
    folded: Folded,
    sentence: Sentence,
    clauses: Sequence[tuple[int, int]],
    question: Question,
) -> list[Found]:
    """What decides anything, with its clause, affirmed or denied."""
    denials = Denials(hits, folded)
    found = []
    for hit in hits:
        if hit.term in DENIALS or hit.term == CAUSE or hit.term in question.only_described:
            continue
        number = next((n for n, (_, stop) in enumerate(clauses) if hit.start < stop), len(clauses) - 1)
        begin, stop = clauses[number]
        found.append(
            Found(
                hit.term,
                sentence.start + folded.origin[hit.start],
                sentence.start + folded.origin[hit.end - 1] + 1,
                denials.reach(hit, begin, max(stop, hit.end)),
                number,
                hit.start,
                hit.end,
            )
        )
    return found


def _span(folded: Folded, offset: int, start: int, stop: int) -> tuple[int, int]:
    """The places in the folded text that come from between two places of the text."""
    begin = bisect_left(folded.origin, start - offset)
    end = bisect_left(folded.origin, stop - offset)
    return (begin, end) if begin < end else (0, 0)
