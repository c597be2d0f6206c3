"""Turns a source file into what students get: every solution region becomes a TODO.

A region inside a function becomes its text, as a ``TODO`` comment (nothing, if it has no text), and
``name = None`` for every name that was bound in the region, is read after it, and is not certain to be
bound before it: the stub runs and returns Nones. A region at module or class level disappears.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Collection
from pathlib import Path

from grader.authoring.bindings import bound_names, certain_names, parameters, read_lines
from grader.authoring.places import Function, Place, locate
from grader.authoring.regions import Region, find_regions
from grader.errors import AssignmentError

_WIDTH = 100


def with_stubs(text: str, file: Path | str, *, read_below: Collection[str] | None = None) -> str:
    """The text with every solution region replaced.

    Parameters
    ----------
    text : str
        Python.
    file : Path or str
        For messages.
    read_below : collection of str, optional
        Given for a cell of a notebook: the names that later cells read. The top level of a cell is
        treated like the body of a function, which all cells share.

    Raises
    ------
    AssignmentError
        If the text is no Python, its markers are wrong, or a region cuts a statement.
    """
    lines = text.splitlines()
    regions = find_regions(lines, file)
    if not regions:
        return text
    tree = _parse(text, file)
    places = [locate(tree, region, lines, file) for region in regions]
    stubs = [_Stub(place, places, tree, read_below).lines() for place in places]
    for region, stub in zip(reversed(regions), reversed(stubs), strict=True):
        lines[region.begin - 1 : region.end] = [region.indent + line for line in stub]
    return "".join(line + "\n" for line in lines)


def names_read(text: str, file: Path | str) -> frozenset[str]:
    """The names that a piece of Python reads."""
    return frozenset(name for name, _ in read_lines([_parse(text, file)]))


def _parse(text: str, file: Path | str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise AssignmentError(f"no valid Python: {error.msg}", file=file, line=error.lineno) from error


class _Stub:
    """What takes the place of one region, given all the regions of the file."""

    def __init__(
        self, place: Place, places: list[Place], tree: ast.Module, read_below: Collection[str] | None
    ) -> None:
        self.place = place
        self.places = places
        self.read_below = read_below or ()
        self.scope: Function | ast.ClassDef | ast.Module = place.scope or tree
        self.is_body = isinstance(self.scope, Function) or (self.scope is tree and read_below is not None)

    def lines(self) -> list[str]:
        """The lines, without their indentation."""
        if not self.is_body:
            return ["pass"] if self._leaves_nothing() else []
        stub = [f"{name} = None" for name in self._names_to_bind()]
        if not stub and self._leaves_nothing():
            stub = ["pass"]
        return [*_todo(self.place.region), *stub]

    def _names_to_bind(self) -> list[str]:
        read, bound = self._read_after(), self._bound_before()
        return [name for name in bound_names(self.place.covered) if name in read and name not in bound]

    def _read_after(self) -> set[str]:
        """The names that code outside of all regions reads once this region has run."""
        read = {
            name
            for name, line in read_lines([self.scope])
            if line >= self.place.repeated_from
            and not any(other.region.encloses(line) for other in self.places)
        }
        return read.union(self.read_below if isinstance(self.scope, ast.Module) else ())

    def _bound_before(self) -> set[str]:
        """The names that are certain to be bound when the region is reached."""
        solved = [node for other in self.places for node in other.covered]
        bound: set[str] = set(parameters(self.scope)) if isinstance(self.scope, Function) else set()
        way = [*self.place.way, (self.place.block, self.place.covered[0])]
        outer = next((step for step, (_, node) in enumerate(way) if node is self.scope), -1)
        for block, node in way[outer + 1 :]:
            bound.update(certain_names(block[: block.index(node)], solved) or ())
            if node is not self.place.covered[0]:
                bound.update(_bound_by_head(node))
        return bound

    def _leaves_nothing(self) -> bool:
        """Whether the regions cover all of a block, and this is the first of them."""
        if self.place.owner is None:
            return False
        siblings = [other for other in self.places if other.block is self.place.block]
        covered = [node for other in siblings for node in other.covered]
        left = [node for node in self.place.block if node not in covered and not _is_text(node)]
        return not left and siblings[0] is self.place


def _todo(region: Region) -> list[str]:
    text = " ".join(["# TODO:", *region.todo]) if region.todo else ""
    return textwrap.wrap(text, _WIDTH - len(region.indent), subsequent_indent="# ")


def _bound_by_head(node: ast.stmt) -> tuple[str, ...]:
    """What the head of a compound statement binds for its body."""
    match node:
        case ast.For(target=target) | ast.AsyncFor(target=target):
            return bound_names([target])
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return bound_names(items)
        case _:
            return ()


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, which is no body."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
