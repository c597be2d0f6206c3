"""Which hand-ins there are, and what each is called."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UnreadableSubmission, UsageError

RESERVED = {"run.json", "index.html", "grades.csv"}
"""What stands beside the submissions' folders among the results."""

_NO_HAND_INS = {"__MACOSX"}


@dataclass(frozen=True, slots=True)
class HandIn:
    """One hand-in."""

    name: str
    """No other of the class has it. It is also the name of the folder with the results."""
    path: Path


def hand_ins(paths: Iterable[Path]) -> tuple[HandIn, ...]:
    """The hand-ins at ``paths``, each once, under names that tell them apart.

    A hand-in is called as its file or folder; where several are called the same, the folders above come
    before the name: ``alice_hw2.zip`` and ``bob_hw2.zip``.

    Raises
    ------
    UnreadableSubmission
        If there is nothing at one of the paths.
    UsageError
        If two of them cannot be told apart.
    """
    # Not resolved: a link may have been given the name that counts.
    places = list(dict.fromkeys(Path(os.path.abspath(path)) for path in paths))
    for place in places:
        if not place.exists():
            raise UnreadableSubmission(f"{place}: there is no such file or folder")
    return tuple(HandIn(name, place) for place, name in zip(places, _names(places), strict=True))


def class_members(folder: Path, results: Path) -> tuple[Path, ...]:
    """The entries of a class's folder: every file and folder in it but hidden ones and the results.

    Raises
    ------
    UsageError
        If there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: wanted the folder of a class, and this is none")
    members = tuple(
        entry
        for entry in sorted(folder.iterdir())
        if not entry.name.startswith(".")
        and entry.name not in _NO_HAND_INS
        and os.path.abspath(entry) != os.path.abspath(results)
    )
    if not members:
        raise UsageError(f"{folder}: there are no hand-ins in this folder")
    return members


def _names(places: list[Path]) -> list[str]:
    names = [_name(place, 1) for place in places]
    for depth in range(2, max((len(place.parts) for place in places), default=0) + 1):
        shared = {name for name, count in Counter(names).items() if count > 1}
        if not shared:
            break
        names = [
            _name(place, depth) if name in shared else name for place, name in zip(places, names, strict=True)
        ]
    for name, count in Counter(names).items():
        if count > 1:
            raise UsageError(f"{name}: {count} hand-ins would have this name; grade them apart")
    return names


def _name(place: Path, depth: int) -> str:
    parts = place.parts[max(1, len(place.parts) - depth) :] or ("root",)
    # Names of other systems may hold bytes that no text has.
    name = "_".join(parts).encode("utf-8", "backslashreplace").decode("utf-8")
    return f"{name}_" if name in RESERVED else name
