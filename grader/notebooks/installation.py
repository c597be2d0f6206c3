"""What of this machine a kernel may see: Python, the libraries, and nothing of the grader."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from grader.errors import UsageError

EXTRA: Final = "notebooks"
_NEEDED: Final = ("nbclient", "ipykernel", "matplotlib", "jupyter_client", "nbformat", "zmq", "PIL", "numpy")
_LIBRARIES: Final = {"site-packages", "dist-packages"}
_SYSTEM: Final = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store"),
    "/etc/ld.so.cache",
)
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
    real = {path: os.path.realpath(path) for path in present if not _too_wide(os.path.realpath(path))}
    binds = _without_nested(real.values())
    links = {path: target for path, target in real.items() if target != path}
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
    folders = [
        path for path in dict.fromkeys(sys.path) if Path(path).name in _LIBRARIES and os.path.isdir(path)
    ]
    missing = [name for name in _NEEDED if not _is_in(name, folders)]
    if missing:
        raise UsageError(
            f"running notebooks needs {', '.join(missing)}: pip install 'backprop-grader[{EXTRA}]'"
        )
    return folders


def _is_in(name: str, folders: list[str]) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None and str(Path(spec.origin).parents[1]) in folders


def _too_wide(path: str) -> bool:
    """Whether a folder would show more than libraries: somebody's home, or what is only there for now."""
    private = [os.path.expanduser("~"), tempfile.gettempdir(), os.getcwd()]
    return any(_within(os.path.realpath(place), [path]) for place in private) or path == "/"


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
