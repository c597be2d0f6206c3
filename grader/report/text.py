"""Text that shows and never acts, and points as people write them.

A student chooses file names, messages of exceptions and lines of code, so any character may be in
them: terminal escapes, a change of the writing direction, a line end that splits a log line in two.
"""

from __future__ import annotations

import math
import unicodedata

# The joiners (U+200C, U+200D) are formats too, but part of how some languages are spelled.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = {"\n", "\u200c", "\u200d"}


def visible(text: str, limit: int = 2000) -> str:
    r"""The text with every character that could act written as its escape, such as ``\x1b``.

    Line ends stay, tabs become spaces, and what is longer than ``limit`` characters is cut and says so.
    """
    left = len(text) - limit
    if left > 0:
        text = f"{text[:limit]} ... ({left} more characters)"
    text = text.replace("\r\n", "\n").expandtabs(4)
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    # Not printable are controls, formats, surrogates, separators, and what Unicode has not assigned.
    if character.isprintable() or character in _HARMLESS or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape", "surrogatepass").decode()


def one_line(text: str, limit: int = 300) -> str:
    """The same on a single line, for names and titles."""
    return visible(" ".join(text.split("\n")), limit).strip()


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: students choose the names of their files."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def points(value: float) -> str:
    """Points with at most two decimals, and none that say nothing: ``3``, ``2.5``, ``0.67``."""
    return _number(value, 2)


def fraction(earned: float, maximum: float) -> str:
    """``3.2 / 4``; never so rounded that some of the points look like all or like none of them."""
    digits = 2
    while digits < 8 and _misleads(earned, maximum, digits):
        digits += 1
    return f"{_number(earned, digits)} / {_number(maximum, 2)}"


def _misleads(earned: float, maximum: float, digits: int) -> bool:
    shown = _number(earned, digits)
    return any(
        shown == _number(limit, digits) and not math.isclose(earned, limit, abs_tol=1e-9)
        for limit in (0.0, maximum)
    )


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def counted(number: int, noun: str) -> str:
    """``1 check``, ``2 checks``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
