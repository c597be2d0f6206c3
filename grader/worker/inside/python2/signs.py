"""What tells Python 2 from Python 3 in a source, by its syntax tree alone.

A sign is a line and what stands there. What code does only after it has asked which Python it runs
on (by version, by `hasattr`, or by `try`) says nothing.
"""

from __future__ import annotations

import ast
import codecs
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

Sign: TypeAlias = tuple[int, str]

NAMES: Final = frozenset({"xrange", "raw_input", "unicode", "basestring", "long"})
"""Built-in functions that Python 3 does not have."""

MODULES: Final = frozenset({"cPickle", "StringIO", "cStringIO", "Queue", "ConfigParser", "__builtin__"})
"""Modules of the standard library that Python 3 does not have."""

_METHODS: Final = {"iteritems": 0, "itervalues": 0, "iterkeys": 0, "has_key": 1}
"""Methods of dicts that Python 3 does not have, with how many arguments they take."""

_GIVEN_BY: Final = frozenset({"past", "future", "six", "builtins"})
"""Libraries from which a file may import all names of Python 2."""

_ASKS: Final = re.compile(r"version|PY[23]|python_?[23]|hasattr|\bglobals\b|\bdir\b", re.IGNORECASE)
_WORDS: Final = tuple(word.encode() for word in {*NAMES, *MODULES, *_METHODS} - {"long"})
_LONG: Final = re.compile(rb"[(,=:]\s*long\b|\blong\s*\(")
"""As a word of docstrings it would have nearly every file walked."""
_CODING: Final = re.compile(rb"[ \t\f]*#.*?coding[:=]")
_CATCHES: Final = frozenset(
    {"NameError", "ImportError", "AttributeError", "ModuleNotFoundError", "Exception"}
)


def of_python2(tree: ast.Module, source: bytes) -> list[Sign]:
    """Names, methods and imports that only Python 2 has, in the order of the lines.

    Parameters
    ----------
    tree : ast.Module
    source : bytes
        Most sources hold none of the words, and their trees need no walk.
    """
    if not (any(word in source for word in _WORDS) or _LONG.search(source)):
        return []
    given = _bound(tree)
    found: list[Sign] = []
    for node in _unguarded(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in NAMES and name not in given:
                found.append((node.lineno, name))
            case ast.Call(func=ast.Attribute(attr=name), args=arguments, keywords=[]):
                if _METHODS.get(name) == len(arguments) and name not in given:
                    found.append((node.lineno, f"{name}()"))
            case ast.Import(names=aliases):
                found += [(node.lineno, f"import {a.name}") for a in aliases if a.name in MODULES]
            case ast.ImportFrom(module=module, level=0) if module in MODULES:
                found.append((node.lineno, f"import {module}"))
    return sorted(found)


def of_python3(tree: ast.Module, *, printing: bool = False) -> list[Sign]:
    """Constructs that Python 2 cannot parse, in the order of the lines.

    Parameters
    ----------
    tree : ast.Module
    printing : bool
        Whether ``print(..., end=...)`` is no sign, because rewriting statements has made some.
    """
    printing = printing or "print_function" in future(tree)
    found: list[Sign] = []
    for node in _nodes(tree):
        look = _NEW.get(type(node).__name__)
        what = look(node) if look is not None else None
        if what is not None and not (printing and what == _PRINT):
            found.append((getattr(node, "lineno", 0), what))
    return sorted(found)


def outside_ascii(source: bytes) -> list[Sign]:
    """The first character that Python 2 does not take without a line that says its encoding."""
    lines = source.split(b"\n")
    if source.startswith(codecs.BOM_UTF8) or any(_CODING.match(line) for line in lines[:2]):
        return []
    found = (number for number, line in enumerate(lines, start=1) if not line.isascii())
    return [(number, "a character outside ASCII without a coding line") for number in found][:1]


def future(tree: ast.Module) -> frozenset[str]:
    """What a file imports from ``__future__``."""
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    return frozenset(alias.name for node in imports for alias in node.names)


def _bound(tree: ast.Module) -> set[str]:
    """Every name that is given a value anywhere in a file."""
    found: set[str] = set()
    for node in _nodes(tree):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            found |= NAMES if (node.module or "").partition(".")[0] in _GIVEN_BY else frozenset()
    return found


def _unguarded(tree: ast.Module) -> Iterator[ast.AST]:
    """What may be a sign, but for what stands behind a question about the Python in use."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If | ast.IfExp | ast.Try) and _guards(node):
            continue
        if isinstance(node, ast.Name | ast.Call | ast.Import | ast.ImportFrom):
            yield node
        pending += ast.iter_child_nodes(node)


def _guards(node: ast.If | ast.IfExp | ast.Try) -> bool:
    if isinstance(node, ast.Try):
        caught = [name for handler in node.handlers for name in _caught(handler)]
        return not _CATCHES.isdisjoint(caught)
    words = [getattr(part, "id", "") or getattr(part, "attr", "") for part in ast.walk(node.test)]
    return _ASKS.search(" ".join(words)) is not None


def _caught(handler: ast.ExceptHandler) -> Iterator[str]:
    if handler.type is None:
        yield "Exception"
    else:
        yield from (node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name))


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """All nodes but operators and contexts: `ast.walk` in half its time, for every file of a class."""
    found = [tree]
    for node in found:  # it grows meanwhile
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and name not in ("op", "ctx"):
                found.append(value)
    return found


# What is new in a node, by its type ---------------------------------------------------------------

_PRINT: Final = "print with keyword arguments"


def _operator(node: Any) -> str | None:
    return "the operator @" if isinstance(node.op, ast.MatMult) else None


def _parameters(node: Any) -> str | None:
    if getattr(node, "returns", None) is not None:
        return "an annotation"
    new = node.args.kwonlyargs or node.args.posonlyargs
    return "a keyword-only or positional-only argument" if new else None


def _display(node: Any) -> str | None:
    return "a starred expression" if any(isinstance(item, ast.Starred) for item in node.elts) else None


def _call(node: Any) -> str | None:
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    if called == "print" and node.keywords:
        return _PRINT
    return "super() without arguments" if called == "super" and not (node.args or node.keywords) else None


_NEW: Final[dict[str, Callable[[Any], str | None]]] = {
    "AnnAssign": lambda node: "an annotation",
    "AsyncFunctionDef": lambda node: "async",
    "AugAssign": _operator,
    "Await": lambda node: "await",
    "BinOp": _operator,
    "Call": _call,
    "ClassDef": lambda node: "a class with keyword arguments" if node.keywords else None,
    "Dict": lambda node: "a dict with **" if None in node.keys else None,
    "FunctionDef": _parameters,
    "JoinedStr": lambda node: "an f-string",
    "Lambda": _parameters,
    "List": _display,
    "Match": lambda node: "match",
    "NamedExpr": lambda node: "the operator :=",
    "Nonlocal": lambda node: "nonlocal",
    "Raise": lambda node: "raise ... from" if node.cause is not None else None,
    "Set": _display,
    "TemplateStr": lambda node: "a t-string",
    "TryStar": lambda node: "except*",
    "Tuple": _display,
    "TypeAlias": lambda node: "a type alias",
    "YieldFrom": lambda node: "yield from",
    "arg": lambda node: "an annotation" if node.annotation is not None else None,
}
