"""Phrases and terms that were found in an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a term, found between two places of the folded text."""

    term: str
    start: int
    end: int
    gapped: bool = False
    """Whether there is something else between its parts."""


@dataclass(slots=True)
class Found:
    """A term that stands in a clause; the last three are filled in when the whole sentence is known."""

    term: str
    start: int
    end: int
    """Its place in the visible text."""
    denied: bool
    clause: int
    place: int
    """Its place in the folded sentence, for telling what is next to what."""
    place_end: int
    topics: frozenset[str] = frozenset()
    """What it is said of."""
    compared: bool = False
    """Whether it only stands for what something else is compared with."""
    alone: bool = False
    """Whether its clause does nothing but name it, as the answer to "which?" does."""
