"""What is timed: two pairs of functions, on shapes that are always the same and values that never are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from grader.speed.settings import PASSES

Array = NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A forward pass and the backward pass that goes with it."""

    kind: str
    """What the names of the functions begin with: ``conv`` of ``conv_forward_fast``."""
    module: str
    """Of the reference, and below ``fast`` once more."""
    names: tuple[str, ...]
    """Of the arrays among the arguments of the forward pass."""
    shapes: tuple[Shape, ...]
    """Of these, and so of their gradients."""
    parameter: Mapping[str, int]
    """The last argument of the forward pass."""
    out: Shape

    def name(self, which: str, path: str) -> str:
        """``conv_forward_fast``."""
        return f"{self.kind}_{which}_{path}"

    @property
    def functions(self) -> tuple[str, ...]:
        """The two that are timed."""
        return tuple(self.name(which, "fast") for which in PASSES)

    @property
    def gradients(self) -> tuple[str, ...]:
        """What the backward pass gives."""
        return tuple(f"d{name}" for name in self.names)

    def arguments(self, draw: np.random.Generator) -> tuple[Any, ...]:
        """Fresh arguments of the forward pass."""
        return (*(draw.standard_normal(shape) for shape in self.shapes), dict(self.parameter))

    def upstream(self, draw: np.random.Generator) -> Array:
        """A fresh gradient of the output."""
        return draw.standard_normal(self.out)


# Those that the notebook times, with fewer images. The loops then take a few tenths of a second, the
# fast functions a millisecond: far apart from each other, and long enough for the clock.
CONVOLUTION: Final = Pair(
    kind="conv",
    module="convolution",
    names=("x", "w", "b"),
    shapes=((10, 3, 31, 31), (25, 3, 3, 3), (25,)),
    parameter=MappingProxyType({"stride": 2, "pad": 1}),
    out=(10, 25, 16, 16),
)
POOLING: Final = Pair(
    kind="max_pool",
    module="pooling",
    names=("x",),
    shapes=((40, 3, 32, 32),),
    parameter=MappingProxyType({"pool_height": 2, "pool_width": 2, "stride": 2}),
    out=(40, 3, 16, 16),
)
PAIRS: Final = (CONVOLUTION, POOLING)
