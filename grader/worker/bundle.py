"""What a worker is given: source text, and the rules by which imports find it."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from grader.worker.requests import require_seed

#: Libraries for which the worker has stand-ins.
STUBS: Final = (
    *("IPython", "PIL", "cv2", "future", "h5py", "imageio", "matplotlib", "mpl_toolkits", "past"),
    *("pylab", "seaborn", "six", "tqdm"),
)

_LARGEST_FILE: Final = 1 << 20
_LARGEST_BUNDLE: Final = 16 << 20
_MOST_FILES: Final = 2000
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Module:
    """The source of one module, as bytes: its coding line is Python's to read."""

    name: str
    """Dotted, by which it is imported: ``cs231n.layers``."""
    path: str
    """As its author knows it, for tracebacks: ``cs231n/layers.py``."""
    code: bytes
    is_package: bool = False
    """Whether it is an ``__init__.py``. Folders without one need no module."""
    python2_lines: int = 0
    """How many of its lines, from the first on, are run with the meaning of Python 2."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that a worker holds beside Python and NumPy."""

    student: tuple[Module, ...]
    """The submission's own files; their lines appear in error reports."""
    provided: tuple[Module, ...] = ()
    """The assignment's own copies of handed-out files."""
    aliases: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Dotted prefix to dotted prefix, the longest wins: ``{"cs231n": "homework.code"}``.
    An empty right side is the top level."""
    stubs: tuple[str, ...] = STUBS
    served: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    """Module name to function names: these functions are computed by the judge on request."""
    seed: int = 0
    """For ``numpy.random`` and ``random``. The worker knows it: never a seed that is secret."""

    def __post_init__(self) -> None:
        modules = (*self.student, *self.provided)
        require_seed(self.seed)
        _refuse_repeats("module", (module.name for module in modules))
        _refuse_repeats("path", (module.path for module in modules))
        if len(modules) > _MOST_FILES:
            raise ValueError(f"modules: got {len(modules)}, wanted at most {_MOST_FILES}")
        for module in modules:
            if not all(part.isidentifier() for part in module.name.split(".")):
                raise ValueError(f"module: got the name {module.name!r}, wanted dotted identifiers")
            if len(module.code) > _LARGEST_FILE:
                raise ValueError(
                    f"{module.path}: got {len(module.code)} bytes, wanted at most {_LARGEST_FILE}"
                )
        size = sum(len(module.code) for module in modules)
        if size > _LARGEST_BUNDLE:
            raise ValueError(f"modules: got {size} bytes together, wanted at most {_LARGEST_BUNDLE}")
        if unknown := set(self.stubs) - set(STUBS):
            raise ValueError(f"stubs: got {sorted(unknown)}, wanted some of {', '.join(STUBS)}")
        for prefix, real in self.aliases.items():
            if chain := [other for other in self.aliases if f"{real}.".startswith(f"{other}.")]:
                raise ValueError(f"aliases: got {prefix!r} for {real!r}, where {chain[0]!r} is an alias too")
        for name in (name for names in self.served.values() for name in names):
            if not name.isidentifier() or keyword.iskeyword(name):
                raise ValueError(f"served: got the function name {name!r}, wanted an identifier")

    def on_the_wire(self, first_handle: int) -> dict[str, Any]:
        """As the worker's loop reads it."""
        return {
            "student": [_entry(module) for module in self.student],
            "provided": [_entry(module) for module in self.provided],
            "aliases": dict(self.aliases),
            "stubs": list(self.stubs),
            "served": {module: list(names) for module, names in self.served.items()},
            "seed": self.seed,
            "first_handle": first_handle,
        }


def _entry(module: Module) -> dict[str, Any]:
    # As an array the text does not count against the size of a frame's header.
    code = np.frombuffer(module.code, np.uint8)
    return {
        "name": module.name,
        "path": module.path,
        "code": code,
        "is_package": module.is_package,
        "python2_lines": module.python2_lines,
    }


def _refuse_repeats(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what}: got {name!r} twice")
        seen.add(name)
