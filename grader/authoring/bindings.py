"""Which names a piece of Python binds and reads: what a stub has to set to None.

All functions work on statements of one scope. What nested functions and classes bind is their own
affair; what they read may be a name of the scope around them, so it counts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def bound_names(nodes: Iterable[ast.AST]) -> tuple[str, ...]:
    """The names that the nodes bind anywhere in their own scope, in order, each once."""
    return tuple(dict.fromkeys(name for node in nodes for name in _bound(node)))


def read_lines(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Every name that the nodes read or update in place, with the line where they do."""
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
                yield node.id, node.lineno
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                yield node.target.id, node.lineno


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """The names of a function's parameters."""
    return frozenset(node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg))


def certain_names(statements: Sequence[ast.stmt], whole: Sequence[ast.stmt] = ()) -> frozenset[str] | None:
    """The names that are bound once the statements have run, whichever way they went.

    Parameters
    ----------
    statements : sequence of ast.stmt
    whole : sequence of ast.stmt
        Statements inside solution regions: their stub binds all of their names.

    Returns
    -------
    frozenset or None
        None if the end is never reached (a return or raise on every way), where any name may count
        as bound.
    """
    names: set[str] = set()
    for statement in statements:
        if statement in whole:
            names.update(bound_names([statement]))
        elif isinstance(statement, _LEAVES):
            return None
        else:
            certain = _certain(statement, whole)
            if certain is None:
                return None
            names |= certain
    return frozenset(names)


def _certain(statement: ast.stmt, whole: Sequence[ast.stmt]) -> frozenset[str] | None:
    """`certain_names` of a single statement."""
    match statement:
        case ast.If(body=body, orelse=orelse):
            return _either([certain_names(body, whole), certain_names(orelse, whole)])
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            inside = certain_names(body, whole)
            return None if inside is None else inside | frozenset(bound_names(items))
        case ast.Try(body=body, handlers=handlers, finalbody=final):
            ways = [certain_names(body, whole), *(certain_names(item.body, whole) for item in handlers)]
            certain, last = _either(ways), certain_names(final, whole)
            return None if certain is None or last is None else certain | last
        case ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
            return frozenset()  # may not run at all
        case _:
            return frozenset(bound_names([statement]))


def _either(ways: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """What holds on all of the ways that go on."""
    going_on = [way for way in ways if way is not None]
    return frozenset.intersection(*going_on) if going_on else None


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.alias(name=name, asname=asname):
            yield asname or name.partition(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.AnnAssign(value=None):
            return  # says a type and binds nothing
    if isinstance(node, _COMPREHENSIONS):  # its loop variables stay inside, its walruses do not
        yield from (inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
    elif not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)
