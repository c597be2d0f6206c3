"""Writing: a tree of values becomes a header and the contents of its arrays.

The caps are the reader's, so a value that could not be received is never sent.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final, NoReturn

import numpy as np

from .values import CAPS, DTYPE_NUMBERS, DTYPES, OWNERS, AnyArray, Caps, Handle, Unsupported, Value
from .wire import (
    ARRAY,
    BYTES,
    C128,
    DICT,
    FLOAT,
    HANDLE,
    I64,
    INT,
    LARGEST_DIMENSION,
    LIST,
    SCALAR,
    TEXT,
    TUPLE,
    UNSUPPORTED,
    Unencodable,
)

_INT_RANGE: Final = range(-(1 << 63), 1 << 63)
_INT: Final = struct.Struct("<Bq")
_FLOAT: Final = struct.Struct("<Bd")
_COUNTED: Final = struct.Struct("<BI")

Fallback = Callable[[Any], Any]


def refuse(value: object) -> NoReturn:
    """The judge's fallback: a value of any other type is a mistake of the caller."""
    raise Unencodable(type(value).__name__)


def contents(array: AnyArray) -> memoryview:
    """The bytes of a C-contiguous, non-empty array, without a copy."""
    return array.reshape(-1).view(np.uint8).data


def encode(value: Value, *, caps: Caps = CAPS, fallback: Fallback = refuse) -> tuple[bytes, list[memoryview]]:
    """Header and array contents of ``value``.

    Parameters
    ----------
    value : tree of the kinds that travel
    caps : Caps
    fallback : callable
        Asked for a replacement when a type is not exactly one that travels; it returns a value or
        raises `Unencodable`.

    Raises
    ------
    Unencodable
        For what cannot travel or is larger than the caps.
    """
    writer = _Writer(caps, fallback)
    writer.put(value, 0)
    header = b"".join(writer.parts)
    if len(header) > caps.header_bytes:
        raise Unencodable(f"a value whose description takes {len(header)} bytes")
    return header, writer.buffers


class _Writer:
    """The state of one encoding."""

    __slots__ = ("buffers", "bytes_left", "caps", "fallback", "items_left", "parts")

    def __init__(self, caps: Caps, fallback: Fallback) -> None:
        self.caps = caps
        self.fallback = fallback
        self.items_left = caps.items
        self.bytes_left = caps.buffer_bytes
        self.parts: list[bytes] = []
        self.buffers: list[memoryview] = []

    def put(self, value: Any, depth: int) -> None:
        self.items_left -= 1
        if self.items_left < 0:
            raise Unencodable(f"more than {self.caps.items} values")
        writer = _WRITERS.get(type(value))
        if writer is None:
            value = self.fallback(value)
            writer = _WRITERS.get(type(value))
            if writer is None:
                raise Unencodable(type(value).__name__)
        writer(self, value, depth)


def _put_none(writer: _Writer, value: None, depth: int) -> None:
    writer.parts.append(b"\x00")


def _put_bool(writer: _Writer, value: bool, depth: int) -> None:
    writer.parts.append(b"\x01" if value else b"\x02")


def _put_int(writer: _Writer, value: int, depth: int) -> None:
    if value not in _INT_RANGE:
        raise Unencodable(f"int of {value.bit_length()} bits")
    writer.parts.append(_INT.pack(INT, value))


def _put_float(writer: _Writer, value: float, depth: int) -> None:
    writer.parts.append(_FLOAT.pack(FLOAT, value))


def _put_complex(writer: _Writer, value: complex, depth: int) -> None:
    writer.parts.append(b"\x05" + C128.pack(value.real, value.imag))


def _put_text(writer: _Writer, value: str, depth: int) -> None:
    # A lone surrogate has no UTF-8 form; it travels as its escape, which is how one would print it.
    _put_run(writer, TEXT, value.encode("utf-8", "backslashreplace"), "str")


def _put_bytes(writer: _Writer, value: bytes, depth: int) -> None:
    _put_run(writer, BYTES, value, "bytes")


