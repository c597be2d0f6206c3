"""Text reduced to its words, so that wording can be compared whatever decorates it.

Every pattern here runs in linear time: what they read was written by anybody.
"""

from __future__ import annotations

import re
import unicodedata

TAG = re.compile(r"</?[A-Za-z][^<>]{0,400}>")
LINK = re.compile(r"\[([^\[\]]{0,300})\]\(([^()]{0,1000})\)")
PICTURE = re.compile(
    r"!\[[^\[\]]{0,300}\](?:\([^()]{0,2000}\)|\[[^\[\]]{0,100}\])|!\[\[[^\[\]]{0,300}\]\]|<img\b[^<>]{0,4000}>"
)
_COLOUR = re.compile(r"\\(?:text)?color\s{0,5}\{[^{}]{0,40}\}")
_COMMAND = re.compile(r"\\[A-Za-z]{1,30}")
_LONGEST = 20_000
_ASCII_SIGNS = {code: " " for code in range(128) if not chr(code).isalnum()}


def plain(text: str) -> str:
    """The words of a piece of text: lower case, no markup, no punctuation, single spaces.

    Every Chinese character is a word of its own, so that it does not matter who puts spaces
    between Chinese and English. Latin letters lose their accents.
    """
    text = unicodedata.normalize("NFKC", text[:_LONGEST])
    text = LINK.sub(r"\1", TAG.sub(" ", text))
    text = _COMMAND.sub(" ", _COLOUR.sub(" ", text)).casefold().translate(_ASCII_SIGNS)
    if not text.isascii():
        text = "".join(map(_letter, text))
    return " ".join(text.split())


def _letter(char: str) -> str:
    if char.isascii():
        return char
    if "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U0003ffff":
        return f" {char} "
    if "\u00c0" <= char <= "\u024f":
        return unicodedata.normalize("NFD", char)[0]
    return char if char.isalnum() else " "
