"""Ties a printed number to the function or class of the assignment that it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PARAMETER = re.compile(r"^(?:[Wb]|gamma|beta)\d{1,2}$")
_DIRECTION = re.compile(r"_(?:forward|backward)")


def subject_of(label: str, group: str, source: str, gives: Mapping[str, Sequence[str]]) -> str:
    """The name of what a number is about, or nothing where that cannot be told.

    Parameters
    ----------
    label, group : str
        What is printed beside the number, and the last heading above it.
    source : str
        The code that printed it.
    gives : mapping
        Functions to the names of what they give back; classes to nothing.
    """
    named = _named(source, gives)
    tokens = set(re.findall(r"\w+", group))
    grouped = [name for name in named if any(_akin(name, token) for token in tokens)]
    candidates = grouped or named
    quantity = label.partition(" ")[0]
    giving = [name for name in candidates if quantity in gives[name]]
    if giving:
        return giving[-1]
    nets = [name for name in candidates if not gives[name]]
    if nets and (_PARAMETER.match(quantity) or "loss" in label.lower()):
        return nets[-1]
    if grouped:
        return next((name for name in grouped if name in tokens), grouped[0])
    stems = {_DIRECTION.sub("", name) for name in named}
    return named[0] if len(stems) == 1 else ""


def _named(source: str, gives: Mapping[str, Sequence[str]]) -> list[str]:
    """The names that code mentions, in the order of their last mention."""
    last = {word: place for place, word in enumerate(re.findall(r"\w+", source))}
    return sorted((name for name in gives if name in last), key=last.__getitem__)


def _akin(name: str, token: str) -> bool:
    """Whether a printed word means a function: ``conv_relu`` both directions, ``pool_forward_fast`` more."""
    stem, word = _DIRECTION.sub("", name), _DIRECTION.sub("", token)
    return stem == word or ("_" in word and stem.endswith(f"_{word}"))
