"""Libraries that notebooks import, often for a single cell, and that may not be installed here.

They can be imported, so that the first cell does not take all others down with it; where something of them
is called, it is said that they are not there.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

_MISSED: Final = frozenset(
    {"cv2", "future", "h5py", "numba", "pandas", "skimage", "sklearn", "sympy", "tabulate"}
)
#: Only for looks, or for the one who sits in front of the screen.
_IDLE: Final = frozenset({"ipdb", "seaborn"})


class Absent(MetaPathFinder, Loader):
    """Finds what nobody else found; so it stands last in ``sys.meta_path``."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is: nowhere, but it can be imported."""
        if fullname.partition(".")[0] in _MISSED | _IDLE:
            return importlib.util.spec_from_loader(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        """Let every name be there."""
        name = module.__name__
        idle = name.partition(".")[0] in _IDLE

        def attribute(wanted: str) -> Any:
            if wanted.startswith("__"):  # how the import system looks around
                raise AttributeError(wanted)
            return _nothing if idle else _missing(name, wanted)

        module.__dict__["__getattr__"] = attribute


def _nothing(*arguments: Any, **options: Any) -> None:
    """What is called does nothing."""


def _missing(name: str, attribute: str) -> Callable[..., None]:
    def refuse(*arguments: Any, **options: Any) -> None:
        library = name.partition(".")[0]
        raise ModuleNotFoundError(f"{name}.{attribute}: {library} is not installed here", name=library)

    return refuse
