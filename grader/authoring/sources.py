"""The reference as a set of source texts: read, never imported."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from grader.errors import AssignmentError


@dataclass(frozen=True)
class Sources:
    """The Python files of one package."""

    package: str
    folder: Path

    @classmethod
    def of_package(cls, package: str) -> Sources:
        """The sources of an installed package (or one in a checkout).

        Raises
        ------
        AssignmentError
            If there is no such package.
        """
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise AssignmentError(f"sources: got {package!r}, wanted the name of an installed package")
        return cls(package, Path(spec.submodule_search_locations[0]))

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return self._place(part).is_file()

    def file(self, part: str) -> Path:
        """The file of a part: ``nets.fc_net`` is ``nets/fc_net.py``, or a package's ``__init__.py``."""
        file = self._place(part)
        if not file.is_file():
            raise AssignmentError(f"got the part {part!r}, wanted a module of {self.package}", file=file)
        return file

    def _place(self, part: str) -> Path:
        place = self.folder.joinpath(*part.split("."))
        package = place / "__init__.py"
        return package if package.is_file() else place.with_name(place.name + ".py")

    def text(self, part: str) -> str:
        """The source of a part."""
        return self.file(part).read_text("utf-8")

    def script(self, path: str) -> str:
        """The source of a notebook, by its path inside the package."""
        file = self.folder / path
        if not file.is_file():
            raise AssignmentError("there is no such notebook", file=file)
        return file.read_text("utf-8")

    def name(self, part: str) -> str:
        """The file of a part as messages show it, relative to the package's parent."""
        return self.file(part).relative_to(self.folder.parent).as_posix()

    def part(self, module: str) -> str | None:
        """The part behind an absolute module name; None for a module of another package."""
        package, _, part = module.partition(".")
        return part if package == self.package else None

    def defining_part(self, part: str, name: str) -> str:
        """The part that defines a name which ``part`` defines or passes on from another.

        Raises
        ------
        AssignmentError
            If it does neither.
        """
        bindings = self._bindings.get(part)
        if bindings is None:
            bindings = self._bindings[part] = _top_level(ast.parse(self.text(part)))
        if name not in bindings:
            raise AssignmentError(f"{name} is imported from here, but not defined", file=self.name(part))
        origin = bindings[name]
        inner = None if origin is None else self.part(origin)
        return part if inner is None else self.defining_part(inner, name)

    @cached_property
    def _bindings(self) -> dict[str, dict[str, str | None]]:
        return {}


def _top_level(tree: ast.Module) -> dict[str, str | None]:
    """Every name at the top of a module, with the module it is imported from, if it is."""
    names: dict[str, str | None] = {}
    for node in tree.body:
        match node:
            case ast.ImportFrom(module=str(module), names=aliases):
                names |= {alias.asname or alias.name: module for alias in aliases}
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names[name] = None
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names[name] = None
    return names
