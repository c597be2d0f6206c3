"""What may cross between judge and worker, and how much of it.

Data only: None, booleans, bounded integers, floats, complex numbers, text, bytes, lists, tuples,
dicts, arrays and NumPy scalars of the dtypes below, and the two small records of this file.
There is no code path for objects, so there is nothing to forge but numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

AnyArray: TypeAlias = NDArray[Any]
Value: TypeAlias = Any  # a tree of the kinds named above; the codec is what enforces it
Owner: TypeAlias = Literal["worker", "judge"]

#: The only dtypes that travel, little-endian; their position is their number on the wire.
DTYPES: Final = tuple(
    np.dtype(code)
    for code in (
        *("?", "<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8"),
        *("<f2", "<f4", "<f8", "<c8", "<c16"),
    )
)
DTYPE_NUMBERS: Final = {dtype: number for number, dtype in enumerate(DTYPES)}
BOOLEAN: Final = DTYPE_NUMBERS[np.dtype(bool)]

OWNERS: Final[tuple[Owner, ...]] = ("worker", "judge")


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that one frame may hold."""

    header_bytes: int = 1 << 20
    buffer_bytes: int = 64 << 20  # all arrays of the frame together
    items: int = 1 << 16  # values in the tree, containers and keys included
    depth: int = 32  # containers inside containers
    dimensions: int = 16
    text_bytes: int = 1 << 18  # one text, or one run of bytes

    def __post_init__(self) -> None:
        if self.depth > 200:  # the decoder recurses; the interpreter's own limit must stay far away
            raise ValueError(f"depth: got {self.depth}, wanted at most 200")


CAPS: Final = Caps()


@dataclass(frozen=True, slots=True)
class Handle:
    """Stands for an object that stays where it is: a cache or a net, or something of the judge."""

    number: int
    kind: str  # for people: "tuple of 3", "FullyConnectedNet"
    owner: Owner = "worker"


@dataclass(frozen=True, slots=True)
class Unsupported:
    """What comes in place of a value that cannot travel."""

    description: str  # for people: "generator", "ndarray of dtype object, shape (3,)"
