"""Takes away what a reader of the rendered page does not see, and says what it was.

Comments, text in white or no size, invisible characters, link definitions that say something:
nobody earns points with words that no person would read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from grader.rubric.find.plain import TAG

_COMMENT = re.compile(r"<!--")
_SILENT = frozenset({"script", "style", "template", "noscript", "title", "head", "textarea", "object"})
_EMPTY = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source"})
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*\.?0+\d?(?![\d.])"
    r"|font-size\s*:\s*(?:0*\.?0+\d?(?![\d.])|[12](?:px|pt|%))"
    r"|(?<![-\w])color\s*[:=]\s*[\"']?\s*(?:white|snow|ivory|transparent|#f{3,8}\b|#(?:f[a-f0-9]){3}\b"
    r"|rgba?\s*\(\s*25\d\s*,\s*25\d\s*,\s*25\d|rgba\([^()]{0,40},\s*0?\.?0+\s*\))"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|\shidden(?=[\s>=/])|\bsize\s*=\s*[\"']?0",
    re.I,
)
_LATEX = (
    re.compile(r"\\(?:h|v)?phantom\s{0,5}\{([^{}]{0,2000})\}"),
    re.compile(
        r"\\textcolor\s{0,5}\{\s{0,5}(?:white|transparent|#?f{3}|#?f{6})\s{0,5}\}\s{0,5}\{([^{}]{0,2000})\}",
        re.I,
    ),
    re.compile(r"\\color\s{0,5}\{\s{0,5}(?:white|transparent|#?f{3}|#?f{6})\s{0,5}\}([^$]{0,2000})", re.I),
)
_DEFINITION = re.compile(
    r"^ {0,3}\[[^\[\]\n]{1,200}\]:[ \t]{0,5}(?:<[^<>\n]{0,300}>|[^\s<>]{1,500})"
    r"(?:[ \t]{1,5}(?:\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'|\([^()\n]{0,2000}\)))?[ \t]*$",
    re.M,
)
_PLACES = 0xE000
"""From here on, characters for private use stand for what was taken away, until all is done."""
_MOST_PIECES = 6000
_JOINER = "\u200d"  # makes one picture of several
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_DIRECTIONS = frozenset("\u200c\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
"""What text that runs from right to left is commonly written with."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Something that was taken away."""

    line: int
    """The line that it began on, counted from 0."""
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A piece of text as its reader sees it."""

    text: str
    hidden: tuple[Hidden, ...] = ()


def visible(text: str) -> Seen:
    """Take away what is not seen. Markup that shows something stays; line breaks stay where they were."""
    hidden: list[str] = []
    text = _without_characters(text, hidden)
    text = _without_comments(text, hidden)
    text = _without_elements(text, hidden)
    for pattern in _LATEX:
        text = pattern.sub(lambda found: _take(found[1], hidden), text)
    text = _DEFINITION.sub(lambda found: _take(found[0], hidden), text)
    return _located(text, hidden)


def _take(piece: str, hidden: list[str]) -> str:
    """Note a piece, and leave only its line breaks and a sign of where it was."""
    if len(hidden) >= _MOST_PIECES:
        return "\n" * piece.count("\n")
    hidden.append(" ".join(piece.split()))
    return chr(_PLACES + len(hidden) - 1) + "\n" * piece.count("\n")


def _located(text: str, hidden: list[str]) -> Seen:
    """The text without the signs, and the lines that they were on."""
    if not hidden:
        return Seen(text)
    found: list[Hidden] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        signs = [ord(char) - _PLACES for char in line if _PLACES <= ord(char) < _PLACES + len(hidden)]
        found += [Hidden(number, _unsigned(hidden[sign])) for sign in signs]
        lines[number] = _unsigned(line)
    return Seen("\n".join(lines), tuple(piece for piece in found if piece.text))


def _unsigned(text: str) -> str:
    return "".join(char for char in text if not _PLACES <= ord(char) < _PLACES + _MOST_PIECES)


def _without_characters(text: str, hidden: list[str]) -> str:
    if text.isascii():
        return text
    common = _DIRECTIONS if _RIGHT_TO_LEFT.search(text) else frozenset()
    kept: list[str] = []
    spelled: list[str] = []
    taken = 0
    for char in text:
        if "\U000e0020" <= char <= "\U000e007e":  # letters that no font shows
            spelled.append(chr(ord(char) - 0xE0000))
        elif _invisible(char):
            taken += char != "\ufeff" and char not in common
        else:
            kept.append(char)
    signs = _take("".join(spelled), hidden) if spelled else ""
    if taken > 8:  # a few come with text that was copied
        signs += _take(f"({taken} invisible characters)", hidden)
    return signs + "".join(kept)


def _invisible(char: str) -> bool:
    if char == _JOINER or char.isascii():
        return False
    return unicodedata.category(char) in ("Cf", "Co") or char in "\u115f\u1160\u3164\uffa0\u034f"


def _without_comments(text: str, hidden: list[str]) -> str:
    kept, place = [], 0
    for found in _COMMENT.finditer(text):
        if found.start() < place:
            continue
        end = text.find("-->", found.end())
        if end < 0:
            before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            if before.strip():  # within a line, an open comment is shown as it is
                continue
            end = len(text)
        kept += [text[place : found.start()], _take(text[found.end() : end], hidden)]
        place = end + 3
    return "".join([*kept, text[place:]])


def _without_elements(text: str, hidden: list[str]) -> str:
    """Drop elements whose style or name hides them, with everything within."""
    kept: list[str] = []
    place, depth, name, start = 0, 0, "", 0
    for found in TAG.finditer(text):
        tag = re.split(r"[\s/>]", found[0].strip("</"), maxsplit=1)[0].lower()
        closing = found[0].startswith("</")
        if depth:
            if tag == name:
                depth += -1 if closing else 1
                if not depth:
                    kept.append(_take(text[start : found.start()], hidden))
                    place = found.end()
        elif not closing and tag not in _EMPTY and (tag in _SILENT or _HIDING.search(found[0])):
            kept.append(text[place : found.start()])
            depth, name, start = 1, tag, found.end()
    if depth:
        kept.append(_take(text[start:], hidden))
        return "".join(kept)
    return "".join([*kept, text[place:]])
