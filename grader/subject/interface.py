"""The interface of an assignment: ``interface.toml`` as typed records.

For every function: what it takes, what it gives, and which of these may leave the process that runs
it. The table is data, so an instructor's own assignment brings its own.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from grader.errors import AssignmentError


class Crossing(Enum):
    """How an argument or a result relates to the process boundary."""

    VALUE = "value"
    HANDLE = "handle"
    UPDATED = "updated"


_MARKS = {"*": Crossing.HANDLE, "&": Crossing.UPDATED}


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument or result."""

    name: str
    crossing: Crossing

    @classmethod
    def parse(cls, text: str) -> Slot:
        """``"x"``, ``"*cache"`` or ``"&config"``."""
        mark = _MARKS.get(text[:1])
        return cls(text[1:], mark) if mark else cls(text, Crossing.VALUE)


@dataclass(frozen=True, slots=True)
class FunctionInterface:
    """A function of the assignment."""

    group: str
    """``layers``, ``optim``, ...: the name under which checks find it."""
    module: str
    """Where the submission defines it, relative to its package."""
    name: str
    takes: tuple[Slot, ...]
    gives: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class ClassInterface:
    """A net: built, its parameters assigned, its loss called."""

    group: str
    module: str
    name: str
    takes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interface:
    """All functions and classes of an assignment, by name."""

    functions: dict[str, FunctionInterface]
    classes: dict[str, ClassInterface]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups in the order of the table."""
        groups = [function.group for function in self.functions.values()]
        groups += [net.group for net in self.classes.values()]
        return tuple(dict.fromkeys(groups))

    @property
    def names(self) -> tuple[str, ...]:
        """Every function and class."""
        return (*self.functions, *self.classes)


def load_interface(path: Path) -> Interface:
    """Read an ``interface.toml``.

    Raises
    ------
    AssignmentError
        If the file is no TOML or an entry is malformed; the message names file and entry.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssignmentError(f"{path}: {error}") from error
    functions: dict[str, FunctionInterface] = {}
    classes: dict[str, ClassInterface] = {}
    for group, content in table.items():
        module = _text(path, group, content, "module")
        for name, entry in content.get("functions", {}).items():
            where = f"{group}.functions.{name}"
            functions[name] = FunctionInterface(
                group,
                entry.get("module", module),
                name,
                tuple(Slot.parse(text) for text in _names(path, where, entry, "takes")),
                tuple(Slot.parse(text) for text in _names(path, where, entry, "gives")),
            )
        for name, entry in content.get("classes", {}).items():
            takes = _names(path, f"{group}.classes.{name}", entry, "takes")
            classes[name] = ClassInterface(group, entry.get("module", module), name, takes)
    return Interface(functions, classes)


def _text(path: Path, where: str, entry: Any, key: str) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, str):
        raise AssignmentError(f'{path}: [{where}] needs {key} = "..."')
    return value


def _names(path: Path, where: str, entry: Any, key: str) -> tuple[str, ...]:
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip("*&") for name in value):
        raise AssignmentError(f"{path}: {where} needs {key} = [...], a list of names")
    return tuple(value)
