"""Loops in Python among the code that a function uses, by its syntax. Runs inside a confined worker.

Like `grader.submission.inspection` this module is sent to the worker as source text, so that no parser
of the judge meets a student's file; it imports the standard library and NumPy alone, and answers in JSON.
Nothing of the hand-in is executed.

A function uses what it names: functions of its own file, and of other files through their imports.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any, TypeGuard

import numpy as np

_STATEMENTS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_COUNTERS = frozenset({"range", "xrange", "arange", "ndindex", "ndenumerate", "nditer", "product"})
_HIDDEN = frozenset({"vectorize", "apply_along_axis", "apply_over_axes", "frompyfunc", "fromfunction"})
"""Functions of NumPy that call Python for every entry or row."""

_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_MOST = 100

Place = tuple[str, str]
"""A module and a function in it."""


def loops_as_json(sources: dict[str, Any], module: str, functions: list[str]) -> Any:
    """The loops of some functions, for a worker.

    Parameters
    ----------
    sources : dict
        Module name, within the package, to its text as an array of uint8.
    module : str
        Where the functions are.
    functions : list of str

    Returns
    -------
    array of uint8
        JSON: function to a list of ``[module, line, function]``.
    """
    texts = {name: bytes(text) for name, text in sources.items()}
    found = {name: find_loops(texts, module, name) for name in functions}
    return np.frombuffer(json.dumps(found).encode("ascii"), np.uint8)


def find_loops(texts: dict[str, bytes], module: str, function: str) -> list[tuple[str, int, str]]:
    """Module, line and function of every loop that a function comes to, the function's own first."""
    files = {name: file for name, text in texts.items() if (file := _parsed(name, text)) is not None}
    found: dict[tuple[str, int, str], None] = {}
    pending, seen = [(module, function)], set()
    while pending:
        place = pending.pop(0)
        if place in seen or place[0] not in files:
            continue
        seen.add(place)
        node = files[place[0]].functions.get(place[1])
        if node is None:
            pending += _named(files, place[0], place[1])
            continue
        found |= dict.fromkeys((place[0], line, place[1]) for line in sorted(_lines(node)))
        pending += _used(files, place[0], node)
    return list(found)[:_MOST]


class _File:
    """The functions of a file, and where the names come from that it imports."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self.functions: dict[str, ast.FunctionDef] = {}
        self.imported: dict[str, Place] = {}
        self.modules: dict[str, str] = {}
        self.stars: list[str] = []
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
        for each in ast.walk(tree):  # an import within a function is one, too
            if isinstance(each, ast.ImportFrom):
                self._take(_origin(module, each), each.names)
            elif isinstance(each, ast.Import):
                for alias in each.names:
                    self.modules[alias.asname or alias.name] = alias.name

    def _take(self, origin: str, names: list[ast.alias]) -> None:
        for alias in names:
            if alias.name == "*":
                self.stars.append(origin)
                continue
            name = alias.asname or alias.name
            self.imported[name] = (origin, alias.name)
            self.modules[name] = f"{origin}.{alias.name}".strip(".")


def _parsed(module: str, text: bytes) -> _File | None:
    try:
        return _File(module, ast.parse(text))
    except _UNREADABLE:
        return None


def _origin(module: str, node: ast.ImportFrom) -> str:
    """The module that is meant, within the package as far as that can be told."""
    if not node.level:
        return node.module or ""
    above = module.split(".")[: -node.level]
    return ".".join([*above, *([node.module] if node.module else [])])


def _lines(node: ast.FunctionDef) -> Iterator[int]:
    for each in ast.walk(node):
        if _loops(each):
            yield each.lineno


def _loops(node: ast.AST) -> TypeGuard[ast.stmt | ast.expr]:
    if isinstance(node, ast.Attribute):
        return node.attr in _HIDDEN
    if isinstance(node, _COMPREHENSIONS):
        return any(map(_counts, node.generators))
    return isinstance(node, _STATEMENTS)


def _counts(generator: ast.comprehension) -> bool:
    """Whether a comprehension goes through numbers; one through a shape or a list of names is short."""
    called = generator.iter.func if isinstance(generator.iter, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in _COUNTERS


def _used(files: dict[str, _File], module: str, node: ast.FunctionDef) -> Iterator[Place]:
    """Every function of the hand-in that a function names."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield from _named(files, module, each.id)
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            origin = files[module].modules.get(each.value.id, "")
            yield from ((known, each.attr) for known in _meant(files, origin))


def _named(files: dict[str, _File], module: str, name: str) -> Iterator[Place]:
    """Where a function may be that a file calls by this name."""
    file = files[module]
    if name in file.functions:
        yield module, name
    elif name in file.imported:
        origin, original = file.imported[name]
        yield from ((known, original) for known in _meant(files, origin))
    else:
        yield from ((known, name) for star in file.stars for known in _meant(files, star))


def _meant(files: dict[str, _File], origin: str) -> Iterator[str]:
    """The file of a module; an import may say the package's name before it."""
    while origin:
        if origin in files:
            yield origin
            return
        _, _, origin = origin.partition(".")
