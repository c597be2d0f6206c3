"""What tells Python 2 from Python 3 in a source, by its syntax tree alone.

A sign is a line and what stands there. What code does only after it has asked which Python it runs
on (by version, by `hasattr`, or by `try`) says nothing.
"""

from __future__ import annotations

import ast
import codecs
import re
from collections.abc import Iterator
from typing import Final, TypeAlias

Sign: TypeAlias = tuple[int, str]

NAMES: Final = frozenset({"xrange", "raw_input", "unicode", "basestring", "long"})
"""Built-in functions that Python 3 does not have."""

MODULES: Final = frozenset({"cPickle", "StringIO", "cStringIO", "Queue", "ConfigParser", "__builtin__"})
"""Modules of the standard library that Python 3 does not have."""

_METHODS: Final = {"iteritems": 0, "itervalues": 0, "iterkeys": 0, "has_key": 1}
"""Methods of dicts that Python 3 does not have, with how many arguments they take."""

_GIVEN_BY: Final = frozenset({"past", "future", "six", "builtins"})
"""Libraries from which a file may import all names of Python 2."""

_ASKS: Final = re.compile(r"version|PY[23]|python_?[23]|hasattr|globals\(|dir\(", re.IGNORECASE)
_CODING: Final = re.compile(rb"[ \t\f]*#.*?coding[:=]")
_CATCHES: Final = frozenset(
    {"NameError", "ImportError", "AttributeError", "ModuleNotFoundError", "Exception"}
)


def of_python2(tree: ast.Module) -> list[Sign]:
    """Names, methods and imports that only Python 2 has, in the order of the lines."""
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
    found = [(getattr(node, "lineno", 0), what) for node in ast.walk(tree) if (what := _new(node, printing))]
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
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name="*"):
                pass
            case ast.alias(name=name, asname=other):
                found.add(other or name.partition(".")[0])
            case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")]):
                found |= NAMES if module.partition(".")[0] in _GIVEN_BY else frozenset()
    return found


def _unguarded(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes but those that stand behind a question about the Python in use."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if not _guards(node):
            yield node
            pending += ast.iter_child_nodes(node)


def _guards(node: ast.AST) -> bool:
    if isinstance(node, ast.If | ast.IfExp):
        return _ASKS.search(ast.unparse(node.test)) is not None
    if isinstance(node, ast.Try):
        caught = [name for handler in node.handlers for name in _caught(handler)]
        return not _CATCHES.isdisjoint(caught)
    return False


def _caught(handler: ast.ExceptHandler) -> Iterator[str]:
    if handler.type is None:
        yield "Exception"
    else:
        yield from (node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name))


def _new(node: ast.AST, printing: bool) -> str | None:
    """What a node is that Python 2 does not know."""
    kind = _NEW_KINDS.get(type(node).__name__)
    if kind is not None:
        return kind
    match node:
        case ast.arg(annotation=ast.expr()) | ast.FunctionDef(returns=ast.expr()):
            return "an annotation"
        case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
            return "the operator @"
        case ast.FunctionDef(args=arguments) | ast.Lambda(args=arguments) if _only(arguments):
            return "a keyword-only or positional-only argument"
        case ast.List() | ast.Tuple() | ast.Set() if any(isinstance(e, ast.Starred) for e in node.elts):
            return "a starred expression"
        case ast.Dict(keys=keys) if None in keys:
            return "a dict with **"
        case ast.Raise(cause=ast.expr()):
            return "raise ... from"
        case ast.ClassDef(keywords=[_, *_]):
            return "a class with keyword arguments"
        case ast.Call(func=ast.Name(id="super"), args=[], keywords=[]):
            return "super() without arguments"
        case ast.Call(func=ast.Name(id="print"), keywords=[_, *_]) if not printing:
            return "print with keyword arguments"
    return None


def _only(arguments: ast.arguments) -> bool:
    return bool(arguments.kwonlyargs or arguments.posonlyargs)


_NEW_KINDS: Final = {
    "JoinedStr": "an f-string",
    "TemplateStr": "a t-string",
    "AnnAssign": "an annotation",
    "Nonlocal": "nonlocal",
    "NamedExpr": "the operator :=",
    "AsyncFunctionDef": "async",
    "Await": "await",
    "YieldFrom": "yield from",
    "Match": "match",
    "TryStar": "except*",
    "TypeAlias": "a type alias",
}
