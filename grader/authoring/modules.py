"""Puts the Python files of a hand-out together from parts of the reference.

Every file gets the definitions of its parts in order, and the imports that these still need. What only
says something about types, and the definitions of helper files, are written only where something
that is handed out uses them; a helper file that nothing uses is not written at all.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from posixpath import basename

from grader.authoring.drafts import Definition, Draft, Link, Variant, draft
from grader.authoring.imports import Import, parse_imports, relative_module, render_imports
from grader.authoring.layout import Layout, ModuleFile
from grader.authoring.sources import Sources
from grader.errors import AssignmentError

_ALWAYS_THERE = frozenset(dir(builtins)) | {"__file__", "__name__"}
_WHOLE = ("exercise", "complete")
_TODO_NOTE = "What is marked TODO is for you to write; the docstrings say what it has to do."


def build_modules(layout: Layout, sources: Sources, variant: Variant) -> dict[str, str]:
    """The Python files of a hand-out, by path.

    Raises
    ------
    AssignmentError
        If the layout and the sources do not fit each other: a part is missing, handed-out code uses
        what is omitted or a solution, or a name means two things in one file.
    """
    modules = _Modules(layout, sources, variant)
    return {path: modules.text(path) for path in modules.paths()}


class _Modules:
    """The drafts of all files, and what of each is needed."""

    def __init__(self, layout: Layout, sources: Sources, variant: Variant) -> None:
        self.variant = variant
        self.drafts = {entry.path: draft(entry, sources, variant) for entry in layout.modules}
        self.homes = {part: entry.path for entry in layout.modules for part in entry.parts + entry.stands_for}
        self.kept: dict[str, list[Definition]] = defaultdict(list)
        self.used: dict[str, set[str]] = defaultdict(set)
        if variant is Variant.STUBS:
            for each in self.drafts.values():
                _omit(each)
        for path, each in self.drafts.items():
            for definition in each.definitions:
                if each.entry.role in _WHOLE and not definition.on_demand:
                    self._keep(path, definition)

    def paths(self) -> Iterator[str]:
        """The files that are handed out."""
        for path, each in self.drafts.items():
            if each.entry.role in _WHOLE or self.kept[path]:
                yield path

    def text(self, path: str) -> str:
        """A whole file."""
        body = self._body(path)
        note = f"\n\n{_TODO_NOTE}\n" if "# TODO: " in body else ""
        head = f'"""{self.drafts[path].entry.title}{note}"""\n'
        sections = [head, render_imports(self._imports(path)), body]
        text = "\n".join(section for section in sections if section)
        ast.parse(text, path)
        return text

    def _keep(self, path: str, definition: Definition) -> None:
        """Take a definition into its file, and all that it uses into theirs."""
        if definition in self.kept[path]:
            return
        self.kept[path].append(definition)
        own = self.drafts[path]
        for name in sorted(definition.reads):
            if name in own.defined:
                self._keep(path, own.defined[name])
            elif name in own.imports:
                self.used[path].add(name)
                self._follow(path, own.imports[name])
            elif name not in _ALWAYS_THERE and name not in _given(own.entry):
                raise AssignmentError(
                    f"{', '.join(definition.names)} uses {name}, which is not handed out",
                    file=path,
                    fix="it is omitted, in a solution region, or not defined at all",
                )

    def _follow(self, path: str, origin: Import | Link) -> None:
        if isinstance(origin, Import):
            return
        home = self.homes.get(origin.part)
        if home is None:
            problem = f"uses the part {origin.part!r}, which is in no file of the hand-out"
            raise AssignmentError(problem, file=path, fix="add it to the layout")
        target = self.drafts[home]
        secret = self.variant is Variant.STUBS and target.entry.role == "solution"
        if secret or (origin.name is not None and origin.name not in target.defined):
            problem = f"uses {origin.name or 'the module'} of {home}, which is not handed out"
            raise AssignmentError(problem, file=path, fix="take the use into a solution region")
        wanted = target.definitions if origin.name is None else [target.defined[origin.name]]
        for definition in wanted:
            self._keep(home, definition)

    def _imports(self, path: str) -> Iterator[Import]:
        """The imports that the layout asks for, and those that the code needs beyond."""
        own = self.drafts[path]
        given = list(_parsed(own.entry))
        yield from given
        for bound in self.used[path]:
            origin = own.imports[bound]
            if isinstance(origin, Import):
                yield origin
                continue
            home = self.homes[origin.part]
            if origin.name is None:
                yield _module_import(path, home, bound)
            elif home != path:
                item = Import(
                    relative_module(path, home), origin.name, None if bound == origin.name else bound
                )
                starred = Import(item.module, "*") in given and item.alias is None
                if not starred or origin.name.startswith("_"):
                    yield item

    def _body(self, path: str) -> str:
        kept = [definition for definition in self.drafts[path].definitions if definition in self.kept[path]]
        pieces = [kept[0].code] if kept else []
        for above, below in pairwise(kept):
            blank = 2 if above.compound or below.compound else int(below.apart)
            pieces += ["\n" * blank, below.code]
        if kept and kept[0].compound:
            pieces.insert(0, "\n")
        return "".join(pieces)


def _omit(own: Draft) -> None:
    """Drop the definitions that the layout keeps from students."""
    for pattern in own.entry.omit:
        names = [name for name in own.defined if fnmatchcase(name, pattern)]
        if not names:
            raise AssignmentError(f"omit: nothing in {own.entry.path} is called {pattern!r}")
        for name in names:
            definition = own.defined.pop(name)
            own.definitions.remove(definition)


def _parsed(entry: ModuleFile) -> Iterator[Import]:
    yield from parse_imports(ast.parse("\n".join(entry.imports)).body)


def _given(entry: ModuleFile) -> set[str]:
    """The names that the layout's own imports bind."""
    return {item.bound for item in _parsed(entry)}


def _module_import(path: str, home: str, bound: str) -> Import:
    name = basename(home).removesuffix(".py")
    package = relative_module(path, home).removesuffix(name)
    module = package if package.strip(".") == "" else package.removesuffix(".")
    return Import(module, name, None if name == bound else bound)
