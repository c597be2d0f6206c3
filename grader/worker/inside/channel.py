"""Frames over a byte stream: one tree of values each, numbered.

A frame is a fixed prefix, the header (see `wire`) and the contents of the arrays in order. Small
pieces are read through one buffer; the contents of large arrays are received straight into their
own memory, which is what makes 10 MB cheap.

The conversation is strictly alternating: the judge sends frame n, the worker sends one frame that
carries the same n, and so on. Anything else - a number that does not fit, bytes that nobody asked
for - is `Malformed`.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from .decode import Resolve, decode, keep_handle
from .encode import Fallback, contents, encode, refuse
from .values import CAPS, AnyArray, Caps, Value
from .wire import Malformed

_PREFIX: Final = struct.Struct("<4sIIQ")  # magic, sequence number, bytes of header, bytes of arrays
_MAGIC: Final = b"bpg1"
_BUFFER_BYTES: Final = 1 << 16
_PIECES: Final = 256  # at most this many go into one system call, which allows 1024


class Closed(Exception):
    """The other side is gone."""


class Stream(Protocol):
    """Where the bytes go. Both may do a part of the work and say how much; reading 0 means the end."""

    def read_into(self, target: memoryview) -> int:
        """Receive at least one byte."""

    def write(self, pieces: Sequence[memoryview]) -> int:
        """Send at least one byte."""


class DescriptorStream:
    """The worker's end: plain blocking reads and writes.

    ``readv`` and ``writev`` on purpose: they cannot carry file descriptors, so the system-call
    filter has to allow no call that belongs to sockets.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def read_into(self, target: memoryview) -> int:
        """Receive at least one byte."""
        return os.readv(self.descriptor, [target])

    def write(self, pieces: Sequence[memoryview]) -> int:
        """Send at least one byte."""
        return os.writev(self.descriptor, pieces)


class Channel:
    """Sends and receives frames.

    Parameters
    ----------
    stream : Stream
    caps : Caps
    fallback : callable
        What to do with a value whose type does not travel (see `encode`).
    resolve : callable
        What to put in the place of a handle (see `decode`).
    writable : bool
        Whether received arrays may be written to: yes in the worker, where the student's code gets
        them; no in the judge, so that no check can change a received value by mistake.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        caps: Caps = CAPS,
        fallback: Fallback = refuse,
        resolve: Resolve = keep_handle,
        writable: bool = False,
    ) -> None:
        self.stream = stream
        self.received_bytes = 0  # of the last frame
        self._caps = caps
        self._fallback = fallback
        self._resolve = resolve
        self._writable = writable
        self._buffer = bytearray(_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._start = 0  # what has been read and not yet used lies in [start, end)
        self._end = 0

    def send(self, sequence: int, value: Value) -> None:
        """Send ``value`` as frame number ``sequence``.

        Raises
        ------
        Unencodable
            Before a single byte is sent.
        Closed
        """
        header, buffers = encode(value, caps=self._caps, fallback=self._fallback)
        size = sum(buffer.nbytes for buffer in buffers)
        head = memoryview(_PREFIX.pack(_MAGIC, sequence & 0xFFFFFFFF, len(header), size) + header)
        self._write([head, *buffers])

    def receive(self) -> tuple[int, Value]:
        """The next frame's number and value.

        Raises
        ------
        Malformed
        Closed
        """
        self._start = self._end = 0  # a complete frame leaves nothing behind
        magic, sequence, header_bytes, buffer_bytes = _PREFIX.unpack(self._read(_PREFIX.size))
        if magic != _MAGIC:
            raise Malformed("a frame that does not begin like one")
        if header_bytes > self._caps.header_bytes or buffer_bytes > self._caps.buffer_bytes:
            raise Malformed(f"a frame of {header_bytes} + {buffer_bytes} bytes")
        value, arrays = decode(
            bytes(self._read(header_bytes)), buffer_bytes, caps=self._caps, resolve=self._resolve
        )
        for array in arrays:
            self._fill(array)
        if self._start != self._end:
            raise Malformed(f"{self._end - self._start} bytes after the end of a frame")
        self.received_bytes = _PREFIX.size + header_bytes + buffer_bytes
        return sequence, value

    def _fill(self, array: AnyArray) -> None:
        if array.nbytes:
            target = contents(array)
            ready = min(self._end - self._start, target.nbytes)
            target[:ready] = self._view[self._start : self._start + ready]
            self._start += ready
            self._read_exactly(target[ready:])
            # NumPy takes a byte of a boolean array for 0 or 1; anything else is undefined there.
            if array.dtype == np.bool_ and array.view(np.uint8).max() > 1:
                raise Malformed("a boolean array with other bytes than 0 and 1")
        array.flags.writeable = self._writable

    def _read(self, size: int) -> memoryview:
        """The next ``size`` bytes; valid until the next read."""
        if size > _BUFFER_BYTES:
            large = memoryview(bytearray(size))
            ready = self._end - self._start
            large[:ready] = self._view[self._start : self._end]
            self._start = self._end = 0
            self._read_exactly(large[ready:])
            return large
        if self._start + size > _BUFFER_BYTES:  # move what is left to the front
            left = self._end - self._start
            self._buffer[:left] = self._buffer[self._start : self._end]
            self._start, self._end = 0, left
        while self._end - self._start < size:
            self._end += self._receive_some(self._view[self._end :])
        piece = self._view[self._start : self._start + size]
        self._start += size
        return piece

    def _read_exactly(self, target: memoryview) -> None:
        done = 0
        while done < target.nbytes:
            done += self._receive_some(target[done:])

    def _receive_some(self, target: memoryview) -> int:
        try:
            count = self.stream.read_into(target)
        except ConnectionError as error:
            raise Closed(str(error)) from error
        if count == 0:
            raise Closed("the end of the stream")
        return count

    def _write(self, pieces: list[memoryview]) -> None:
        while pieces:
            try:
                sent = self.stream.write(pieces[:_PIECES])
            except ConnectionError as error:
                raise Closed(str(error)) from error
            first = 0
            while first < len(pieces) and sent >= pieces[first].nbytes:
                sent -= pieces[first].nbytes
                first += 1
            del pieces[:first]
            if sent:
                pieces[0] = pieces[0][sent:]
