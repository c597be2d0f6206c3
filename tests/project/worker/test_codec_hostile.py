"""The decoder meets bytes that no encoder wrote: every one is `Malformed`, none is anything else."""

from __future__ import annotations

import random
import struct
import time
from typing import Any

import numpy as np
import pytest

from grader.worker.inside.channel import Channel, Closed
from grader.worker.inside.decode import decode
from grader.worker.inside.encode import encode
from grader.worker.inside.values import Handle, Unsupported
from grader.worker.inside.wire import ARRAY, DICT, HANDLE, INT, LIST, NONE, SCALAR, TEXT, Malformed

U32, I64 = struct.Struct("<I"), struct.Struct("<q")
BOOL, FLOAT64 = 0, 11


def text(content: bytes) -> bytes:
    return bytes((TEXT,)) + U32.pack(len(content)) + content


def array(dtype: int, *shape: int) -> bytes:
    return bytes((ARRAY, dtype, len(shape))) + b"".join(I64.pack(size) for size in shape)


class Bytes:
    """A stream that gives out given bytes, a few at a time."""

    def __init__(self, data: bytes, portion: int = 1 << 20) -> None:
        self.data = data
        self.portion = portion

    def read_into(self, target: memoryview) -> int:
        piece = self.data[: min(self.portion, target.nbytes)]
        target[: len(piece)] = piece
        self.data = self.data[len(piece) :]
        return len(piece)

    def write(self, pieces: Any) -> int:
        raise AssertionError("nothing is written here")


def frame(header: bytes, buffers: bytes = b"", *, sequence: int = 0, announced: int | None = None) -> bytes:
    size = len(buffers) if announced is None else announced
    return struct.pack("<4sIIQ", b"bpg1", sequence, len(header), size) + header + buffers


FORGED = {
    "nothing": b"",
    "an unknown tag": b"\xff",
    "the first unknown tag": b"\x0f",
    "a container of 2^32 - 1": bytes((LIST,)) + U32.pack(2**32 - 1),
    "a container larger than the rest": bytes((LIST,)) + U32.pack(3) + b"\0",
    "a hundred thousand lists": (bytes((LIST,)) + U32.pack(1)) * 100_000,
    "33 lists": (bytes((LIST,)) + U32.pack(1)) * 33 + b"\0",
    "two values": b"\0\0",
    "trailing bytes": b"\0trailing",
    "an integer that ends early": bytes((INT,)) + b"\0\0\0",
    "text longer than the header": bytes((TEXT,)) + U32.pack(50) + b"short",
    "text of 4 GiB": bytes((TEXT,)) + U32.pack(2**32 - 1) + b"x",
    "text that is not UTF-8": text(b"\xff\xfe"),
    "text with a surrogate": text(b"\xed\xa0\x80"),
    "a dict with a key twice": bytes((DICT,)) + U32.pack(2) + (text(b"a") + b"\0") * 2,
    "a dict with a list as key": bytes((DICT,)) + U32.pack(1) + bytes((LIST,)) + U32.pack(0) + b"\0",
    "a dict with None as key": bytes((DICT,)) + U32.pack(1) + b"\0\0",
    "an object array": array(14, 2),
    "dtype 255": array(255, 2),
    "17 dimensions": array(FLOAT64, *[1] * 17),
    "255 dimensions": bytes((ARRAY, FLOAT64, 255)) + I64.pack(1) * 255,
    "a negative size": array(FLOAT64, -1),
    "two negative sizes": array(FLOAT64, -2, -4),
    "a size of 2^62": array(FLOAT64, 2**62),
    "sizes whose product is 2^64": array(FLOAT64, 2**32, 2**32),
    "sizes whose product wraps to 8": array(BOOL, 2**32, 2**32 + 1),
    "an empty array with giant sizes": array(FLOAT64, 0, 2**40, 2**40),
    "more bytes than announced": array(FLOAT64, 100),
    "a scalar that ends early": bytes((SCALAR, FLOAT64)) + b"\0" * 7,
    "a scalar boolean of 0x37": bytes((SCALAR, BOOL, 0x37)),
    "a scalar of an unknown dtype": bytes((SCALAR, 14)) + b"\0" * 16,
    "a handle of nobody": bytes((HANDLE, 2)) + I64.pack(1) + text(b"x"),
    "a handle without a name": bytes((HANDLE, 0)) + I64.pack(1) + b"\0",
}


@pytest.mark.parametrize("header", FORGED.values(), ids=FORGED)
def test_a_forged_header_is_malformed(header: bytes) -> None:
    with pytest.raises(Malformed):
        decode(header, 0)
    with pytest.raises((Malformed, Closed)):
        Channel(Bytes(frame(header, b"\0" * 8))).receive()


