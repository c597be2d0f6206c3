"""Takes the parts of a generated file apart: into definitions, and where the imported names come from."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

import libcst as cst

from grader.authoring.bindings import bound_names
from grader.authoring.imports import Import, parse_imports
from grader.authoring.layout import ModuleFile
from grader.authoring.regions import without_markers
from grader.authoring.sources import Sources
from grader.authoring.stubs import with_stubs
from grader.authoring.untyped import without_annotations
from grader.errors import AssignmentError


class Variant(Enum):
    """The two hand-outs that are made from the same sources."""

    STUBS = "stubs"
    """What students get."""
    SOLVED = "solved"
    """The same with every solution in place."""


@dataclass(frozen=True, slots=True)
class Link:
    """A name of the reference that a part imports; without a name, a module of the reference."""

    part: str
    name: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A statement at the top of a part, ready to be written out. Two of them are never the same."""

    names: tuple[str, ...]
    code: str
    """With the comments above it."""
    reads: frozenset[str]
    """The global names that it uses."""
    on_demand: bool
    """Whether it only says something about types: then it goes where it is used, and only there."""
    compound: bool
    """Whether it is a function or class, which stands between blank lines."""
    apart: bool
    """Whether there was a blank line above it."""


@dataclass(slots=True)
class Draft:
    """The parts of one generated file."""

    entry: ModuleFile
    definitions: list[Definition] = field(default_factory=list)
    defined: dict[str, Definition] = field(default_factory=dict)
    imports: dict[str, Import | Link] = field(default_factory=dict)


def draft(entry: ModuleFile, sources: Sources, variant: Variant) -> Draft:
    """Read and take apart the parts of a file.

    Raises
    ------
    AssignmentError
        If markers are wrong, or two parts give different meanings to a name.
    """
    replace = with_stubs if variant is Variant.STUBS and entry.role == "exercise" else without_markers
    result = Draft(entry)
    for part in entry.parts:
        text = replace(sources.text(part), sources.name(part))
        _add_imports(result, text, part, sources)
        for definition in _definitions(text):
            _add_definition(result, definition, sources.name(part))
    _require_one_meaning(result)
    return result


def _add_imports(result: Draft, text: str, part: str, sources: Sources) -> None:
    file = sources.name(part)
    tree = ast.parse(text)
    for item in parse_imports(tree.body):
        origin = _origin(item, part, sources)
        if result.imports.setdefault(item.bound, origin) != origin:
            raise AssignmentError(
                f"imports {item.bound}, which means something else in another part of {result.entry.path}",
                file=file,
            )
    for node in ast.walk(tree):
        if node not in tree.body and isinstance(node, ast.ImportFrom) and sources.part(node.module or ""):
            fix = "import it at the top"
            raise AssignmentError("a function imports a part", file=file, line=node.lineno, fix=fix)


def _origin(item: Import, part: str, sources: Sources) -> Import | Link:
    """Where an imported name comes from: the reference, or a package outside."""
    inner = sources.part(item.module)
    if inner is None and not item.module.startswith("."):
        return item
    if inner is None or item.name is None or item.name == "*":
        fix = f"write 'from {sources.package}.module import name'"
        raise AssignmentError(f"cannot follow the import of {item.module}", file=sources.name(part), fix=fix)
    module = f"{inner}.{item.name}" if inner else item.name
    return (
        Link(module, None)
        if sources.has(module)
        else Link(sources.defining_part(inner, item.name), item.name)
    )


def _add_definition(result: Draft, definition: Definition, file: str) -> None:
    for name in definition.names:
        if name in result.defined:
            problem = f"defines {name}, which another part of {result.entry.path} defines too"
            raise AssignmentError(problem, file=file, fix="rename one of the two")
        result.defined[name] = definition
    result.definitions.append(definition)


def _require_one_meaning(result: Draft) -> None:
    """No name may be defined by one part and imported from elsewhere by another."""
    for name in result.defined.keys() & result.imports.keys():
        origin = result.imports[name]
        if not (isinstance(origin, Link) and origin.part in result.entry.parts and origin.name == name):
            problem = f"{name} is defined by one part and imported by another"
            raise AssignmentError(problem, file=result.entry.path, fix="rename one of the two")


@cache
def _definitions(text: str) -> tuple[Definition, ...]:
    """The statements of a part without docstring, imports and ``__all__``, in untyped form.

    Kept, because a process that grades needs the stubs and the solved variant, which share most parts.
    """
    return tuple(_taken_apart(text))


def _taken_apart(text: str) -> Iterator[Definition]:
    module = without_annotations(cst.parse_module(text))
    for number, statement in enumerate(module.body):
        node = ast.parse(module.code_for_node(statement)).body[0]
        names = bound_names([node])
        if isinstance(node, ast.Import | ast.ImportFrom) or names == ("__all__",):
            continue
        if number == 0 and isinstance(node, ast.Expr):
            continue
        lines = list(statement.leading_lines)
        apart = bool(lines) and lines[0].comment is None
        while lines and lines[0].comment is None:
            del lines[0]
        code = module.code_for_node(statement.with_changes(leading_lines=lines))
        compound = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield Definition(names, code, _global_reads(code), _is_about_types(node), compound, apart)


def _is_about_types(node: ast.stmt) -> bool:
    """Whether a statement defines an alias, a type variable or a protocol."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name.lstrip("_")[:1].isupper() and not name.isupper()
        case ast.ClassDef(bases=[ast.Name(id="Protocol" | "TypedDict"), *_]):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _global_reads(code: str) -> frozenset[str]:
    """The names of the module that a piece of code uses, at any depth."""
    # Since Python 3.12 the variables of a list comprehension belong to the table around it.
    comprehensions = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.comprehension)]
    passing = {
        node.id for each in comprehensions for node in ast.walk(each.target) if isinstance(node, ast.Name)
    }

    def visit(table: symtable.SymbolTable) -> Iterator[str]:
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            read = symbol.get_name() not in passing if top else symbol.is_global()
            if symbol.is_referenced() and read:
                yield symbol.get_name()
        for child in table.get_children():
            yield from visit(child)

    return frozenset(visit(symtable.symtable(code, "<part>", "exec")))
