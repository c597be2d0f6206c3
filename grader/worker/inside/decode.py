"""Reading: a header that may be hostile becomes a tree of values, or is `Malformed`.

Nothing is built before its size has been looked at, recursion is capped, and whatever is not
exactly what `encode` writes is refused: unknown tags, shapes that overflow, keys that come twice,
bytes left over.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from .values import BOOLEAN, CAPS, DTYPES, OWNERS, AnyArray, Caps, Handle, Unsupported, Value
from .wire import C128, F64, I64, LARGEST_DIMENSION, TEXT, U32, Malformed

Resolve = Callable[[Handle], Any]


def keep_handle(handle: Handle) -> Handle:
    """A handle stays a handle."""
    return handle


def decode(
    header: bytes, buffer_bytes: int, *, caps: Caps = CAPS, resolve: Resolve = keep_handle
) -> tuple[Value, list[AnyArray]]:
    """The tree in ``header``, and its arrays in the order in which their contents follow.

    The arrays are allocated and not yet filled: that is the channel's work.

    Parameters
    ----------
    header : bytes
    buffer_bytes : int
        The number of bytes that the frame announced for all arrays.
    caps : Caps
    resolve : callable
        Called with each handle; returns what shall stand in its place.

    Raises
    ------
    Malformed
        For everything that `encode` would not have written.
    """
    reader = _Reader(header, buffer_bytes, caps, resolve)
    try:
        value = reader.take(0)
    except (struct.error, IndexError) as error:
        raise Malformed("the header ends too early") from error
    except UnicodeDecodeError as error:
        raise Malformed("text that is not UTF-8") from error
    if reader.position != len(header):
        raise Malformed(f"{len(header) - reader.position} bytes after the end of the header")
    if reader.bytes_left:
        raise Malformed(f"{reader.bytes_left} bytes announced that belong to no array")
    return value, reader.arrays


class _Reader:
    """The state of one decoding."""

    __slots__ = ("arrays", "bytes_left", "caps", "data", "items_left", "position", "resolve")

    def __init__(self, data: bytes, buffer_bytes: int, caps: Caps, resolve: Resolve) -> None:
        self.data = data
        self.position = 0
        self.caps = caps
        self.resolve = resolve
        self.items_left = caps.items
        self.bytes_left = buffer_bytes
        self.arrays: list[AnyArray] = []

    def take(self, depth: int) -> Any:
        self.items_left -= 1
        if self.items_left < 0:
            raise Malformed(f"more than {self.caps.items} values")
        tag = self.data[self.position]
        self.position += 1
        if tag >= len(_READERS):
            raise Malformed(f"no value begins with {tag}")
        return _READERS[tag](self, depth)

    def byte(self, limit: int, what: str) -> int:
        """One byte that chooses among ``limit`` things."""
        number = self.data[self.position]
        if number >= limit:
            raise Malformed(f"{what} {number}")
        self.position += 1
        return number

    def count(self, depth: int) -> int:
        """The count of a container at ``depth``."""
        if depth >= self.caps.depth:
            raise Malformed(f"nested more than {self.caps.depth} deep")
        (count,) = U32.unpack_from(self.data, self.position)
        self.position += 4
        if count > self.items_left:  # before anything of that length is built
            raise Malformed(f"a container of {count}")
        return int(count)

    def run(self) -> bytes:
        """A counted run of bytes."""
        (size,) = U32.unpack_from(self.data, self.position)
        start = self.position + 4
        run = self.data[start : start + size]
        if size > self.caps.text_bytes or len(run) != size:
            raise Malformed(f"a run of {size} bytes")
        self.position = start + size
        return run


def _take_none(reader: _Reader, depth: int) -> None:
    return None


def _take_true(reader: _Reader, depth: int) -> bool:
    return True


def _take_false(reader: _Reader, depth: int) -> bool:
    return False


def _take_int(reader: _Reader, depth: int) -> int:
    (value,) = I64.unpack_from(reader.data, reader.position)
    reader.position += 8
    return int(value)


def _take_float(reader: _Reader, depth: int) -> float:
    (value,) = F64.unpack_from(reader.data, reader.position)
    reader.position += 8
    return float(value)


def _take_complex(reader: _Reader, depth: int) -> complex:
    real, imaginary = C128.unpack_from(reader.data, reader.position)
    reader.position += 16
    return complex(real, imaginary)


def _take_text(reader: _Reader, depth: int) -> str:
    return reader.run().decode("utf-8")


def _take_bytes(reader: _Reader, depth: int) -> bytes:
    return reader.run()


def _take_list(reader: _Reader, depth: int) -> list[Any]:
    return [reader.take(depth + 1) for _ in range(reader.count(depth))]


def _take_tuple(reader: _Reader, depth: int) -> tuple[Any, ...]:
    return tuple(_take_list(reader, depth))


def _take_dict(reader: _Reader, depth: int) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for _ in range(reader.count(depth)):
        key = reader.take(depth + 1)
        if type(key) is not str and type(key) is not int:
            raise Malformed(f"a dict key of type {type(key).__name__}")
        if key in result:
            raise Malformed("a dict key that comes twice")
        result[key] = reader.take(depth + 1)
    return result


def _take_array(reader: _Reader, depth: int) -> AnyArray:
    dtype = DTYPES[reader.byte(len(DTYPES), "dtype")]
    dimensions = reader.byte(reader.caps.dimensions + 1, "number of dimensions")
    shape = struct.unpack_from(f"<{dimensions}q", reader.data, reader.position)
    reader.position += 8 * dimensions
    if any(not 0 <= size <= LARGEST_DIMENSION for size in shape):
        raise Malformed(f"shape {shape}")
    size = math.prod(shape) * dtype.itemsize  # Python's integers do not overflow
    if size > min(reader.bytes_left, reader.caps.buffer_bytes):
        raise Malformed(f"an array of {size} bytes where {reader.bytes_left} were announced")
    reader.bytes_left -= size
    try:
        array = np.empty(shape, dtype)
    except ValueError as error:  # an empty array whose other dimensions multiply to too much
        raise Malformed(f"shape {shape}") from error
    reader.arrays.append(array)
    return array


def _take_scalar(reader: _Reader, depth: int) -> Any:
    number = reader.byte(len(DTYPES), "dtype")
    dtype = DTYPES[number]
    raw = reader.data[reader.position : reader.position + dtype.itemsize]
    if len(raw) != dtype.itemsize:
        raise Malformed("a scalar that ends too early")
    if number == BOOLEAN and raw[0] > 1:
        raise Malformed(f"a boolean of value {raw[0]}")
    reader.position += dtype.itemsize
    return np.frombuffer(raw, dtype)[0]


def _take_handle(reader: _Reader, depth: int) -> Any:
    owner = OWNERS[reader.byte(len(OWNERS), "owner")]
    number = _take_int(reader, depth)
    return reader.resolve(Handle(number, _take_named(reader, depth), owner))


def _take_unsupported(reader: _Reader, depth: int) -> Unsupported:
    return Unsupported(_take_named(reader, depth))


def _take_named(reader: _Reader, depth: int) -> str:
    if reader.byte(TEXT + 1, "tag") != TEXT:
        raise Malformed("a description that is no text")
    return _take_text(reader, depth)


_READERS: Final[tuple[Callable[[_Reader, int], Any], ...]] = (
    *(_take_none, _take_true, _take_false, _take_int, _take_float, _take_complex, _take_text, _take_bytes),
    *(_take_list, _take_tuple, _take_dict, _take_array, _take_scalar),
    *(_take_handle, _take_unsupported),
)
