"""How the inside is started: which interpreter, which options, which (nearly empty) environment."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Final

from grader.worker.outcomes import WorkerFault

_BOOT: Final = Path(__file__).with_name("inside") / "boot.py"

#: One thread for every numerical library: a forked child must not find threads missing, and the
#: filter lets none be started. They have to be set before NumPy is loaded.
_THREADS: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}
_FIXED: Final = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC0"}
#: Without these some installations do not start. They say where libraries are, and nothing else.
_PASSED_ON: Final = ("LD_LIBRARY_PATH", "SYSTEMROOT")


def command(part: str, descriptor: int) -> list[str]:
    """The command line. It names the interpreter and our own file, nothing of the run.

    No site, no user site, no script folder on the path, no byte code written: like ``-I``, except
    that the hash seed, which ``-I`` would ignore, is fixed through the environment.
    """
    options = ["-s", "-S", "-P", "-B", "-X", "utf8"]
    return [sys.executable, *options, str(_BOOT), part, str(descriptor)]


def environment() -> dict[str, str]:
    """The whole environment; nothing of the judge's own gets in."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**_FIXED, **_THREADS, **passed_on}


def folders(*, scipy: bool) -> list[str]:
    """Where NumPy and SciPy are installed.

    Raises
    ------
    WorkerFault
        If one of them is not.
    """
    found = []
    for package in ("numpy", "scipy") if scipy else ("numpy",):
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise WorkerFault(f"{package} is not installed, and the assignment asks for it")
        found.append(str(Path(spec.origin).parents[1]))
    return list(dict.fromkeys(found))
