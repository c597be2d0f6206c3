"""Stand-ins for libraries that submissions import and grading does not need.

Plotting does nothing, whatever is called. The Python 2 helpers do what they are for. Libraries that
read images can be imported, and say what is wrong when they are used.
"""

from __future__ import annotations

import builtins
import functools
import io
import itertools
import operator
import pickle
import queue
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, Final


class Inert:
    """Answers to everything with itself: attributes, calls, items, ``with``, unpacking."""

    def __call__(self, *args: Any, **kwargs: Any) -> Inert:
        """Do nothing."""
        return self

    def __getattr__(self, name: str) -> Inert:
        """Any attribute, except those by which Python and NumPy look for protocols."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Inert:
        """Any item."""
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        """Kept nowhere."""

    def __iter__(self) -> Iterator[Inert]:
        """Two of itself, for ``figure, axes = plt.subplots()``."""
        return iter((self, self))

    def __enter__(self) -> Inert:
        """Nothing to open."""
        return self

    def __exit__(self, *details: object) -> None:
        """Nothing to close."""


def _nothing(name: str, attribute: str) -> Any:
    return Inert()


def _absent(name: str, attribute: str) -> Any:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"{name}.{attribute} is not available while grading")

    return refuse


def _old_division(left: Any, right: Any) -> Any:
    whole = isinstance(left, int) and isinstance(right, int)
    return left // right if whole else left / right


class _TqdmStub:
    """``tqdm`` without its bar."""

    def __init__(self, iterable: Iterable[Any] = (), *args: Any, **kwargs: Any) -> None:
        self._iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        """The items, unannounced."""
        return iter(self._iterable)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """``update``, ``close``, ``set_description`` and their kin do nothing."""
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None

    def __enter__(self) -> _TqdmStub:
        """Nothing to open."""
        return self

    def __exit__(self, *details: object) -> None:
        """Nothing to close."""


_PYTHON_2: Final[dict[str, Any]] = {
    "basestring": str,
    "chr": chr,
    "cmp": lambda left, right: (left > right) - (left < right),
    "execfile": _absent("past.builtins", "execfile"),
    "long": int,
    "raw_input": builtins.input,
    "reduce": functools.reduce,
    "unichr": chr,
    "unicode": str,
    "xrange": range,
    **{name: getattr(builtins, name) for name in ("dict", "filter", "input", "map", "range", "str", "zip")},
}

_SIX_MOVES: Final[dict[str, Any]] = {
    **_PYTHON_2,
    "StringIO": io.StringIO,
    "cPickle": pickle,
    "cStringIO": io.StringIO,
    "queue": queue,
    "zip_longest": itertools.zip_longest,
}

_SIX: Final[dict[str, Any]] = {
    "PY2": False,
    "PY3": True,
    "integer_types": (int,),
    "string_types": (str,),
    "text_type": str,
    "binary_type": bytes,
    "iteritems": lambda mapping: iter(mapping.items()),
    "iterkeys": iter,
    "itervalues": lambda mapping: iter(mapping.values()),
    "next": next,
    "with_metaclass": lambda meta, *bases: meta("Base", bases or (object,), {}),
    "b": operator.methodcaller("encode", "latin-1"),
    "u": str,
}

_CONTENT: Final[dict[str, dict[str, Any]]] = {
    "past.builtins": _PYTHON_2,
    "past.utils": {"old_div": _old_division},
    "six": _SIX,
    "six.moves": _SIX_MOVES,
    "six.moves.cPickle": {name: getattr(pickle, name) for name in ("dump", "dumps", "load", "loads")},
    "tqdm": {"tqdm": _TqdmStub, "trange": lambda *args, **kwargs: _TqdmStub(range(*args))},
    "tqdm.auto": {"tqdm": _TqdmStub},
    "tqdm.notebook": {"tqdm": _TqdmStub},
}

#: Top-level name -> what an attribute is that the stand-in does not define.
KINDS: Final[dict[str, Callable[[str, str], Any]]] = {
    "IPython": _nothing,
    "PIL": _absent,
    "cv2": _absent,
    "future": _nothing,
    "h5py": _absent,
    "imageio": _absent,
    "matplotlib": _nothing,
    "mpl_toolkits": _nothing,
    "past": _absent,
    "pylab": _nothing,
    "seaborn": _nothing,
    "six": _absent,
    "tqdm": _nothing,
}


def make(name: str) -> ModuleType:
    """The stand-in for a module whose top-level name is in `KINDS`."""
    module = ModuleType(name, "A stand-in: this library is not available while grading.")
    module.__dict__.update(_CONTENT.get(name, {}))
    other = KINDS[name.partition(".")[0]]

    def attribute(wanted: str) -> Any:
        # Names with underscores are how the import system looks around.
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        return other(name, wanted)

    module.__dict__["__getattr__"] = attribute
    return module
