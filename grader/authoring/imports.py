"""The imports of a generated file: those of its parts, merged, redirected and sorted."""

from __future__ import annotations

import ast
import posixpath
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: ``from module import name as alias``, or ``import module as alias``."""

    module: str
    name: str | None = None
    alias: str | None = None

    @property
    def bound(self) -> str:
        """The name that the file gets."""
        return self.alias or self.name or self.module.partition(".")[0]


def parse_imports(statements: Iterable[ast.stmt]) -> Iterator[Import]:
    """The imports among some statements (``from __future__`` is none)."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (Import(item.name, None, item.asname) for item in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            module = "." * node.level + (node.module or "")
            yield from (Import(module, item.name, item.asname) for item in node.names)


def relative_module(importer: str, imported: str) -> str:
    """How one file of a package names another: ``..layers`` for ``a/b/c.py`` and ``a/layers.py``."""
    way = posixpath.relpath(imported.removesuffix(".py"), posixpath.dirname(importer)).split("/")
    up = way.count("..")
    return "." * (up + 1) + ".".join(way[up:])


def render_imports(imports: Iterable[Import]) -> str:
    """The import statements: standard library, other packages, this package; each group sorted."""
    distinct = sorted(set(imports), key=lambda item: (item.module.lower(), _kind(item.name), str(item)))
    groups = []
    for group in range(3):
        here = [item for item in distinct if _group(item.module) == group]
        lines = [f"import {item.module}{_as(item)}" for item in here if item.name is None]
        named = [item for item in here if item.name is not None]
        for _, items in groupby(named, lambda item: (item.module, item.name == "*")):
            lines.append(_from(list(items)))
        groups.append("".join(line + "\n" for line in lines))
    return "\n".join(filter(None, groups))


def _group(module: str) -> int:
    if module.startswith("."):
        return 2
    return 0 if module.partition(".")[0] in sys.stdlib_module_names else 1


def _kind(name: str | None) -> int:
    """A star first, then constants, classes and functions, as import sorters have it."""
    if name is None or name[0].islower():
        return 3
    if name == "*":
        return 0
    return 1 if name.isupper() and len(name) > 1 else 2


def _from(items: list[Import]) -> str:
    """One statement for some names of one module."""
    start = f"from {items[0].module} import "
    names = [f"{item.name}{_as(item)}" for item in items]
    line = start + ", ".join(names)
    if len(line) <= _WIDTH:
        return line
    return start + "(\n" + "".join(f"    {name},\n" for name in names) + ")"


def _as(item: Import) -> str:
    return f" as {item.alias}" if item.alias else ""
