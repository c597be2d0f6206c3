"""Looks for solutions in what students get.

Whatever computes something in a solution region, an omitted definition or a file that is all solution
must not stand in any handed-out file, be it as code, in a docstring or in a notebook. Statements are
compared without white space; trivial ones (``return dx``) are not looked for.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from grader.authoring.layout import Layout
from grader.authoring.places import first_line, last_line
from grader.authoring.regions import find_regions
from grader.authoring.sources import Sources

_SHORTEST = 12
_WORK = (ast.BinOp, ast.Call, ast.Subscript, ast.Compare)


@dataclass(frozen=True, slots=True)
class Leak:
    """A line of a solution that students can read."""

    file: str
    """The handed-out file."""
    source: str
    """Where the solution is, as ``file:line``."""
    code: str

    def __str__(self) -> str:
        return f"{self.file}: {self.code!r} is part of the solution ({self.source})"


def find_leaks(layout: Layout, sources: Sources, files: Mapping[str, str]) -> list[Leak]:
    """The solutions among the files of a hand-out.

    Parameters
    ----------
    layout : Layout
        Its ``known_lines`` are not reported.
    sources : Sources
    files : mapping
        From path to text.
    """
    known = {_squeezed(line) for line in layout.known_lines}
    texts = {path: _squeezed(_readable(path, text)) for path, text in files.items()}
    leaks = []
    for place, code in solution_statements(layout, sources):
        squeezed = _squeezed(code)
        if squeezed not in known:
            leaks += [Leak(path, place, code) for path, text in texts.items() if squeezed in text]
    return leaks


def solution_statements(layout: Layout, sources: Sources) -> Iterator[tuple[str, str]]:
    """Every statement that is not for students, with its place."""
    for entry in layout.modules:
        for part in entry.parts:
            text = sources.text(part)
            if entry.role == "exercise":
                yield from _statements(text, sources.name(part), entry.omit)
            elif entry.role == "solution":
                yield from _statements(text, sources.name(part), ("*",))
    for notebook in layout.notebooks:
        yield from _statements(sources.script(notebook.source), notebook.source, ())


def _statements(text: str, file: str, omit: Collection[str]) -> Iterator[tuple[str, str]]:
    """The statements that compute something, in regions and in the definitions to omit."""
    tree = ast.parse(text)
    secret = [(region.begin, region.end) for region in find_regions(text.splitlines(), file)]
    for node in tree.body:
        name = getattr(node, "name", None)
        if name is not None and any(fnmatchcase(name, pattern) for pattern in omit):
            secret.append((first_line(node), last_line(node)))
    for statement in ast.walk(tree):
        if isinstance(statement, ast.stmt) and any(top <= statement.lineno <= end for top, end in secret):
            code, work = _code(statement, text)
            if len(_squeezed(code)) >= _SHORTEST and any(isinstance(node, _WORK) for node in ast.walk(work)):
                yield f"{file}:{statement.lineno}", code


def _code(statement: ast.stmt, text: str) -> tuple[str, ast.AST]:
    """The source of a statement or a loop's head as it is handed out, and the part that may do some work."""

    def source(node: ast.AST) -> str:
        return ast.get_source_segment(text, node) or ""

    match statement:
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return f"{source(target)} = {source(value)}", value  # the annotation is taken out
        case ast.For(target=target, iter=value):
            return f"for {source(target)} in {source(value)}:", value
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Expr(value=value):
            return source(statement), value
        case ast.Return(value=ast.expr() as value):
            return source(statement), value
        case _:
            return "", statement


def _readable(path: str, text: str) -> str:
    """What a person reads in a file: for a notebook, its cells."""
    if not path.endswith(".ipynb"):
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def _squeezed(code: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"  #.*", "", code))
