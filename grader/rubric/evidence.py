"""What a decision rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Words of the visible text that show a concept."""

    start: int
    end: int
    concept: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer shows a concept, and where."""

    state: Literal["yes", "no", "unclear"]
    spans: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return self.state == "yes"
