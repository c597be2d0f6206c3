"""The objects that the judge may speak of: handles to them, and paths into them.

A path is a list of kinds and keys: ``".", name`` for an attribute, ``"[", key`` for an item;
``model.params["W1"]`` is ``[".", "params", "[", "W1"]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .rebuild import describe, presentable
from .values import Handle, Unsupported

_MOST: Final = 10_000


class Objects:
    """What stays in the worker, by number."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._next = 0

    def begin_at(self, first: int) -> None:
        """Every worker numbers from somewhere else, so the judge notices a handle of another one."""
        self._next = first

    def keep(self, value: Any) -> Handle:
        """A handle for ``value``."""
        if len(self._objects) >= _MOST:
            raise RuntimeError(f"more than {_MOST} objects are kept")
        number = self._next
        self._next += 1
        self._objects[number] = value
        return Handle(number, describe(value))

    def resolve(self, handle: Handle) -> Any:
        """The object of a received handle; the judge's own handles stay handles."""
        return self._objects[handle.number] if handle.owner == "worker" else handle

    def drop(self, numbers: Sequence[int]) -> None:
        """Forget objects."""
        for number in numbers:
            self._objects.pop(number, None)


def follow(value: Any, path: Sequence[Any]) -> Any:
    """The object at the end of ``path``."""
    for kind, key in zip(path[::2], path[1::2], strict=True):
        value = getattr(value, key) if kind == "." else value[key]
    return value


def assign(target: Any, kind: str, key: Any, new: Any) -> None:
    """Put ``new`` in the place of an attribute or an item."""
    if kind == ".":
        setattr(target, key, new)
    else:
        target[key] = new


def present(objects: Objects, result: Any, wanted: str | list[str]) -> Any:
    """A call's result as it was asked for.

    Parameters
    ----------
    objects : Objects
    result : object
    wanted : str or list of str
        ``"value"``, ``"handle"`` or ``"nothing"`` for the whole result; a list of these if the
        result is to be a tuple of that length.

    Returns
    -------
    The value or handle; for a list a tuple of them. `Unsupported` where a value cannot travel or
    the number of results is another. None stays None whatever is wanted: that is what a function
    without a body returns.
    """
    if result is None or wanted == "nothing":
        return None
    if isinstance(wanted, str):
        return _present_one(objects, result, wanted)
    if not isinstance(result, tuple | list) or len(result) != len(wanted):
        return Unsupported(f"{describe(result)} where {len(wanted)} results are wanted")
    return tuple(_present_one(objects, one, how) for one, how in zip(result, wanted, strict=True))


def _present_one(objects: Objects, value: Any, wanted: str) -> Any:
    if value is None or wanted == "nothing":
        return None
    return objects.keep(value) if wanted == "handle" else presentable(value)
