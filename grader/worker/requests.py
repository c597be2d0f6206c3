"""What the judge can say to a worker: places, options and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.worker.inside.encode import encode
from grader.worker.inside.values import Handle, Value

Array: TypeAlias = NDArray[Any]
Key: TypeAlias = int | str
Wanted: TypeAlias = Literal["value", "handle", "nothing"]
Result: TypeAlias = Wanted | tuple[Wanted, ...]
Layout: TypeAlias = Literal["fortran", "strided", "read-only"]


@dataclass(frozen=True, slots=True)
class Place:
    """Something in the worker: a module or a kept object, and a way from there.

    ``Place("cs231n.layers").attribute("affine_forward")`` is a function,
    ``Place(net).attribute("params").item("W1")`` a parameter.
    """

    start: str | Handle
    steps: tuple[tuple[Literal[".", "["], Any], ...] = ()

    def attribute(self, name: str) -> Place:
        """The attribute ``name``. Only public ones: a check has no business with the others."""
        if not name.isidentifier() or name.startswith("_"):
            raise ValueError(f"attribute: got {name!r}, wanted a public name")
        return Place(self.start, (*self.steps, (".", name)))

    def item(self, key: Key) -> Place:
        """The item at ``key``."""
        return Place(self.start, (*self.steps, ("[", key)))

    @property
    def on_the_wire(self) -> tuple[Any, ...]:
        """As the worker's loop reads it: the start, then kind and key of every step."""
        return (self.start, *(part for step in self.steps for part in step))

    def __str__(self) -> str:
        """As one would write it."""
        start = self.start if isinstance(self.start, str) else self.start.kind
        return start + "".join(f".{key}" if kind == "." else f"[{key!r}]" for kind, key in self.steps)


def require_seed(seed: int | None) -> None:
    """Raise ``ValueError`` for a seed that NumPy's legacy stream does not take."""
    if seed is not None and not 0 <= seed < 1 << 32:
        raise ValueError(f"seed: got {seed}, wanted 0 <= seed < 2**32")


@dataclass(frozen=True, slots=True)
class CallOptions:
    """How a call is made, and what of its results comes back."""

    result: Result = "value"
    """For the whole result; a tuple of these if a tuple of that length is wanted. `value` comes
    back, `handle` stays in the worker, `nothing` is dropped."""
    read_back: Sequence[Key] = ()
    """Arguments (dicts, usually) to send back as they are after the call."""
    layouts: Mapping[Key, Layout] = field(default_factory=dict)
    """Array arguments to lay out in memory in an unusual way."""
    watch: bool = True
    """Whether to look which array arguments the call changed."""
    seed: int | None = None
    """For ``numpy.random`` and ``random``, just before the call."""

    def __post_init__(self) -> None:
        require_seed(self.seed)

    def require_fit(self, arguments: Mapping[Key, Any]) -> None:
        """Raise ``ValueError`` if an argument is named that is not there, or no array."""
        for key in self.read_back:
            if key not in arguments:
                raise ValueError(f"read_back: got {key!r}, wanted an argument of the call")
        for key in self.layouts:
            if not isinstance(arguments.get(key), np.ndarray):
                raise ValueError(f"layouts: got {key!r}, wanted an argument of the call that is an array")

    @property
    def on_the_wire(self) -> bytes:
        """As the worker's loop reads it.

        A run uses a dozen options in thousands of calls, so they travel in their encoded form, and
        either side works it out once.
        """
        layouts = tuple(self.layouts.items())
        return _encoded(self.result, tuple(self.read_back), layouts, self.watch, self.seed)


@lru_cache(maxsize=256)
def _encoded(
    result: Result,
    read_back: tuple[Key, ...],
    layouts: tuple[tuple[Key, Layout], ...],
    watch: bool,
    seed: int | None,
) -> bytes:
    options = {
        "result": result if isinstance(result, str) else list(result),
        "read_back": list(read_back),
        "layouts": dict(layouts),
        "watch": watch,
        "seed": seed,
    }
    return encode(options)[0]


@dataclass(frozen=True, slots=True)
class Values:
    """Points of a probe: one whole array each, stacked along the first axis."""

    points: Array

    def require_fit(self, base: Array) -> None:
        """Raise ``ValueError`` if the points are no substitutes for ``base``."""
        if self.points.shape[1:] != base.shape:
            raise ValueError(f"points: got shape {self.points.shape}, wanted (points, *{base.shape})")

    def __len__(self) -> int:
        """How many."""
        return len(self.points)

    def part(self, start: int, stop: int) -> tuple[Any, ...]:
        """Some of them, as the worker's loop reads them."""
        return ("values", self.points[start:stop])

    @property
    def bytes_each(self) -> int:
        """What one of them adds to a request."""
        return self.points.nbytes // max(1, len(self.points))


@dataclass(frozen=True, slots=True)
class Nudges:
    """Points of a probe: one entry (in C order) changed by an amount each."""

    indices: NDArray[np.int64]
    deltas: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.indices.ndim != 1 or self.indices.shape != self.deltas.shape:
            got = f"{self.indices.shape} and {self.deltas.shape}"
            raise ValueError(f"indices, deltas: got shapes {got}, wanted one of (points,) for both")

    def require_fit(self, base: Array) -> None:
        """Raise ``ValueError`` if an index is outside of ``base``."""
        if len(self) and not 0 <= self.indices.min() <= self.indices.max() < base.size:
            raise ValueError(f"indices: got {self.indices.max()}, wanted 0 <= index < {base.size}")

    def __len__(self) -> int:
        """How many."""
        return len(self.indices)

    def part(self, start: int, stop: int) -> tuple[Any, ...]:
        """Some of them, as the worker's loop reads them."""
        return ("nudges", self.indices[start:stop], self.deltas[start:stop])

    @property
    def bytes_each(self) -> int:
        """What one of them adds to a request."""
        return 16


Points: TypeAlias = Values | Nudges


@dataclass(frozen=True, slots=True)
class Returned:
    """What came of a call."""

    value: Value
    """As `CallOptions.result` wants it. Arrays are read-only. `Unsupported` where something cannot
    travel or the number of results is another; None where the function returned None. Text is as
    the submission wrote it: `grader.worker.text.readable` before it is shown."""
    read_back: Mapping[Key, Value]
    changed: tuple[Key, ...]
    """Array arguments that the call modified. For information: the worker says so itself."""
    wall_seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Exported:
    """A public name of a module."""

    name: str
    kind: str
    """``function``, ``class``, ``module`` or ``value``."""
    home: str
    """The module that defines it, as the object itself says."""
