"""How one case of an observation is run: seeded, quietly, and with every crash turned into a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Implementation: TypeAlias = Callable[..., Any]
Seen: TypeAlias = Iterator[tuple[str, Any]]
Case: TypeAlias = Callable[[Implementation, np.random.Generator], Seen]
"""Calls an implementation on inputs drawn from the generator, and yields what is to be seen."""

Cases: TypeAlias = dict[str, Case]
"""The cases of one target by the name under which they are reported."""


def capture(case: Case, implementation: Implementation, seed: int) -> dict[str, Array]:
    """What the case yields, as copies.

    An exception ends the case; its type takes the place of what is missing, as the value "raised".
    The legacy random stream starts at ``seed`` and is afterwards as it was before.
    """
    seen: dict[str, Array] = {}
    with _legacy_stream(seed), np.errstate(all="ignore"):
        try:
            for name, value in case(implementation, np.random.default_rng(seed)):
                seen[name] = _as_array(value)
        except Exception as error:  # noqa: BLE001 - what is observed may be wrong in any way
            seen["raised"] = np.array(type(error).__name__)
    return seen


def watched(case: Case) -> Case:
    """``case``, with one more value: whether the implementation wrote to an array it was given."""

    def watching(implementation: Implementation, rng: np.random.Generator) -> Seen:
        wrote = False

        def watch(*arguments: Any) -> Any:
            nonlocal wrote
            before = [np.array(argument) for argument in arguments if isinstance(argument, np.ndarray)]
            result = implementation(*arguments)
            after = [argument for argument in arguments if isinstance(argument, np.ndarray)]
            wrote |= any(not np.array_equal(old, new) for old, new in zip(before, after, strict=True))
            return result

        yield from case(watch, rng)
        yield "writes to its arguments", wrote

    return watching


@contextmanager
def _legacy_stream(seed: int) -> Iterator[None]:
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)


def _as_array(value: Any) -> Array:
    """A copy of the value; what is no array of numbers, truth values or text becomes its type's name."""
    array = np.array(value)
    return array if array.dtype.kind in "biufU" else np.array(type(value).__name__)
