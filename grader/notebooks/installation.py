"""What of this machine a kernel may see: Python, the libraries, and nothing of the grader."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from grader.errors import UsageError

EXTRA: Final = "notebooks"
_NEEDED: Final = ("nbclient", "ipykernel", "matplotlib", "jupyter_client", "nbformat", "zmq", "PIL", "numpy")
_SYSTEM: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
#: Folders of a checkout or of an installed wheel, beside each other.
_OURS: Final = ("grader", "reference", "tests", "rubrics", "student_template", "benchmarks")


@dataclass(frozen=True, slots=True)
class Installation:
    """The paths, as `grader.notebooks.inside.plan` wants them."""

    binds: tuple[str, ...]
    links: dict[str, str]
    covered: tuple[str, ...]
    folders: tuple[str, ...]


@cache
def installation() -> Installation:
    """What is installed.

    Raises
    ------
    UsageError
        If what it takes to run notebooks is not.
    """
    folders = _library_folders()
    python = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    python += [f"{prefix}/lib" for prefix in (sys.base_prefix, sys.base_exec_prefix)]
    wanted = [*_SYSTEM, *python, *folders, *os.environ.get("LD_LIBRARY_PATH", "").split(":")]
    present = [path for path in dict.fromkeys(wanted) if path.startswith("/") and os.path.exists(path)]
    binds = _without_nested(os.path.realpath(path) for path in present)
    links = {path: os.path.realpath(path) for path in present if os.path.realpath(path) != path}
    return Installation(
        binds,
        {
            link: target
            for link, target in links.items()
            if not _within(link, [*binds, *links.keys() - {link}])
        },
        tuple(folder for folder in _own_folders() if _within(folder, binds)),
        tuple(folders),
    )


def _library_folders() -> list[str]:
    """Where libraries are installed, on the path of this interpreter."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"running notebooks needs {', '.join(missing)}: pip install 'backprop-grader[{EXTRA}]'"
        )
    specs = [importlib.util.find_spec(name) for name in _NEEDED]
    found = [str(Path(spec.origin).parents[1]) for spec in specs if spec is not None and spec.origin]
    usual = [path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}]
    return [path for path in dict.fromkeys([*usual, *found]) if os.path.isdir(path)]


def _own_folders() -> list[str]:
    top = Path(__file__).resolve().parents[2]
    return [str(top / name) for name in _OURS if (top / name).is_dir()]


def _without_nested(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not _within(path, kept):
            kept.append(path)
    return tuple(kept)


def _within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
