"""Sources written for Python 2, as code that does in Python 3 what it did there.

What has another meaning in Python 3 becomes a call of a function of `meaning`, on the same line.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Set
from contextlib import contextmanager
from types import CodeType
from typing import Any, Final

from . import meaning, signs
from .statements import parse

_MODULES: Final = {
    "cPickle": "pickle",
    "StringIO": "io",
    "cStringIO": "io",
    "Queue": "queue",
    "ConfigParser": "configparser",
    "__builtin__": "builtins",
}
_MEMBERS: Final = {
    ("itertools", "izip"): ("builtins", "zip"),
    ("itertools", "imap"): ("builtins", "map"),
    ("itertools", "ifilter"): ("builtins", "filter"),
    ("itertools", "izip_longest"): ("itertools", "zip_longest"),
}
_DEPTH: Final = 20_000
"""Of calls while a tree is walked: sums of a thousand terms are nested that deeply."""


def compile_python2(source: bytes, path: str, lines: int) -> CodeType:
    """Code with the meaning of Python 2.

    Parameters
    ----------
    source : bytes
    path : str
        For tracebacks.
    lines : int
        How many lines were written for Python 2; what follows them keeps its meaning.

    Raises
    ------
    SyntaxError
    """
    tree = parse(source, path).tree
    with _deep():
        ast.fix_missing_locations(_Translator(lines, signs.future(tree)).visit(tree))
    return compile(tree, path, "exec", dont_inherit=True)


@contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Translator(ast.NodeTransformer):
    """Rewrites a tree in place.

    Parameters
    ----------
    lines : int
        How many lines to treat.
    future : set of str
        What of Python 3 the file asked for: its division, or its print function.
    """

    def __init__(self, lines: int, future: Set[str]) -> None:
        self._lines = lines
        self._true_division = "division" in future
        self._print_statements = "print_function" not in future
        self._class = ""

    def visit(self, node: ast.AST) -> Any:
        """The node, or what stands for it."""
        if getattr(node, "lineno", 0) > self._lines:
            return node
        new = super().visit(node)
        for one in new if isinstance(new, list) else (new,):
            if one is not node:
                ast.copy_location(one, node)
        return new

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Remember in which class one is: private names are written otherwise there."""
        outer, self._class = self._class, node.name
        self.generic_visit(node)
        self._class = outer
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """``a / b``, unless an operand is written as a float."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or self._true_division or _is_float(node.left, node.right):
            return node
        return _call("divide", node.left, node.right)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """``a /= b``, where ``a`` is read first, once, and changed in its place."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or self._true_division or _is_float(node.value):
            return node
        target = node.target
        if isinstance(target, ast.Name):
            before = ast.copy_location(ast.Name(target.id, ast.Load()), target)
            return ast.Assign([target], _call("divide_in_place", before, node.value))
        if isinstance(target, ast.Attribute):
            place = _call("attribute_place", target.value, ast.Constant(self._spelt(target.attr)))
            return ast.Expr(_call("divide_attribute", place, node.value))
        place = _call("item_place", target.value, _key(target.slice))
        return ast.Expr(_call("divide_item", place, node.value))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Methods of dicts, and members of modules, that Python 3 has not or has otherwise."""
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and node.attr in meaning.ATTRIBUTES:
            return _call("attribute", node.value, ast.Constant(node.attr))
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """``print >>file, a`` and ``print ("%d") % a``, which Python 3 takes for expressions."""
        call = _printed(node.value) if self._print_statements else None
        if call is not None:
            node.value = ast.copy_location(call, node.value)
        self.generic_visit(node)
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST:
        """Modules that have another name in Python 3."""
        for alias in node.names:
            if alias.name in _MODULES:
                alias.asname = alias.asname or alias.name
                alias.name = _MODULES[alias.name]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.ImportFrom]:
        """The same for their members, each of which may have moved elsewhere."""
        return [_import(node, alias) for alias in node.names]

    def _spelt(self, name: str) -> str:
        """An attribute's name as Python stores it."""
        owner = self._class.lstrip("_")
        private = name.startswith("__") and not name.endswith("__")
        return f"_{owner}{name}" if private and owner else name


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(f"__python2_{name}__", ast.Load()), [*arguments], [])


def _is_float(*operands: ast.expr) -> bool:
    return any(isinstance(node, ast.Constant) and isinstance(node.value, float) for node in operands)


def _key(node: ast.expr) -> ast.expr:
    """What stands in brackets, as an expression of its own."""
    if isinstance(node, ast.Slice):
        ends = (node.lower, node.upper, node.step)
        return ast.copy_location(_call("slice", *(end or ast.Constant(None) for end in ends)), node)
    if isinstance(node, ast.Tuple):
        node.elts = [_key(element) for element in node.elts]
    return node


def _import(node: ast.ImportFrom, alias: ast.alias) -> ast.ImportFrom:
    if node.level or node.module is None:
        return ast.ImportFrom(node.module, [alias], node.level)
    module = _MODULES.get(node.module, node.module)
    if (module, alias.name) in _MEMBERS:
        module, name = _MEMBERS[module, alias.name]
        alias = ast.copy_location(ast.alias(name, alias.asname or alias.name), alias)
    return ast.ImportFrom(module, [alias], 0)


def _printed(value: ast.expr) -> ast.Call | None:
    """The call that an expression statement stands for, if it is a print statement."""
    first, *rest = value.elts if isinstance(value, ast.Tuple) and value.elts else [value]
    match first:
        case ast.BinOp(left=ast.Name(id="print"), op=ast.RShift(), right=file):
            call = _call("print", *rest)
            call.keywords = [ast.keyword("file", file)]
            return call
        case ast.Call(func=ast.Name(id="print")) if value is first:
            return None
    text = _without_print(first)
    return _call("print", text, *rest) if text is not None else None


def _without_print(node: ast.expr) -> ast.expr | None:
    """An expression that begins with ``print (...)``, with the brackets alone in its place."""
    match node:
        case ast.Call(func=ast.Name(id="print"), args=[text], keywords=[]):
            return text
        case ast.Call(func=ast.Name(id="print"), args=texts, keywords=[]):
            return ast.copy_location(ast.Tuple(texts, ast.Load()), node)
        case ast.BinOp() | ast.Compare():
            field = "left"
        case ast.Attribute() | ast.Subscript():
            field = "value"
        case ast.Call():
            field = "func"
        case _:
            return None
    inner = _without_print(getattr(node, field))
    if inner is not None:
        setattr(node, field, inner)
        return node
    return None
