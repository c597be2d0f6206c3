"""A whole hand-out: build it, write it, and see whether a folder still is what would be built.

The folder in ``student_template`` is generated and never edited by hand. `compare_template` is what
keeps it that way.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.authoring.drafts import Variant
from grader.authoring.layout import Layout, load_layout
from grader.authoring.leaks import find_leaks
from grader.authoring.modules import build_modules
from grader.authoring.notebooks import build_notebook
from grader.authoring.sources import Sources
from grader.errors import AssignmentError, UsageError
from grader.resources import assignment_folder, assignments, checkout, template_folder

# What running a hand-out leaves behind in its folder; no part of it.
_LEFTOVERS = frozenset({"__pycache__", ".ipynb_checkpoints", "datasets"})


@dataclass(frozen=True, slots=True)
class Drift:
    """A file that is not what would be built."""

    path: str
    kind: Literal["changed", "missing", "extra"]
    diff: tuple[str, ...] = ()
    """For a changed file: from what would be built to what is there, in unified form."""


def build_template(assignment: str, variant: Variant = Variant.STUBS) -> dict[str, str]:
    """The files of a hand-out, by path.

    Parameters
    ----------
    assignment : str
        A name, or a folder with an ``assignment.toml``.
    variant : Variant

    Raises
    ------
    UsageError
        If there is no such assignment.
    AssignmentError
        If its layout or its sources are wrong, or a solution is in what students would get.
    """
    folder = assignment_folder(assignment)
    layout = load_layout(folder)
    return build_files(layout, Sources.of_package(layout.sources), folder, variant)


def build_files(layout: Layout, sources: Sources, folder: Path, variant: Variant) -> dict[str, str]:
    """The files of a hand-out, from a layout and sources; ``folder`` holds its texts."""
    files = build_modules(layout, sources, variant)
    for notebook in layout.notebooks:
        script = sources.script(notebook.source)
        files[notebook.path] = build_notebook(script, notebook.source, variant)
    for text in layout.texts:
        files[text.path] = _read(folder / text.source)
    if variant is Variant.STUBS and (leaks := find_leaks(layout, sources, files)):
        raise AssignmentError("\n".join(map(str, leaks)), fix="reword it, or list it in known_lines")
    return dict(sorted(files.items()))


def destination(assignment: str, to: Path | None, variant: Variant) -> Path:
    """Where a hand-out is to be written: ``to``, or the assignment's own template folder.

    Raises
    ------
    UsageError
        If that would overwrite somebody's files, put solutions into the template, or change an
        installed grader.
    """
    if to is not None:
        if to.exists() and not (to.is_dir() and not any(to.iterdir())):
            raise UsageError(f"{to}: is there already; give the name of a new folder")
        return to
    if variant is Variant.SOLVED:
        raise UsageError("solutions do not go into the template folder; give another one with --to")
    if assignment in assignments() and checkout() is None:
        raise UsageError("an installed grader does not change itself; give a folder with --to")
    return template_folder(assignment)


def write_template(files: Mapping[str, str], folder: Path) -> None:
    """Make ``folder`` hold these files and no others (but for what running them leaves behind).

    Raises
    ------
    UsageError
        If that cannot be written.
    """
    try:
        for path in _present(folder):
            if path not in files:
                (folder / path).unlink()
        for path, text in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}") from error


def compare_template(files: Mapping[str, str], folder: Path) -> list[Drift]:
    """Where a folder differs from the files of a hand-out, byte for byte, sorted by path."""
    present = set(_present(folder))
    drifts = [Drift(path, "extra") for path in present - files.keys()]
    drifts += [Drift(path, "missing") for path in files.keys() - present]
    for path in present & files.keys():
        there = (folder / path).read_bytes()
        if there != files[path].encode("utf-8"):
            drifts.append(Drift(path, "changed", _diff(path, files[path], there)))
    return sorted(drifts, key=lambda drift: drift.path)


def _present(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if not file.is_dir() and not _LEFTOVERS.intersection(path.parts):
            yield path.as_posix()


def _diff(path: str, built: str, there: bytes) -> tuple[str, ...]:
    lines = there.decode("utf-8", errors="replace").splitlines()
    names = (f"built/{path}", f"there/{path}")
    return tuple(difflib.unified_diff(built.splitlines(), lines, *names, lineterm=""))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise AssignmentError(f"cannot be read: {error.strerror}", file=file) from error
