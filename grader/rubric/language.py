"""Which of the four languages an answer is mostly in, and how its words are stemmed."""

from __future__ import annotations

from functools import cache
from typing import Literal

import regex
import snowballstemmer

Language = Literal["en", "zh", "ko", "es"]

_SPANISH_TEXT = """
el la los las de del que es en una un con por para se no más mas como lo esto esta ya pero son al
menos porque cuando red capas entonces sin debido también
"""
_SPANISH = frozenset(_SPANISH_TEXT.split())
_ENGLISH_TEXT = """
the of is in a an and to with for it as that this be because when are on by not we will than net
which
"""
_ENGLISH = frozenset(_ENGLISH_TEXT.split())


_HAN, _HANGUL, _LATIN = regex.compile(r"\p{Han}"), regex.compile(r"\p{Hangul}"), regex.compile(r"\p{Latin}+")


def language_of(text: str) -> Language:
    """The language of most of the text; English terms in a Chinese answer do not make it English."""
    han, hangul = len(_HAN.findall(text)), len(_HANGUL.findall(text))
    words = _LATIN.findall(text.lower())
    if han + hangul > 0.6 * len(words):
        return "ko" if hangul > han else "zh"
    spanish, english = (sum(word in common for word in words) for common in (_SPANISH, _ENGLISH))
    return "es" if spanish > english else "en"


@cache
def _stemmer(name: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(name)


_BRITISH = regex.compile(r"is(ation|ing|e[ds]?|er|es)$")


@cache
def stem(word: str, spanish: bool) -> str:
    """The stem of a lower-case word without accents."""
    if spanish:
        return str(_stemmer("spanish").stemWord(word))
    if len(word) > 6:
        word = _BRITISH.sub(r"iz\1", word)
    return str(_stemmer("english").stemWord(word))
