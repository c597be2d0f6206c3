"""The layout of a hand-out: which file is made from which parts of the reference.

It is the table ``[template]`` of an assignment's ``assignment.toml``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from grader.errors import AssignmentError
from grader.model import Record

SETTINGS = "assignment.toml"


class ModuleFile(Record, frozen=True, kw_only=True):
    """A Python file of the hand-out."""

    path: str
    """Where it goes in the hand-out, for example ``cs231n/layers.py``."""
    title: str
    """The first line of its docstring."""
    role: Literal["exercise", "complete", "helper", "solution"] = "complete"
    """``exercise``: solution regions become stubs. ``complete``: handed out whole. ``helper``: what other
    files of the variant use of it, if any. ``solution``: the same, but not for students."""
    parts: tuple[str, ...] = ()
    """Modules of the reference, in the order in which their definitions follow each other."""
    stands_for: tuple[str, ...] = ()
    """Modules of the reference that define the same names: what imports from them gets this file's.
    (They choose between implementations that students do not have.)"""
    omit: tuple[str, ...] = ()
    """Patterns of names that students do not get (the solved variant has them)."""
    imports: tuple[str, ...] = ()
    """Imports that the file has whether or not its code uses them."""


class NotebookFile(Record, frozen=True, kw_only=True):
    """A notebook, made from a script in percent format."""

    path: str
    source: str
    """Relative to the package of the reference."""


class TextFile(Record, frozen=True, kw_only=True):
    """A file that is handed out as it is."""

    path: str
    source: str
    """Relative to the folder of ``assignment.toml``."""


class Layout(Record, frozen=True, kw_only=True):
    """The table ``[template]``."""

    sources: str
    """The package that holds the parts."""
    modules: tuple[ModuleFile, ...]
    notebooks: tuple[NotebookFile, ...] = ()
    texts: tuple[TextFile, ...] = ()
    known_lines: tuple[str, ...] = ()
    """Lines of solutions that students also find, on purpose, in what they are given."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All files that the layout may give."""
        return (
            *(entry.path for entry in self.modules),
            *(entry.path for entry in self.notebooks),
            *(entry.path for entry in self.texts),
        )


def load_layout(folder: Path) -> Layout:
    """The layout of the assignment in ``folder``.

    Raises
    ------
    AssignmentError
        If ``assignment.toml`` is no TOML, has no or a malformed ``[template]``, or names a path twice.
    """
    file = folder / SETTINGS
    try:
        settings = tomllib.loads(file.read_text("utf-8"))
        layout = msgspec.convert(settings["template"], Layout)
    except KeyError:
        raise AssignmentError("got no table [template]", file=file, fix="add the layout") from None
    except msgspec.ValidationError as error:
        raise AssignmentError(f"[template]: {error}", file=file, fix="$ stands for [template]") from error
    except (OSError, ValueError) as error:
        raise AssignmentError(str(error), file=file) from error
    _require_distinct(layout, file)
    return layout


def _require_distinct(layout: Layout, file: Path) -> None:
    for kind, names in (
        ("path", layout.paths),
        ("part", [part for module in layout.modules for part in module.parts]),
    ):
        twice = sorted({name for name in names if list(names).count(name) > 1})
        if twice:
            raise AssignmentError(f"[template]: the {kind} {twice[0]!r} occurs twice", file=file)