FORGED_FRAMES = {
    "a wrong beginning": b"gpb1" + frame(b"\0")[4:],
    "a header of 4 GiB": struct.pack("<4sIIQ", b"bpg1", 0, 2**32 - 1, 0),
    "arrays of 2^64 - 1": struct.pack("<4sIIQ", b"bpg1", 0, 1, 2**64 - 1) + b"\0",
    "arrays of one byte over the cap": frame(b"\0", announced=(64 << 20) + 1),
    "bytes that belong to no array": frame(b"\0", b"12345678"),
    "bytes after the frame": frame(b"\0") + b"x",
    "a second frame": frame(b"\0") * 2,
    "a boolean array with 0x37": frame(array(BOOL, 3), b"\x00\x01\x37"),
    "a 0-d boolean array with 0x37": frame(array(BOOL), b"\x37"),
}


@pytest.mark.parametrize("data", FORGED_FRAMES.values(), ids=FORGED_FRAMES)
def test_a_forged_frame_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Channel(Bytes(data)).receive()


@pytest.mark.parametrize("cut", [0, 1, 19, 20, 25, 40])
def test_a_frame_that_ends_early_is_a_closed_channel(cut: int) -> None:
    whole = frame(array(FLOAT64, 3), np.arange(3.0).tobytes())
    with pytest.raises(Closed):
        Channel(Bytes(whole[:cut])).receive()


@pytest.mark.parametrize(
    ("size", "portion"),
    [(0, 1), (1, 1), (3, 7), (9000, 1), (9000, 7), (20_000, 1000), (200_000, 4096), (200_000, 1 << 20)],
)
def test_a_frame_arrives_whole_in_whatever_pieces(size: int, portion: int) -> None:
    values = {"x": np.arange(float(size)), "y": [np.int32(size), "text" * 50]}
    header, buffers = encode(values)
    stream = Bytes(frame(header, b"".join(buffers), sequence=7), portion)
    sequence, received = Channel(stream).receive()
    assert sequence == 7
    assert np.array_equal(received["x"], values["x"])
    assert received["y"] == values["y"]
    assert not received["x"].flags.writeable


def test_a_large_header_arrives_whole() -> None:
    value = ["some text of moderate length"] * 5000
    header, _ = encode(value)
    assert len(header) > 1 << 17
    assert Channel(Bytes(frame(header), 1000)).receive() == (0, value)


def test_the_judges_arrays_are_read_only_and_the_workers_are_not() -> None:
    whole = frame(array(FLOAT64, 3), np.arange(3.0).tobytes())
    _, read_only = Channel(Bytes(whole)).receive()
    with pytest.raises(ValueError, match="read-only"):
        read_only[0] = 1
    _, writable = Channel(Bytes(whole), writable=True).receive()
    writable[0] = 1
    assert type(writable) is np.ndarray
    assert writable.flags.c_contiguous


def examples() -> list[bytes]:
    values: list[Any] = [
        {"a": np.zeros((2, 3)), "b": [1, 2.5, None, True, "text", b"bytes", 1j]},
        ("ok", (Handle(1, "tuple of 3"), Unsupported("generator"), np.float32(2), np.bool_(True))),
        [[[[[]]]], {1: {2: {}}}, np.zeros((), np.int8)],
    ]
    return [encode(value)[0] for value in values]


def test_fuzzed_headers_raise_nothing_else_and_take_no_time() -> None:
    draw = random.Random(20240229)
    seeds = examples()
    worst, good = 0.0, 0
    for round_number in range(60_000):
        if round_number % 4:
            header = bytearray(draw.choice(seeds))
            for _ in range(draw.randint(1, 4)):
                place = draw.randrange(len(header))
                kind = draw.randrange(4)
                if kind == 0:
                    header[place] = draw.randrange(256)
                elif kind == 1:
                    del header[place : place + draw.randint(1, 9)]
                    header = header or bytearray(b"\0")
                elif kind == 2:
                    header[place:place] = draw.choice([b"\xff" * 4, b"\0" * 8, draw.randbytes(5)])
                else:
                    header[place : place + 4] = U32.pack(draw.choice([0, 1, 2**31, 2**32 - 1]))
        else:
            header = bytearray(draw.choices(range(16), k=draw.randint(1, 60)))
        begin = time.perf_counter()
        try:
            decode(bytes(header), draw.choice([0, 8, 48, 49, 1 << 20]))
            good += 1
        except Malformed:
            pass
        worst = max(worst, time.perf_counter() - begin)
    assert good > 50  # the fuzzing also reaches the ends of the decoder
    assert worst < 0.5  # on a busy machine; 1 ms when it is idle


def test_the_most_expensive_legal_header_is_cheap() -> None:
    many = bytes((LIST,)) + U32.pack(65_535) + bytes((NONE,)) * 65_535
    begin = time.process_time()
    decode(many, 0)
    assert time.process_time() - begin < 0.5