def _put_run(writer: _Writer, tag: int, run: bytes, kind: str) -> None:
    if len(run) > writer.caps.text_bytes:
        raise Unencodable(f"{kind} of {len(run)} bytes")
    writer.parts.append(_COUNTED.pack(tag, len(run)) + run)


def _put_list(writer: _Writer, value: list[Any], depth: int) -> None:
    _put_many(writer, LIST, value, depth)


def _put_tuple(writer: _Writer, value: tuple[Any, ...], depth: int) -> None:
    _put_many(writer, TUPLE, value, depth)


def _put_many(writer: _Writer, tag: int, value: list[Any] | tuple[Any, ...], depth: int) -> None:
    _open(writer, tag, len(value), depth, type(value).__name__)
    for item in value:
        writer.put(item, depth + 1)


def _put_dict(writer: _Writer, value: dict[Any, Any], depth: int) -> None:
    _open(writer, DICT, len(value), depth, "dict")
    for key, item in value.items():
        writer.put(_plain_key(key), depth + 1)
        writer.put(item, depth + 1)


def _plain_key(key: Any) -> str | int:
    if type(key) is str or type(key) is int:
        return key
    if isinstance(key, np.integer):
        return int(key)
    if isinstance(key, str):  # NumPy's, for one
        return str.__str__(key)
    raise Unencodable(f"dict with a key of type {type(key).__name__}")


def _open(writer: _Writer, tag: int, count: int, depth: int, kind: str) -> None:
    if depth >= writer.caps.depth:
        raise Unencodable(f"{kind} nested more than {writer.caps.depth} deep")
    if count > writer.items_left:
        raise Unencodable(f"{kind} of {count}")
    writer.parts.append(_COUNTED.pack(tag, count))


def _put_array(writer: _Writer, value: AnyArray, depth: int) -> None:
    number = DTYPE_NUMBERS.get(value.dtype)
    if number is None:
        value = writer.fallback(value)
        number = DTYPE_NUMBERS.get(value.dtype) if type(value) is np.ndarray else None
        if number is None:
            raise Unencodable("ndarray of a dtype that cannot travel")
    if value.ndim > writer.caps.dimensions:
        raise Unencodable(f"ndarray of {value.ndim} dimensions")
    if max(value.shape, default=0) > LARGEST_DIMENSION or value.nbytes > writer.bytes_left:
        # Looked at before anything is copied: a broadcast view may pretend to hold gigabytes.
        raise Unencodable(f"ndarray of {value.nbytes / 2**20:.0f} MiB, shape {value.shape}")
    writer.bytes_left -= value.nbytes
    writer.parts.append(struct.pack(f"<BBB{value.ndim}q", ARRAY, number, value.ndim, *value.shape))
    if value.nbytes:
        writer.buffers.append(contents(value if value.flags.c_contiguous else value.copy(order="C")))


def _put_scalar(writer: _Writer, value: np.generic, depth: int) -> None:
    number = DTYPE_NUMBERS[value.dtype]  # the writer is chosen by the scalar's type, which fixes it
    writer.parts.append(bytes((SCALAR, number)) + value.tobytes())


def _put_handle(writer: _Writer, value: Handle, depth: int) -> None:
    writer.parts.append(bytes((HANDLE, OWNERS.index(value.owner))) + I64.pack(value.number))
    _put_text(writer, value.kind, depth)


def _put_unsupported(writer: _Writer, value: Unsupported, depth: int) -> None:
    writer.parts.append(bytes((UNSUPPORTED,)))
    _put_text(writer, value.description, depth)


_WRITERS: Final[dict[type, Callable[[_Writer, Any, int], None]]] = {
    type(None): _put_none,
    bool: _put_bool,
    int: _put_int,
    float: _put_float,
    complex: _put_complex,
    str: _put_text,
    bytes: _put_bytes,
    list: _put_list,
    tuple: _put_tuple,
    dict: _put_dict,
    np.ndarray: _put_array,
    Handle: _put_handle,
    Unsupported: _put_unsupported,
    **{dtype.type: _put_scalar for dtype in DTYPES},
}
