"""Text brought into one form for comparing: stems of words, no case, no accents, no white space in Chinese.

Every character of the folded text knows where it came from, so that what is found can be shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import regex

from grader.rubric.language import stem

_TOKEN = regex.compile(
    r"(?P<not>(?<=\p{Latin})n't\b)|(?P<word>\p{Latin}+?(?=n't\b)|[\p{Latin}\p{Greek}][\p{Latin}\p{Greek}\p{M}]*)|(?P<number>\d+(?:[.]\d+)?)"
    r"|(?P<east>[\p{Han}\p{Hangul}])|(?P<joint>(?<=[\p{Latin}\d])-(?=\p{Latin}))|(?P<mark>[^\s\w])"
)

_NOT = "not"
_SIZES = regex.compile("大小|多少|高低|好坏|快慢|强弱|深浅|长短")
"""Words for a quantity that hold both "much" and "little", which they do not mean."""
_WHOLE = {
    "cannot": "can not", "cant": "can not", "dont": "do not", "doesnt": "doe not", "didnt": "did not",
    "isnt": "is not", "wont": "will not", "ca": "can", "wo": "will", "sha": "shall",
}  # fmt: skip
"""Words that hold a "not", and what is left of those whose "n't" is cut off."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text to search in."""

    text: str
    """Words are set apart by single spaces; there is a space at either end."""
    origin: tuple[int, ...]
    """For every character, where it stands in the text that was folded."""
    starts: tuple[int, ...]
    """Where tokens start."""


def fold(text: str, spanish: bool = False, spelling: Callable[[str], str] | None = None) -> Folded:
    """Fold a text; ``spelling`` may replace a word by the one that was meant."""
    out, origin, starts = [" "], [0], []
    space = True
    for found in _TOKEN.finditer(_SIZES.sub("尺寸", text)):
        kind, start, last = found.lastgroup, found.start(), found.end() - 1
        if kind == "joint":  # "five-layer" is "five layer"
            continue
        token = _NOT if kind == "not" else found[0].lower()
        if kind == "word":
            token = _plain(token)
            token = _WHOLE.get(token) or stem(spelling(token) if spelling else token, spanish)
        apart = kind in _APART
        if apart and not space:
            out.append(" ")
            origin.append(start)
        starts.append(len(origin))
        out.append(token)
        width = last + 1 - start
        origin += range(start, start + min(len(token), width))
        origin += [last] * (len(token) - width)
        space = apart
        if apart:
            out.append(" ")
            origin.append(max(start, last))
    out.append(" ")
    origin.append(len(text))
    return Folded("".join(out), tuple(origin), tuple(starts))


_APART = ("word", "number", "not")
"""What is set apart by spaces."""


def _plain(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
