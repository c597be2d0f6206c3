"""What the files of a hand-in contain, by their syntax alone. Runs inside a confined worker.

This module is sent to the worker as source text and called there, so that no parser of the judge
ever meets a student's file. It therefore imports nothing but the standard library, NumPy, what workers
hold anyway and `grader.submission.notebook_file`, which is sent along, and answers in JSON
(`grader.submission.contents` says of what form). Nothing of the hand-in is executed.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

# A worker knows these files under other names, and has no `grader`.
_IN_WORKER = "_grader_worker" in sys.modules
python2 = importlib.import_module("_grader_worker.python2" if _IN_WORKER else "grader.worker.inside.python2")
cells_of = importlib.import_module(
    "_notebook_file" if _IN_WORKER else "grader.submission.notebook_file"
).cells_of

MAGIC = re.compile(r"^(\s*)([%!]|\?)")
CAPTURE = re.compile(r"^\s*%%(writefile|file)\s+(?:-a\s+|--append\s+)?(\S+)")
MAX_SIGNS = 100
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def python_as_json(source: Any) -> Any:
    """`inspect_python` for a worker: bytes come and JSON goes as arrays of uint8."""
    return _as_array(inspect_python(bytes(source)))


def notebook_as_json(source: Any) -> Any:
    """`inspect_notebook` for a worker."""
    return _as_array(inspect_notebook(bytes(source)))


def replaced_as_array(source: Any, replacements: dict[str, str]) -> Any:
    """`replace_functions` for a worker."""
    return np.frombuffer(replace_functions(bytes(source), replacements).encode("utf-8"), np.uint8)


def _as_array(value: dict[str, Any]) -> Any:
    return np.frombuffer(json.dumps(value).encode("ascii"), np.uint8)


def inspect_python(source: bytes) -> dict[str, Any]:
    """The top-level functions and classes of a Python file, or its syntax error."""
    try:
        return {"error": None, **_contents(source, ast.parse(source), ())}
    except _UNREADABLE as problem:
        error = _syntax_error(problem, source)
    try:
        parsed = python2.statements.parse(source)
    except _UNREADABLE as problem:
        return {
            "error": error,
            "python2_error": _syntax_error(problem, source),
            "python2": getattr(problem, "rewritten", ())[:MAX_SIGNS],
            "functions": {},
            "classes": {},
            "imports": [],
        }
    return {"error": error, **_contents(source, parsed.tree, parsed.rewritten)}


def _contents(source: bytes, tree: ast.Module, rewritten: tuple[tuple[int, str], ...]) -> dict[str, Any]:
    """What a file holds, by its tree; some statements may have been rewritten for that."""
    functions: dict[str, Any] = {}
    classes: dict[str, Any] = {}
    bases: dict[str, list[str]] = {}
    bound: set[str] = set()
    for node in tree.body:  # what comes later wins
        names = {*_bound(node)}
        grown = _grown(node, classes, bases) if isinstance(node, ast.ClassDef) else ({}, [])
        for earlier in (functions, classes):
            for name in names & earlier.keys():
                del earlier[name]
        bound |= names
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions[node.name] = _function(node)
        elif isinstance(node, ast.ClassDef):
            classes[node.name], bases[node.name] = grown
    old = sorted([*rewritten, *python2.signs.of_python2(tree, source)])
    new = python2.signs.of_python3(tree, printing=bool(rewritten))
    return {
        "rewritten": bool(rewritten),
        "python2": old[:MAX_SIGNS],
        "python3": new[:MAX_SIGNS] if new or old else python2.signs.outside_ascii(source),
        "functions": functions,
        "classes": classes,
        "imports": _imports(tree),
        "bases": bases,
        "bound": sorted(bound - functions.keys() - classes.keys()),
        "stars": any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body),
    }


def _grown(
    node: ast.ClassDef, classes: dict[str, Any], bases: dict[str, list[str]]
) -> tuple[dict[str, Any], list[str]]:
    """Methods and bases of a class; one that is its own base, `class Net(Net):`, goes on where it was."""
    methods = {item.name: _function(item) for item in node.body if isinstance(item, ast.FunctionDef)}
    own = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
    if node.name in own and node.name in classes:
        others = [base for base in own if base != node.name]
        return {**classes[node.name], **methods}, [*others, *bases[node.name]]
    return methods, own


def inspect_notebook(source: bytes) -> dict[str, Any]:
    """The cells of a notebook (nbformat 3 or 4), as far as they can be read, and what is wrong with it."""
    read, problem, python = cells_of(source)
    found = notebook_definitions(read, old=python.startswith("2"))
    return {"error": problem, "cells": read, "python": python, **found}


def notebook_definitions(cells: list[dict[str, Any]], *, old: bool = False) -> dict[str, Any]:
    """Functions and classes that code cells define, and files that they write.

    Parameters
    ----------
    cells : list of dict
    old : bool
        Whether they are Python 2.

    Returns
    -------
    dict
        ``definitions``: name to ``{"cell", "source", "form"}`` of the last definition;
        ``imports``: the import lines of all cells; ``files``: path to ``{"cell", "source"}`` of
        ``%%writefile`` cells.
    """
    definitions: dict[str, Any] = {}
    files: dict[str, Any] = {}
    imports: list[str] = []
    for cell in cells:
        if cell["type"] != "code":
            continue
        written = CAPTURE.match(cell["source"])
        if written:
            text = cell["source"].split("\n", 1)
            files[written.group(2)] = {"cell": cell["number"], "source": text[1] if len(text) > 1 else ""}
            continue
        source = _without_magics(cell["source"])
        try:
            parsed = python2.statements.parse(source) if old else None
            tree = parsed.tree if parsed else ast.parse(source)
        except _UNREADABLE:
            continue
        source = parsed.text if parsed and parsed.text else source
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.append(ast.unparse(node))
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                text = ast.get_source_segment(source, node) or ast.unparse(node)
                form = _function(node) if isinstance(node, ast.FunctionDef) else None
                definitions[node.name] = {"cell": cell["number"], "source": text, "form": form}
    return {"definitions": definitions, "imports": list(dict.fromkeys(imports)), "files": files}


def replace_functions(source: bytes, replacements: dict[str, str]) -> str:
    """The source with some top-level functions replaced, line numbers elsewhere unchanged.

    The old text of a function is blanked out line by line and the new one is appended at the end of
    the file, so that a traceback into the rest of the file still points at the student's own lines.
    """
    tree = python2.statements.parse(source).tree  # no statement of it goes to another line
    text = _decode(source)
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in replacements:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            for number in range(first - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "\n".join(lines) + "\n\n" + "\n\n".join(replacements.values()) + "\n"


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Any]:
    arguments = node.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    return {
        "parameters": names,
        "keyword_only": [argument.arg for argument in arguments.kwonlyargs],
        "variadic": arguments.vararg is not None or arguments.kwarg is not None,
        "line": node.lineno,
        "form": _form(node),
        "hollow": _hollow(node),
    }


def _form(node: ast.AST) -> str:
    """A fingerprint of a function's syntax, blind to docstrings, comments, layout and annotations."""
    return hashlib.blake2b(_spelt(node).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


_BESIDE_THE_POINT = frozenset({"annotation", "kind", "returns", "type_comment", "type_params"})


def _spelt(value: Any) -> str:
    """A syntax tree as text, without what does not change what it does."""
    if isinstance(value, ast.AST):
        parts = [type(value).__name__, "("]
        for name in value._fields:
            if name not in _BESIDE_THE_POINT:
                part = getattr(value, name, None)
                parts.append(_spelt(_essential(part) if name == "body" and isinstance(part, list) else part))
        return "".join(parts) + ")"
    if isinstance(value, list):
        return f"[{''.join([_spelt(item) for item in value])}]"
    return f"{value!r},"


def _essential(body: list[ast.stmt]) -> list[ast.stmt]:
    return [item for item in _without_docstring(body) if not isinstance(item, ast.Pass)]


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return body[1:]
    return body


def _hollow(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the body does nothing but set names to None (or unpack a cache) and return them."""
    for item in _without_docstring(node.body):
        if isinstance(item, ast.Pass) or _not_implemented(item):
            continue
        if isinstance(item, ast.Return) and _plain(item.value):
            continue
        # `dx[x <= 0] = 0` is work, `dx, x = None, cache` is not.
        if isinstance(item, ast.Assign) and _plain(item.value) and all(map(_names_only, item.targets)):
            continue
        return False
    return True


def _not_implemented(item: ast.stmt) -> bool:
    if not isinstance(item, ast.Raise):
        return False
    error = item.exc.func if isinstance(item.exc, ast.Call) else item.exc
    return isinstance(error, ast.Name) and error.id == "NotImplementedError"


def _names_only(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple):
        return all(map(_names_only, target.elts))
    return isinstance(target, ast.Name)


def _plain(value: ast.expr | None) -> bool:
    if value is None or isinstance(value, ast.Constant | ast.Name):
        return True
    return isinstance(value, ast.Tuple) and all(_plain(item) for item in value.elts)


def _bound(node: ast.AST) -> Iterator[str]:
    """Names that a statement gives a value to, its blocks included, bodies of functions not."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _imports(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append("." * node.level + (node.module or ""))
    return found


def _syntax_error(error: BaseException, source: bytes) -> dict[str, Any]:
    line = getattr(error, "lineno", None)
    text = (getattr(error, "text", None) or "").strip()
    message = getattr(error, "msg", None) or str(error) or type(error).__name__
    python2 = bool(re.search(rb"^\s*print\s+[\"'\w]|\bxrange\(|except \w+, \w+:", source, re.M))
    return {"line": line, "text": text[:200], "message": message[:200], "python2": python2}


def _without_magics(source: str) -> str:
    """The source with IPython's magics and shell lines blanked out."""
    if source.lstrip().startswith("%%"):
        return ""
    return "\n".join(
        MAGIC.sub(r"\1pass  #", line) if MAGIC.match(line) else line for line in source.split("\n")
    )


def _decode(source: bytes) -> str:
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            return source.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return ""
