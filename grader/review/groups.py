"""Answers of a class that say the same, word for word or nearly.

One decision can serve a group, so only answers belong to one whose differences cannot change their
meaning: none of the words that differ denies, compares or counts, and the engine marked all alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from grader.written import WrittenAnswer

ALIKE = 90.0
"""Two answers are nearly identical from this similarity on (0 to 100, by their words' letters)."""

COPY_WORDS = 12
"""Shorter answers are alike by chance: nobody copies "2 and 3"."""

_WORD = re.compile(r"[^\W\d_]+|\d+|[<>=≠≤≥+*/^-]")
_TELLING = re.compile(
    r"\d+|[<>=≠≤≥+*/^-]|no|not|nor|never|none|neither|without|cannot|\w+n|t|less\w*|more|few\w*|small\w*|large\w*|"
    r"big\w*|low\w*|high\w*|greater|increas\w+|decreas\w+|reduc\w+|rais\w+|better|worse|only|except|un\w+|"
    r"(?:in|im|ir|dis)\w{4,}|sin|más|mas|menos|mayor\w*|menor\w*|aument\w+|disminu\w+|"
    r".*[不没沒無无非未少多大小低高增减減降升好差안않못없크작적많높낮].*",
    re.I,
)
"""Words that deny, compare or count; of Chinese and Korean a whole clause is one word here."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One hand-in's answer to a question."""

    submission: str
    answer: WrittenAnswer


@dataclass(frozen=True, slots=True)
class Group:
    """Answers to one question that say the same; most groups hold one."""

    members: tuple[Answered, ...]
    resembling: tuple[str, ...] = ()
    """Hand-ins, of this group and of others, that have nearly the words of one of it."""

    @property
    def first(self) -> Answered:
        """Any of them, for what they have in common."""
        return self.members[0]

    @property
    def digests(self) -> tuple[str, ...]:
        """Of their texts."""
        return tuple(dict.fromkeys(member.answer.digest for member in self.members))

    @property
    def may_be_copied(self) -> bool:
        """Whether several people wrote so much in nearly the same words, marked alike or not."""
        return len(self.resembling) > 1 and len(words(self.first.answer.text)) >= COPY_WORDS


def grouped(answers: Sequence[Answered]) -> tuple[Group, ...]:
    """The answers to one question in groups, in the order of the first of each.

    Parameters
    ----------
    answers : sequence of Answered
        All to the same question.
    """
    texts = [" ".join(words(one.answer.text)) for one in answers]
    leader = list(range(len(answers)))
    similar = _similar(texts)
    for i, row in enumerate(similar):
        for j in np.flatnonzero(row[: i + 1]):
            if i != j and texts[i] and _exchangeable(answers[i], answers[int(j)]):
                _join(leader, i, int(j))
    groups: dict[int, list[int]] = {}
    for i in range(len(answers)):
        groups.setdefault(_top(leader, i), []).append(i)
    return tuple(
        Group(
            tuple(answers[i] for i in members),
            tuple(answers[int(j)].submission for j in np.flatnonzero(similar[members].any(axis=0))),
        )
        for members in groups.values()
    )


def words(text: str) -> list[str]:
    """Words, numbers and comparisons, in small letters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _similar(texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    if not texts:
        return np.zeros((0, 0), bool)
    scores = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.float32)
    return np.asarray(scores >= ALIKE)


def _exchangeable(one: Answered, other: Answered) -> bool:
    states = [{item.id: item.applies for item in each.answer.items} for each in (one, other)]
    if states[0] != states[1]:
        return False
    first, second = (words(each.answer.text) for each in (one, other))
    differing = set(first) ^ set(second)
    counts = {word for word in {*first, *second} if first.count(word) != second.count(word)}
    return not any(_TELLING.fullmatch(word) for word in differing | counts)


def _top(leader: Sequence[int], i: int) -> int:
    while leader[i] != i:
        i = leader[i]
    return i


def _join(leader: list[int], i: int, j: int) -> None:
    a, b = sorted((_top(leader, i), _top(leader, j)))
    leader[b] = a
