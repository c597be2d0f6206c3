"""What the course hands out, taken from the assignment's own template.

Only what an edition really hands out may reach a submission's process: the solved variant of the
template holds all answers. So single functions are cut out together with the private helpers that
they use, and nothing else of their module travels.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from grader.assignment import Assignment
from grader.authoring.drafts import Variant
from grader.authoring.layout import load_layout
from grader.authoring.modules import build_modules
from grader.authoring.sources import Sources
from grader.submission.assemble import REPLACED, HandOut
from grader.submission.contents import PythonSummary
from grader.submission.inspection import inspect_python


def hand_out(assignment: Assignment, edition: str) -> HandOut:
    """The modules, functions and stubs of one edition.

    Parameters
    ----------
    assignment : Assignment
    edition : str
    """
    solved = _modules(assignment.folder, assignment.package, Variant.SOLVED)
    whole = {
        name: standing_alone(text, solved).encode() for name, text in solved.items() if _handed_out(name)
    }
    given = assignment.handed_out(edition)
    functions = {
        name: extract(solved[entry.module], [name])
        for name, entry in assignment.interface.functions.items()
        if name in given and entry.module in solved and entry.module not in whole
    }
    return HandOut(whole, functions, _forms(assignment.folder, assignment.package))


def standing_alone(source: str, solved: Mapping[str, str]) -> str:
    """A module of ours that takes nothing from a module which students write.

    What it would import from there (the checks of arguments that naive and fast convolution share)
    is put in its place.

    Parameters
    ----------
    source : str
    solved : mapping
        Module name to text, of all modules of the solved template.
    """
    lines = source.splitlines()
    for node in reversed(ast.parse(source).body):
        module = node.module or "" if isinstance(node, ast.ImportFrom) and node.level == 1 else ""
        if isinstance(node, ast.ImportFrom) and module in solved and not _handed_out(module):
            text = extract(solved[module], [alias.name for alias in node.names])
            lines[node.lineno - 1 : node.end_lineno] = [text]
    return "\n".join(lines) + "\n"


def extract(source: str, names: Iterable[str]) -> str:
    """Some functions of a module with its imports and the private helpers that they use.

    Parameters
    ----------
    source : str
        A module of ours.
    names : iterable of str
        Top-level functions.
    """
    tree = ast.parse(source)
    definitions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    wanted: list[str] = []
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in definitions and name not in wanted:
            wanted.append(name)
            used = {node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name)}
            # Public functions of the same module are the student's own to write, never ours to bring.
            pending += [other for other in used if other[0] == "_" or other[0].isupper()]
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    bodies = [ast.unparse(node) for name, node in definitions.items() if name in wanted]
    return "\n".join([*(line for line in imports if "__future__" not in line), "", *bodies])


def _handed_out(module: str) -> bool:
    return module in REPLACED or module.startswith("_")


@cache
def _modules(folder: Path, package: str, variant: Variant) -> Mapping[str, str]:
    """Python files of the template by module name relative to the package; built once."""
    layout = load_layout(folder)
    files = build_modules(layout, Sources.of_package(layout.sources), variant)
    return {
        path.removeprefix(f"{package}/").removesuffix(".py").replace("/", "."): text
        for path, text in files.items()
        if path.startswith(f"{package}/") and path.endswith(".py") and not path.endswith("__init__.py")
    }


@cache
def _forms(folder: Path, package: str) -> Mapping[str, frozenset[str]]:
    forms: dict[str, frozenset[str]] = {}
    for text in _modules(folder, package, Variant.STUBS).values():
        summary = msgspec.convert(inspect_python(text.encode()), PythonSummary)
        for name, entry in summary.functions.items():
            forms[name] = frozenset({entry.form})
        for name, methods in summary.classes.items():
            for method, entry in methods.items():
                forms[f"{name}.{method}"] = frozenset({entry.form})
    return forms
