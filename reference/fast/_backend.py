"""Which code the fast path runs: the compiled kernels, and in which variant, or NumPy.

Decided once, when this module is imported, from what was built, what the machine can do and two
environment variables:

``BACKPROP_FAST``
    ``numpy`` for the NumPy code; ``baseline``, ``avx2`` or ``avx512`` for kernels that use no more than
    these instructions; ``auto`` (as if it were not set) for the best there is.
``BACKPROP_FAST_THREADS``
    How many threads the kernels may use, 1 unless it is set. More than one helps only if BLAS is told
    to leave the cores alone (``OPENBLAS_NUM_THREADS=1``): its idle threads keep spinning.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any, NamedTuple

_NOT_BUILT = Path(__file__).with_name("_not_built.txt")
"""Written by ``setup.py`` where it could not build the kernels: the reason, in a sentence."""

_NAMES = ("baseline", "avx2", "avx512")


class Backend(NamedTuple):
    """The code that the ``_fast`` functions run, and why that one."""

    name: str
    reason: str


class Choice(NamedTuple):
    """The kernels with the variant to use; no kernels where NumPy does the work."""

    kernels: Any
    variant: int
    reason: str


def choose(wish: str) -> Choice:
    """Find the kernels for a value of ``BACKPROP_FAST``."""
    wish = wish.strip().lower()
    if wish not in ("", "auto", "numpy", *_NAMES):
        wanted = ", ".join(("auto", "numpy", *_NAMES))
        raise ValueError(f"BACKPROP_FAST: got {wish!r}, wanted one of {wanted}")
    if wish == "numpy":
        return Choice(None, 0, "the environment asks for it (BACKPROP_FAST=numpy)")
    try:
        kernels = importlib.import_module("reference.fast._kernels")
    except ImportError as error:
        return Choice(None, 0, _why_missing(error))
    best: int = kernels.BEST
    variant = min(best, _NAMES.index(wish)) if wish in _NAMES else best
    why = f"{kernels.VARIANTS[variant]} kernels built by {kernels.COMPILER}"
    if variant < best:
        why += f" (the environment asks for no more than {wish})"
    return Choice(kernels, variant, why)


def _why_missing(error: ImportError) -> str:
    if not isinstance(error, ModuleNotFoundError):
        return f"the compiled kernels do not load: {error}"
    if _NOT_BUILT.is_file():
        return _NOT_BUILT.read_text("utf-8").strip()
    return "the kernels have not been compiled here; 'pip install' does that where there is GCC"


def backend() -> Backend:
    """Say which code the ``_fast`` functions run.

    Returns
    -------
    Backend
        Its ``name`` is ``"compiled"`` or ``"numpy"``; its ``reason`` is a sentence for people.
    """
    if CHOICE.kernels is None:
        return Backend("numpy", CHOICE.reason)
    count = f"{_threads} thread{'s' if _threads > 1 else ''}" if CHOICE.kernels.OPENMP else "no OpenMP"
    return Backend("compiled", f"{CHOICE.reason}, {count}")


def threads() -> int:
    """How many threads the kernels may use."""
    return _threads


def set_threads(count: int) -> None:
    """Let the kernels use ``count`` threads; results do not depend on it, not even in the last bit."""
    global _threads
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 1024:
        raise ValueError(f"count: got {count!r}, wanted a whole number from 1 to 1024")
    _threads = count


def _threads_wished(wish: str) -> int:
    if not wish.strip():
        return 1
    if not wish.strip().isdecimal() or not 1 <= int(wish) <= 1024:
        raise ValueError(f"BACKPROP_FAST_THREADS: got {wish!r}, wanted a whole number from 1 to 1024")
    return int(wish)


_threads = _threads_wished(os.environ.get("BACKPROP_FAST_THREADS", ""))
CHOICE = choose(os.environ.get("BACKPROP_FAST", ""))

if hasattr(os, "register_at_fork"):
    # The threads of OpenMP do not survive a fork, and a child that waits for them waits forever.
    os.register_at_fork(after_in_child=lambda: set_threads(1))
