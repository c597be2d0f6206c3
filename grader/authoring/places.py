"""Where a solution region stands in the syntax tree of its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.regions import Region
from grader.errors import AssignmentError

Function = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.AsyncFor | ast.While
Block = Sequence[ast.stmt]


@dataclass(frozen=True, slots=True)
class Place:
    """A region and the statements that it covers."""

    region: Region
    way: tuple[tuple[Block, ast.stmt], ...]
    """From the module inwards: a block, and the statement of it that the region is inside of."""
    block: Block
    """The innermost block, which holds the covered statements."""
    covered: tuple[ast.stmt, ...]

    @property
    def owner(self) -> ast.stmt | None:
        """The statement that the block is part of; None for a module."""
        return self.way[-1][1] if self.way else None

    @property
    def scope(self) -> Function | ast.ClassDef | None:
        """The function or class that the region is in; None for a module."""
        around = [node for _, node in self.way if isinstance(node, Function | ast.ClassDef)]
        return around[-1] if around else None

    @property
    def repeated_from(self) -> int:
        """The first line that may run after the region: further up than the region in a loop."""
        loops = [node.lineno for _, node in self.way if isinstance(node, Loop)]
        return min([*loops, self.region.end])


def locate(tree: ast.Module, region: Region, lines: Sequence[str], file: Path | str) -> Place:
    """Find the statements of a region.

    Raises
    ------
    AssignmentError
        If the region is not made of whole statements of one block.
    """

    def error(problem: str) -> AssignmentError:
        fix = "put whole statements of one block between the markers, at the same indentation"
        return AssignmentError(problem, file=file, line=region.begin, fix=fix)

    if not _is_whole(region, lines):
        raise error("the region cuts a statement")
    way: list[tuple[Block, ast.stmt]] = []
    block: Block = tree.body
    while not any(region.encloses(first_line(node)) for node in block):
        around = [node for node in block if first_line(node) < region.begin < last_line(node)]
        inner = [inner for node in around for inner in _blocks(node) if _reaches(inner, region)]
        if not inner:
            raise error("the region holds no statement")
        way.append((block, around[0]))
        block = inner[0]
    covered = tuple(node for node in block if region.encloses(first_line(node)))
    if covered[0].col_offset != len(region.indent):
        raise error("the markers are not aligned with their code")
    return Place(region, tuple(way), block, covered)


def first_line(node: ast.stmt) -> int:
    """The first line of a statement, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def last_line(node: ast.stmt) -> int:
    """The last line of a statement."""
    return node.end_lineno or node.lineno


def _is_whole(region: Region, lines: Sequence[str]) -> bool:
    """Whether the region's lines are Python by themselves (an ``else`` branch is not)."""
    head = ["if True:"] if region.indent else []
    try:
        ast.parse("\n".join([*head, *lines[region.first - 1 : region.end - 1], f"{region.indent}pass"]))
    except SyntaxError:
        return False
    return True


def _blocks(node: ast.stmt) -> Iterator[Block]:
    """The blocks inside a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        if block := getattr(node, name, None):
            yield block
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _reaches(block: Block, region: Region) -> bool:
    """Whether a block begins above or in the region and ends in or below it."""
    return first_line(block[0]) < region.end and region.begin < last_line(block[-1])
