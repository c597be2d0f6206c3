"""Where the assignment's package is within a hand-in, and which file is which module.

Real hand-ins nest the package, rename it, flatten it into one folder, hold several copies of it or
leave parts out. The copy with the most work in it is taken, and what was chosen is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.submission.contents import PythonSummary

MODULES = (
    "layers",
    "layer_utils",
    "optim",
    "classifiers.fc_net",
    "classifiers.cnn",
    "fast_layers",
    "im2col",
    "solver",
    "gradient_check",
    "data_utils",
    "vis_utils",
)


@dataclass(frozen=True, slots=True)
class Package:
    """The package of a hand-in.

    ``modules`` maps names relative to the package (``layers``, ``classifiers.fc_net``) to paths within
    the hand-in; files with other names are there too, since students import their own.
    """

    root: str
    modules: dict[str, str]
    aliases: tuple[str, ...]
    """Names under which the hand-in imports itself."""
    notes: tuple[str, ...]


def locate_package(summaries: Mapping[str, PythonSummary], names: frozenset[str], package: str) -> Package:
    """Choose the package among the Python files of a hand-in.

    Parameters
    ----------
    summaries : mapping
        Path to the summary of its syntax.
    names : frozenset of str
        The functions and classes of the assignment.
    package : str
        The name that the assignment gives to its package.
    """
    candidates = {root: _modules(root, summaries) for root in _roots(summaries)}
    if not candidates:
        note = "no file with a name of the assignment (layers.py, optim.py, ...)"
        return Package("", {}, (package,), (note,))

    def merit(root: str) -> tuple[int, int, int, str]:
        modules = candidates[root]
        known = [modules[name] for name in MODULES if name in modules]
        work = sum(_work(summaries[path], names) for path in known)
        return (-work, -len(known), root.count("/"), root)

    best, *others = sorted(candidates, key=merit)
    modules = candidates[best]
    notes = [f"package: {best or 'the top folder'}"]
    notes += [f"another copy in {other or 'the top folder'} was not used" for other in others]
    missing = [name for name in ("layers", "optim", "classifiers.fc_net") if name not in modules]
    notes += [f"no {name.replace('.', '/')}.py" for name in missing]
    return Package(best, modules, _aliases(best, package, summaries), tuple(notes))


def _roots(summaries: Mapping[str, PythonSummary]) -> list[str]:
    """Folders that hold a file with a name of the assignment."""
    known = {name.rpartition(".")[2] for name in MODULES[:5]}
    roots = set()
    for path in summaries:
        file = PurePosixPath(path)
        if file.stem in known:
            folder = file.parent.parent if file.parent.name == "classifiers" else file.parent
            roots.add("" if str(folder) == "." else str(folder))
    # A folder within another candidate's classifiers/ or beside it may be a part, not a copy.
    return [root for root in roots if not _part_of_another(root, roots)]


def _part_of_another(root: str, roots: set[str]) -> bool:
    return any(other != root and PurePosixPath(root).parent == PurePosixPath(other or ".") for other in roots)


def _modules(root: str, summaries: Mapping[str, PythonSummary]) -> dict[str, str]:
    prefix = f"{root}/" if root else ""
    below = {path[len(prefix) :]: path for path in summaries if path.startswith(prefix)}
    modules = {
        relative.removesuffix(".py").replace("/", ".").removesuffix(".__init__"): path
        for relative, path in below.items()
        if all(part.isidentifier() for part in relative.removesuffix(".py").split("/"))
    }
    modules.pop("__init__", None)
    for name in MODULES:
        if name not in modules:
            stem = name.rpartition(".")[2]
            found = [relative for relative in below if PurePosixPath(relative).stem == stem]
            if found:
                nearest = min(found, key=lambda relative: (relative.count("/"), relative))
                modules = {key: path for key, path in modules.items() if path != below[nearest]}
                modules[name] = below[nearest]
    return modules


def _work(summary: PythonSummary, names: frozenset[str]) -> int:
    """How many functions of the assignment have a body."""
    functions = sum(1 for name, entry in summary.functions.items() if name in names and not entry.hollow)
    methods = sum(
        1
        for name, members in summary.classes.items()
        if name in names
        for entry in members.values()
        if not entry.hollow
    )
    return functions + methods


def _aliases(root: str, package: str, summaries: Mapping[str, PythonSummary]) -> tuple[str, ...]:
    """Every prefix under which some file imports a module of the assignment."""
    tails = "|".join(re.escape(name) for name in (*MODULES, "classifiers"))
    found = [package]
    if root and PurePosixPath(root).name.isidentifier():
        found.append(PurePosixPath(root).name)
    for summary in summaries.values():
        for name in summary.imports:
            match = re.fullmatch(rf"([A-Za-z_][\w.]*)\.(?:{tails})(?:\..*)?", name)
            if match and match.group(1) != "classifiers":
                found.append(match.group(1))
    return tuple(dict.fromkeys(found))
