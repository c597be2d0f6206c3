"""The arguments of a call: fresh, laid out as asked, and looked at afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .rebuild import presentable
from .values import AnyArray

Key = int | str  # a position, or a keyword


def lay_out(array: AnyArray, layout: str) -> AnyArray:
    """A copy of ``array`` that lies in memory in an unusual way.

    Parameters
    ----------
    array : ndarray
    layout : str
        ``"fortran"`` (first index fastest), ``"strided"`` (every other entry of a larger array) or
        ``"read-only"``.
    """
    if layout == "fortran":
        return array.copy(order="F")
    if layout == "strided":
        larger = np.zeros((*array.shape[:-1], 2 * array.shape[-1]) if array.ndim else (2,), array.dtype)
        view: AnyArray = larger[..., ::2] if array.ndim else larger[0:1].reshape(())
        view[...] = array
        return view
    result = array.copy()
    result.flags.writeable = False
    return result


def fresh(value: Any) -> Any:
    """A copy that shares no array with ``value``."""
    if type(value) is np.ndarray:
        return value.copy(order="K") if value.flags.writeable else value
    if type(value) is dict:
        return {key: fresh(entry) for key, entry in value.items()}
    if type(value) in (list, tuple):
        return type(value)(fresh(entry) for entry in value)
    return value


class Arguments:
    """Positional and keyword arguments of one call.

    Parameters
    ----------
    positional : tuple
    keywords : dict
    layouts : mapping
        Key to layout, for arrays.
    """

    def __init__(
        self, positional: Sequence[Any], keywords: Mapping[str, Any], layouts: Mapping[Key, str]
    ) -> None:
        self._by_key: dict[Key, Any] = {}
        self._by_key.update(enumerate(positional))
        self._by_key.update(keywords.items())
        for key, layout in layouts.items():
            self._by_key[key] = lay_out(self._by_key[key], layout)
        self._count = len(positional)
        self._before: dict[Key, tuple[tuple[int, ...], bytes]] = {}

    @property
    def positional(self) -> list[Any]:
        """In order."""
        return [self._by_key[place] for place in range(self._count)]

    @property
    def keywords(self) -> dict[str, Any]:
        """By name."""
        return {key: value for key, value in self._by_key.items() if isinstance(key, str)}

    def watch(self) -> None:
        """Remember all arrays, to see later which were changed."""
        arrays = {key: value for key, value in self._by_key.items() if type(value) is np.ndarray}
        self._before = {key: _seen(value) for key, value in arrays.items()}

    def changed(self) -> tuple[Key, ...]:
        """The arrays that differ from what `watch` saw."""
        return tuple(key for key, before in self._before.items() if before != _seen(self._by_key[key]))

    def read_back(self, keys: Sequence[Key]) -> dict[Key, Any]:
        """What some arguments hold now, after the call."""
        return {key: presentable(self._by_key[key]) for key in keys}


def _seen(array: AnyArray) -> tuple[tuple[int, ...], bytes]:
    # Bit for bit, so that NaN equals itself. The student may change the shape in place.
    return array.shape, array.tobytes()
