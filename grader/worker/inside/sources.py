"""The source files that a worker holds: the submission's own and those that the judge provides."""

from __future__ import annotations

import linecache
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Origin: TypeAlias = Literal["student", "provided"]

#: Where a submission believes to live. Nothing is there.
HOME: Final = "/submission"


@dataclass(frozen=True, slots=True)
class Source:
    """One module."""

    name: str  # dotted, "cs231n.layers"
    path: str  # as people know it, "cs231n/layers.py"; it shows in tracebacks
    code: bytes  # bytes, because only Python knows what its coding line means
    origin: Origin
    is_package: bool
    python2_lines: int  # how many of its lines, from the first on, have the meaning of Python 2

    @classmethod
    def from_wire(cls, entry: dict[str, Any], origin: Origin) -> Source:
        """From what the judge sent."""
        return cls(
            entry["name"],
            entry["path"],
            entry["code"].tobytes(),
            origin,
            entry["is_package"],
            entry["python2_lines"],
        )

    @property
    def text(self) -> str:
        """The text, for tracebacks only."""
        return self.code.decode("utf-8", "replace")

    def show_in_tracebacks(self) -> None:
        """Let `traceback` and `warnings` find the lines, without a file.

        Most files are never in a traceback, so their lines are made when one asks: an entry that
        holds nothing but a function is linecache's own form for that.
        """
        linecache.cache[self.path] = (lambda: self.text,)

    def hide_in_tracebacks(self) -> None:
        """Undo `show_in_tracebacks`."""
        linecache.cache.pop(self.path, None)
