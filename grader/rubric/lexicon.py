"""Finds the phrases of terms in folded text, in one pass, also where a word is misspelt."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

import regex
from rapidfuzz.distance import OSA

from grader.rubric.finds import Hit
from grader.rubric.fold import Folded, fold
from grader.rubric.language import stem
from grader.rubric.schema import Term

GAPS = {"...": 40, "..": 15}
"""How many characters each kind of gap may stand for."""
EASTERN = 3
"""For how many characters a Chinese or Korean one counts."""
LONG_WORD, VERY_LONG_WORD = 6, 10
"""From how many letters on a word may have one typing error, or two."""

_CHOICE = regex.compile(r"\([^()]*\)|[^()]+")
_GAP = regex.compile(r"\.{2,3}")
_WORD = regex.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class _Phrase:
    parts: tuple[str, ...]
    gaps: tuple[int, ...]
    """How far each part but the first may stand from the one before it."""
    closes: bool
    """Whether nothing may follow in the clause."""
    terms: tuple[str, ...]
    forbids: tuple[str, ...]
    """Terms of which this phrase is an exception."""


class _Bucket:
    """Phrases that start with the same word, by what they start with up to the first gap."""

    def __init__(self) -> None:
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        self._lengths: tuple[int, ...] = ()

    def add(self, first: str, phrase: _Phrase) -> None:
        self._phrases[first].append(phrase)
        self._lengths = tuple({*self._lengths, len(first)})

    def starting(self, text: str, start: int) -> Iterator[_Phrase]:
        for length in self._lengths:
            yield from self._phrases.get(text[start : start + length], ())


class Lexicon:
    """The phrases of many terms, ready for looking up.

    Parameters
    ----------
    terms : mapping of str to Term
    spanish : bool
        Whether words are stemmed as Spanish ones; the text has to be folded alike.
    """

    def __init__(self, terms: Mapping[str, Term], spanish: bool = False) -> None:
        means: dict[_Parts, list[str]] = defaultdict(list)
        forbids: dict[_Parts, list[str]] = defaultdict(list)
        for name, term in terms.items():
            for phrase in spelled_out(term.phrases):
                means[_parts(phrase, spanish)].append(name)
            for phrase in spelled_out(term.except_):
                forbids[_parts(phrase, spanish)].append(name)
        self._index: dict[str, _Bucket] = defaultdict(_Bucket)
        for key in {**means, **forbids}:
            parts, gaps, closes = key
            entry = _Phrase(parts, gaps, closes, tuple(means.get(key, ())), tuple(forbids.get(key, ())))
            first = parts[1] if parts[0] == "=" else parts[0]
            self._index[_key(first, 0)].add(first, entry)
        self._spanish = spanish
        known = {
            word
            for term in terms.values()
            for phrase in term.phrases
            for word in _WORD.findall(phrase.lower())
        }
        self.stems = frozenset(stem(word, spanish) for word in known)
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(known):
            if len(word) >= LONG_WORD - 1:
                self._by_letter[word[0]].append(word)
        self.spelling = cache(self._spelling)

    def _spelling(self, word: str) -> str:
        """The known word that was meant by a misspelt one, or the word itself."""
        if len(word) < LONG_WORD or stem(word, self._spanish) in self.stems:
            return word
        errors = 1 if len(word) < VERY_LONG_WORD else 2
        near = [(OSA.distance(word, known), known) for known in self._by_letter.get(word[0], ())]
        near = sorted(pair for pair in near if pair[0] <= errors)
        best = {stem(known, self._spanish) for distance, known in near if distance == near[0][0]}
        return near[0][1] if len(best) == 1 else word

    def find(self, folded: Folded) -> list[Hit]:
        """All hits, in the order of the text; of hits of one term that overlap, the longest."""
        found: list[Hit] = []
        blocked: list[Hit] = []
        for start in folded.starts:
            bucket = self._index.get(_key(folded.text, start))
            for phrase in bucket.starting(folded.text, start) if bucket else ():
                end = _match(folded.text, start, phrase)
                if end:
                    found += [Hit(term, start, end, bool(phrase.gaps)) for term in phrase.terms]
                    blocked += [Hit(term, start, end) for term in phrase.forbids]
        found = [hit for hit in found if not any(_inside(hit, other) for other in blocked)]
        return _longest(found)


def spelled_out(phrases: Iterable[str]) -> list[str]:
    """The phrases with every choice taken: ``(big|large) batch`` is two of them."""
    found = []
    for phrase in phrases:
        parts = [
            part.strip("()").split("|") if part[:1] == "(" else [part] for part in _CHOICE.findall(phrase)
        ]
        found += [" ".join("".join(chosen).split()) for chosen in product(*parts)]
    return found


_Parts = tuple[tuple[str, ...], tuple[int, ...], bool]


def _parts(phrase: str, spanish: bool) -> _Parts:
    """The parts of a phrase between its gaps, how wide the gaps are, and whether nothing may follow."""
    bare = phrase.removeprefix("=").removesuffix("=")
    parts = tuple(_folded(part, spanish) for part in _GAP.split(bare))
    gaps = tuple(GAPS[gap] for gap in _GAP.findall(bare))
    return (("=", *parts) if phrase.startswith("=") else parts), gaps, phrase.endswith("=")


@cache
def _folded(part: str, spanish: bool) -> str:
    return fold(part, spanish).text.strip()


def _key(text: str, start: int) -> str:
    """The first word, or the first character where there are no words."""
    if not (text[start].isascii() and text[start].isalnum()):
        return text[start]
    end = text.find(" ", start)
    return text[start:] if end < 0 else text[start:end]


def _match(text: str, start: int, phrase: _Phrase) -> int:
    """Where the phrase that starts here ends, or 0; after ``=`` it has to be all there is."""
    parts = phrase.parts
    if parts[0] == "=":
        return start + len(parts[1]) if text.strip(" .:-()[]0123456789") == parts[1] else 0
    if not text.startswith(parts[0], start):
        return 0
    end = start + len(parts[0])
    if not _ends(text, parts[0], end):
        return 0
    for part, gap in zip(parts[1:], phrase.gaps, strict=True):
        start = _find(text, part, end, min(len(text), end + gap + len(part)))
        if start < 0 or _width(text[end:start]) > gap:
            return 0
        end = start + len(part)
    return 0 if phrase.closes and text[end:].lstrip()[:1].isalnum() else end


def _width(between: str) -> float:
    """How much a gap holds; what is in another clause is too far away."""
    if any(mark in between for mark in ",;:"):
        return math.inf
    return sum(1 if character.isascii() else EASTERN for character in between)


def _ends(text: str, part: str, end: int) -> bool:
    """Whether a part that ends here is not the beginning of a longer word."""
    return not (part[-1].isalnum() and part[-1].isascii()) or text[end : end + 1] in ("", " ")


def _find(text: str, part: str, start: int, stop: int) -> int:
    while (place := text.find(part, start, stop)) >= 0:
        starts = not (part[0].isascii() and part[0].isalnum()) or text[place - 1] == " "
        if starts and _ends(text, part, place + len(part)):
            return place
        start = place + 1
    return -1


def _inside(hit: Hit, other: Hit) -> bool:
    return hit.term == other.term and other.start <= hit.start < other.end


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    last: dict[str, Hit] = {}
    for hit in sorted(set(hits), key=lambda hit: (hit.start, -hit.end)):
        before = last.get(hit.term)
        if before is None or hit.start >= before.end:
            kept.append(hit)
            last[hit.term] = hit
    return kept
