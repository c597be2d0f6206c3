"""An assignment: points, limits, interface and editions, read from its folder into typed records.

``assignment.toml`` holds what an instructor may want to change (title, limits, points);
``editions.toml`` what changed between the years; ``interface.toml`` the functions. All problems of
all three are reported at once, each with file and place.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from grader.errors import AssignmentError
from grader.model import Record
from grader.speed.settings import Speed, problems
from grader.subject.interface import Interface, load_interface


class Limits(Record, frozen=True, kw_only=True):
    """What one check may use, measured from outside the submission's process."""

    wall_seconds: float = 10.0
    cpu_seconds: float = 60.0
    """For all checks of one worker together."""
    total_seconds: float = 1200.0
    """For all checks of one hand-in together; those that come later are not run."""
    memory_mib: int = 1024
    output_kib: int = 64


class Section(Record, frozen=True, kw_only=True):
    """A line of the score sheet."""

    id: str
    title: str
    points: float
    counted: bool = True
    """Whether its points belong to the total; otherwise the section is reported apart."""


class Edition(Record, frozen=True, kw_only=True):
    """One year of the assignment."""

    title: str
    signature: dict[str, tuple[str, ...]]
    package: str | None = None
    dropout: Literal["keep", "drop"] = "keep"
    handed_out: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Patterns of check ids that have no meaning in this edition."""
    points: dict[str, float] = msgspec.field(default_factory=dict)
    questions: tuple[str, ...] = ()
    """The inline questions that it asks, in the order of the score sheet."""
    may_ask: tuple[str, ...] = ()
    """Those that only some of its hand-outs asked: they count where they are found."""


class Written(Record, frozen=True, kw_only=True):
    """How the inline questions are treated."""

    absent: Literal["review", "zero"] = "review"
    """What a question comes to that is nowhere in the hand-in: it may have been handed in elsewhere."""


class Assignment(Record, frozen=True, kw_only=True):
    """Everything about an assignment but its checks and its questions."""

    id: str
    title: str
    package: str
    """The name under which submissions import themselves, for example ``cs231n``."""
    modules: tuple[str, ...] = ()
    """Libraries that submissions may import beside NumPy and the standard library."""
    compatibility: bool = False
    """Whether names that newer NumPy versions removed (``np.int``, ...) are put back."""
    python2: bool = False
    """Whether hand-ins that were written for Python 2 are run with its meaning."""
    limits: Limits
    written: Written = Written()
    speed: Speed | None = None
    """The speed check of the fast functions, if the assignment has one."""
    extensions: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Cython files that the course hands out: name to the digests of its texts
    (`grader.submission.extensions`)."""
    sections: tuple[Section, ...]
    editions: dict[str, Edition]
    interface: Interface
    folder: Path

    def section_points(self, edition: str) -> dict[str, float]:
        """The points of every section in one edition."""
        changed = self.editions[edition].points
        return {section.id: changed.get(section.id, section.points) for section in self.sections}

    def graded(self, edition: str) -> frozenset[str]:
        """The functions and classes that the edition asks students to write."""
        without = self.not_asked(edition)
        return frozenset(name for name in self.interface.names if name not in without)

    def handed_out(self, edition: str) -> frozenset[str]:
        """The functions and classes that the edition hands out."""
        return self.not_asked(edition) - set(self.editions[edition].absent)

    def not_asked(self, edition: str) -> frozenset[str]:
        """The functions and classes that the edition hands out or does not have."""
        entry = self.editions[edition]
        named = {*entry.handed_out, *entry.absent}
        groups = {item.name for item in self.interface.functions.values() if item.group in named}
        return frozenset(named | groups)


def load_assignment(folder: Path) -> Assignment:
    """Read the assignment in ``folder``.

    Raises
    ------
    AssignmentError
        Naming every problem found.
    """
    found: list[str] = []
    table = _toml(folder / "assignment.toml")
    head = _convert(table.get("assignment", {}), _Head, f"{folder}/assignment.toml: [assignment]", found)
    limits = _convert(table.get("limits", {}), Limits, f"{folder}/assignment.toml: [limits]", found)
    sections = [
        _convert(entry, Section, f"{folder}/assignment.toml: [[sections]] number {number}", found)
        for number, entry in enumerate(table.get("sections", []), start=1)
    ]
    editions = {
        name: _convert(entry, Edition, f"{folder}/editions.toml: [{name}]", found)
        for name, entry in _toml(folder / "editions.toml").items()
    }
    interface = load_interface(folder / "interface.toml")
    written = _convert(table.get("written", {}), Written, f"{folder}/assignment.toml: [written]", found)
    speed = _speed(folder, table, sections, interface, found)
    where = f"{folder}/assignment.toml: [extensions]"
    extensions = _convert(table.get("extensions", {}), dict[str, tuple[str, ...]], where, found)
    if not found:
        found += _inconsistencies(folder, sections, editions, interface)
    if found:
        raise AssignmentError("\n".join(found))
    return Assignment(
        **msgspec.structs.asdict(head),
        limits=limits,
        written=written,
        speed=speed,
        extensions=extensions,
        sections=tuple(sections),
        editions=editions,
        interface=interface,
        folder=folder,
    )


def _speed(
    folder: Path, table: dict[str, Any], sections: list[Section], interface: Interface, found: list[str]
) -> Speed | None:
    if "speed" not in table:
        return None
    where = f"{folder}/assignment.toml: [speed]"
    speed: Speed | None = _convert(table["speed"], Speed, where, found)
    if speed is not None:
        ids = {section.id for section in sections if section is not None}
        found += [f"{where}: {text}" for text in problems(speed, ids, interface.functions)]
    return speed


class _Head(Record, frozen=True, kw_only=True):
    id: str
    title: str
    package: str
    modules: tuple[str, ...] = ()
    compatibility: bool = False
    python2: bool = False


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssignmentError(str(error), file=file) from error


def _convert(value: Any, kind: Any, where: str, problems: list[str]) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problems.append(f"{where}: {error}")
        return None


def _inconsistencies(
    folder: Path, sections: list[Section], editions: dict[str, Edition], interface: Interface
) -> list[str]:
    """What is well-formed and yet cannot be right."""
    problems = []
    ids = [section.id for section in sections]
    known = {*interface.names, *interface.groups}
    for twice in {name for name in ids if ids.count(name) > 1}:
        problems.append(f"{folder}/assignment.toml: section {twice!r} stands there twice")
    asked = {file.stem for file in (folder / "questions").glob("*.yaml")}
    total = sum(section.points for section in sections if section.counted)
    for name, edition in editions.items():
        where = f"{folder}/editions.toml: [{name}]"
        problems += [f"{where} points: no section {key!r}" for key in edition.points if key not in ids]
        problems += [
            f"{where}: no function, class or group {item!r} in interface.toml"
            for item in (*edition.handed_out, *edition.absent, *edition.signature)
            if item not in known
        ]
        problems += [
            f"{where}: no question {item!r}, wanted a file {folder}/questions/{item}.yaml"
            for item in (*edition.questions, *edition.may_ask)
            if item not in asked
        ]
        sum_of_edition = sum(
            edition.points.get(section.id, section.points) for section in sections if section.counted
        )
        if sum_of_edition != total:
            problems.append(f"{where} points: they add up to {sum_of_edition:g}, wanted {total:g}")
    return problems
