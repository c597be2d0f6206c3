"""Solution regions: the lines of a source file that students are to write themselves.

::

    # BEGIN SOLUTION: What to do, in words,
    #: continued on lines of this form.
    ...
    # END SOLUTION

Both markers stand on lines of their own, at the same indentation. Regions do not nest. The text is
optional. In the Markdown cells of a notebook the markers are the bare words, without ``#``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from grader.errors import AssignmentError

_BEGIN = re.compile(r"( *)# BEGIN SOLUTION(?:: (\S.*))?")
_CONTINUED = re.compile(r" *#:(?: (.*))?")
_END = re.compile(r"( *)# END SOLUTION")
_ANY_MARKER = re.compile(r"\s*#\s*(?:BEGIN|END)[ _-]*SOLUTION", re.IGNORECASE)
_MARKER_FIX = "write '# BEGIN SOLUTION', '# BEGIN SOLUTION: text' or '# END SOLUTION' on a line of its own"


@dataclass(frozen=True, slots=True)
class Region:
    """A marked region; all line numbers count from 1 and include the markers."""

    begin: int
    end: int
    first: int
    """The first line below the marker and its text."""
    indent: str
    todo: tuple[str, ...]
    """The text of the marker, line by line."""

    def encloses(self, line: int) -> bool:
        """Whether a line belongs to the region."""
        return self.begin <= line <= self.end


def find_regions(lines: Sequence[str], file: Path | str) -> tuple[Region, ...]:
    """The regions among the lines of a file.

    Raises
    ------
    AssignmentError
        If a marker is misspelt, unbalanced, nested or indented unlike its partner.
    """
    regions: list[Region] = []
    open_region: Region | None = None
    for number, line in enumerate(lines, start=1):
        if match := _BEGIN.fullmatch(line.rstrip()):
            if open_region is not None:
                problem = f"a region begins inside the one of line {open_region.begin}"
                raise _error(file, number, problem, "end that one first")
            todo = _todo(match[2], lines[number:], file, number)
            open_region = Region(number, 0, number + max(len(todo), 1), match[1], todo)
        elif match := _END.fullmatch(line.rstrip()):
            if open_region is None:
                raise _error(file, number, "a region ends that never began", "add '# BEGIN SOLUTION'")
            if match[1] != open_region.indent:
                problem = f"indented unlike its BEGIN in line {open_region.begin}"
                raise _error(file, number, problem, "align the two markers")
            regions.append(replace(open_region, end=number))
            open_region = None
        elif _ANY_MARKER.match(line):
            raise _error(file, number, f"no marker as it is written: {line.strip()!r}", _MARKER_FIX)
    if open_region is not None:
        raise _error(file, open_region.begin, "a region begins and never ends", "add '# END SOLUTION'")
    return tuple(regions)


def without_markers(text: str, file: Path | str) -> str:
    """The text with its solutions: only the markers and their texts are gone."""
    lines = text.splitlines()
    dropped: set[int] = set()
    for region in find_regions(lines, file):
        dropped.update(range(region.begin, region.first), (region.end,))
    kept = [line for number, line in enumerate(lines, start=1) if number not in dropped]
    return "".join(line + "\n" for line in kept)


def _todo(start: str | None, below: Sequence[str], file: Path | str, line: int) -> tuple[str, ...]:
    """The text of a marker: what stands beside it and on the lines below that begin with ``#:``."""
    continued = [match[1] or "" for match in takewhile(bool, map(_CONTINUED.fullmatch, below)) if match]
    if start is None and continued:
        raise _error(file, line, "a text that begins below its marker", "begin it beside the marker")
    return () if start is None else (start, *continued)


def _error(file: Path | str, line: int, problem: str, fix: str) -> AssignmentError:
    return AssignmentError(problem, file=file, line=line, fix=fix)
