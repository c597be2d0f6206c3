"""An answer as the engine reads it: sentences with the terms found in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.rubric.fold import Folded, fold
from grader.rubric.language import Language, language_of
from grader.rubric.lexicon import Lexicon
from grader.rubric.negation import AFTER, BEFORE, denied
from grader.rubric.schema import Question
from grader.rubric.sentences import Sentence, sentences
from grader.rubric.visible import Visible, visible


@dataclass(frozen=True, slots=True)
class Found:
    """A term that stands in a clause."""

    term: str
    start: int
    end: int
    """Its place in the visible text."""
    denied: bool
    clause: int
    place: int
    """Its place in the folded sentence, for telling what is next to what."""
    place_end: int


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence with what was found in it."""

    sentence: Sentence
    folded: Folded
    found: tuple[Found, ...]
    topics: tuple[frozenset[str], ...]
    """Of every clause, what it is about."""

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
    words: int
    """About how many words it has; two Chinese or Korean characters count as one."""
    sentences: tuple[Read, ...]


def read(answer: str, question: Question, lexicon_for: Callable[[Question, bool], Lexicon]) -> Reading:
    """Read an answer; ``lexicon_for`` gives the question's words, stemmed as Spanish ones or not."""
    seen: Visible = visible(answer)
    language = language_of(seen.text)
    lexicon = lexicon_for(question, language == "es")
    found: list[Read] = []
    topics: frozenset[str] = frozenset()
    for sentence in sentences(seen.text):
        one = _read(seen.text, sentence, question, lexicon, language == "es", topics)
        topics = one.topics[-1] if one.topics else topics
        found.append(one)
    return Reading(seen.text, seen.hidden, language, sum(_words(one.folded) for one in found), tuple(found))


def _words(folded: Folded) -> int:
    east = sum(not folded.text[start].isascii() and folded.text[start].isalpha() for start in folded.starts)
    rest = sum(folded.text[start].isascii() and folded.text[start].isalnum() for start in folded.starts)
    return rest + (east + 1) // 2


def _read(
    text: str, sentence: Sentence, question: Question, lexicon: Lexicon, spanish: bool, topics: frozenset[str]
) -> Read:
    folded = fold(text[sentence.start : sentence.end], spanish, lexicon.spelling)
    hits = lexicon.find(folded)
    clauses = [_span(folded, sentence.start, clause.start, clause.end) for clause in sentence.clauses]
    found = []
    for hit in hits:
        if hit.term in (BEFORE, AFTER):
            continue
        number = next((n for n, (_, stop) in enumerate(clauses) if hit.start < stop), len(clauses) - 1)
        begin, stop = clauses[number]
        found.append(
            Found(
                hit.term,
                sentence.start + folded.origin[hit.start],
                sentence.start + folded.origin[hit.end - 1] + 1,
                denied(hit, hits, folded, begin, max(stop, hit.end)),
                number,
                hit.start,
                hit.end,
            )
        )
    return Read(sentence, folded, tuple(found), _topics(found, len(clauses), sentence, question, topics))


def _span(folded: Folded, offset: int, start: int, stop: int) -> tuple[int, int]:
    """The places in the folded text that come from between two places of the text."""
    inside = [place for place, origin in enumerate(folded.origin) if start <= offset + origin < stop]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _topics(
    found: list[Found], clauses: int, sentence: Sentence, question: Question, topics: frozenset[str]
) -> tuple[frozenset[str], ...]:
    numbered = question.topics[sentence.number - 1 : sentence.number] if sentence.number else ()
    if question.numbered_topics and numbered:
        topics = frozenset(numbered)
    each = []
    for number in range(clauses):
        named = frozenset(one.term for one in found if one.clause == number and one.term in question.topics)
        topics = named or topics
        each.append(topics)
    return tuple(each)
