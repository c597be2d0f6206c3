"""Text that came from a submission, made safe to look at."""

from __future__ import annotations

import unicodedata


def readable(text: str, limit: int) -> str:
    """The beginning of ``text`` with control characters written out.

    Terminal escapes, bells and the marks that reverse the direction of writing could make a report
    say something else than it does. Line breaks and tabs stay.
    """
    shown = text[:limit]
    if not (shown.isascii() and shown.isprintable()):  # which most text is
        shown = "".join(map(_shown, shown))
    left = len(text) - limit
    return shown if left <= 0 else f"{shown}\n... ({left} more characters)"


def _shown(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return character
    return character.encode("unicode_escape").decode("ascii")
