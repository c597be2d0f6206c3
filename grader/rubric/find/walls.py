"""What a program that reads HTML and PDF files loads beforehand, and the walls it then puts up.

Run by `grader.rubric.find.export`; like it, this file imports nothing of the grader. The walls are those
of a worker that runs submissions (`grader/worker/inside/confine`): from then on no file can be opened, no
socket made, no process started. Limits alone hold where a system cannot put one of them up.
"""

from __future__ import annotations

import codecs
import encodings
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType

_CONFINE = Path(__file__).parents[2] / "worker" / "inside" / "confine"
_NOBODY = 65534
_IF_THERE = ("fontTools.cffLib", "fontTools.pens.boundsPen", "fontTools.ttLib.tables.otTables")
"""What pypdf takes from other libraries if they are installed, when a page needs it."""


def load(kind: str) -> None:
    """Import all that reading one document may need.

    Parameters
    ----------
    kind : str
        html or pdf.
    """
    for module in pkgutil.iter_modules(encodings.__path__):
        with suppress(LookupError, ImportError):  # what only another system has
            codecs.lookup(module.name)
    if kind == "html":
        soup = importlib.import_module("bs4").BeautifulSoup(b"<p class=a>&eacute;</p>", "html.parser")
        soup.select("p.a:not(.b)")
        return
    package = importlib.import_module("pypdf")
    for name in (*(module.name for module in pkgutil.walk_packages(package.__path__, "pypdf.")), *_IF_THERE):
        with suppress(ImportError):  # what is not there, or needs what is not
            importlib.import_module(name)


def put_up() -> list[str]:
    """Confine this process for good; the walls that stand."""
    try:
        identity, landlock, seccomp, syscalls = _confine("identity", "landlock", "seccomp", "syscalls")
    except ImportError:
        return []
    timer = {"setitimer": (38, 103)}  # a page is given up after a while
    profile = syscalls.Profile({**syscalls.ALLOWED, **timer}, syscalls.RULES)
    walls: tuple[tuple[str, Callable[[], None]], ...] = (
        ("own uid", lambda: identity.become(_NOBODY)),
        ("no capabilities", identity.drop_capabilities),
        ("no new privileges", identity.refuse_new_privileges),
        ("landlock", landlock.enter),
        ("system-call filter", lambda: seccomp.enter(profile)),
    )
    return [name for name, wall in walls if _stands(wall)]


def _stands(wall: Callable[[], None]) -> bool:
    try:
        wall()
    except (OSError, AttributeError):  # the latter where a system has no such call
        return False
    return True


def _confine(*names: str) -> list[ModuleType]:
    """Modules of that folder, as a package of a name of its own."""
    spec = importlib.util.spec_from_file_location(
        "_confine", _CONFINE / "__init__.py", submodule_search_locations=[str(_CONFINE)]
    )
    if spec is None or spec.loader is None:
        raise ImportError("no loader for the walls")
    package = importlib.util.module_from_spec(spec)
    sys.modules["_confine"] = package
    spec.loader.exec_module(package)
    return [importlib.import_module(f"_confine.{name}") for name in names]
