"""A worker that lies: forged frames on its channel, patched loops, answers of the wrong form."""

# ruff: noqa: E501 - one patch per entry

from __future__ import annotations

import struct
import time
from typing import Any

import numpy as np
import pytest

from grader.worker import (
    Bundle,
    CallOptions,
    Crash,
    Limits,
    Module,
    Place,
    ProtocolViolation,
    StudentFault,
    Timeout,
    Values,
)
from grader.worker.inside.encode import encode
from grader.worker.inside.values import Handle, Unsupported

F = Place("student").attribute("f")

RAW = """
import os, time

def f(data, pause=0.0, portion=1 << 20):
    data = bytes(data)
    while data:
        data = data[os.write(3, data[:portion]):]
        time.sleep(pause)
    time.sleep(60)
"""


def frame(
    value: Any, sequence: int = 2, *, header: bytes | None = None, announced: int | None = None
) -> bytes:
    own, buffers = encode(value)
    header = own if header is None else header
    data = b"".join(buffers)
    size = len(data) if announced is None else announced
    return struct.pack("<4sIIQ", b"bpg1", sequence, len(header), size) + header + data


def good(value: Any) -> tuple[Any, ...]:
    """The answer to a call that returns ``value``."""
    return ("ok", (value, {}, ()))


FORGED = {
    "noise": b"\x37" * 100,
    "text": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "a wrong number": frame(good(1.0), sequence=3),
    "an old number": frame(good(1.0), sequence=1),
    "two answers": frame(good(1.0)) * 2,
    "bytes after the answer": frame(good(1.0)) + b"x",
    "no answer": frame("passed"),
    "an unknown verb": frame(("passed", True)),
    "ok without a result": frame(("ok", True)),
    "a result object": frame(("ok", {"passed": True, "score": 100})),
    "a result of two parts": frame(("ok", (1.0, {}))),
    "a read-back that was not asked for": frame(("ok", (1.0, {0: 1.0}, ()))),
    "changed inputs that are no keys": frame(("ok", (1.0, {}, (1.5,)))),
    "a handle where a value is wanted": frame(good(Handle(2**33, "x"))),
    "a handle inside a value": frame(good([{"a": (Handle(2**33, "x"),)}])),
    "the judge's handle": frame(good(Handle(1, "x", "judge"))),
    "an error without a report": frame(("error", "ValueError")),
    "an error with half a report": frame(("error", {"type": "ValueError", "message": 5})),
    "an error with strange frames": frame(
        ("error", {"type": "E", "message": "", "frames": [1], "is_memory": False, "missing_module": None})
    ),
    "a greeting": frame(("hello", {"layers": {}, "uid": 0})),
    "a call of the judge": frame(("reverse", "os", "system", ("id",), {})),
    "a request": frame(("call", ["os", [[".", "system"]]], ("id",), {}, {})),
    "a giant announcement": frame(good(1.0), announced=2**64 - 1),
    "a hundred thousand lists": frame(None, header=b"\x08\x01\x00\x00\x00" * 100_000),
    "an object array": frame(None, header=b"\x0b\x0e\x01" + struct.pack("<q", 1)),
    "a bent boolean": frame(good(np.zeros(3, bool)))[:-1] + b"\x37",
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_bytes_are_the_submissions_crash(name: str, lab: Any) -> None:
    with lab.open(RAW) as worker:
        with pytest.raises(ProtocolViolation):
            worker.call(F, np.frombuffer(FORGED[name], np.uint8))
        assert not worker.alive
    assert lab.is_well()


def test_the_sequence_number_of_the_forgeries_is_right(strongest: Any) -> None:
    # Otherwise they would all be refused for their number, and for nothing else.
    with strongest.open(RAW) as worker:
        assert worker.call(F, frame(good(1.0))).value == 1.0


@pytest.mark.parametrize(
    ("data", "pause", "portion"),
    [
        (frame(good(np.zeros(1000))), 0.05, 1),
        (frame(good(1.0))[:-1], 0.0, 1000),
        (frame(good(1.0), announced=1 << 20), 0.0, 1000),
        (b"", 0.0, 1),
    ],
    ids=["a byte now and then", "not the last byte", "less than announced", "nothing"],
)
def test_one_clock_runs_for_the_whole_answer(lab: Any, data: bytes, pause: float, portion: int) -> None:
    begin = time.monotonic()
    with lab.open(RAW) as worker, pytest.raises((Timeout, ProtocolViolation)):
        worker.call(F, data, pause, portion, limits=Limits(wall_seconds=0.5))
    assert time.monotonic() - begin < 3
    assert lab.is_well()


def test_a_worker_that_does_not_read_is_a_timeout(lab: Any) -> None:
    code = """
    import os, time
    from _grader_worker import channel
    # Answers the import, then never reads again.
    channel.Channel.receive = lambda self: time.sleep(60)
    """
    with lab.open(code) as worker:
        worker.import_module("student")
        with pytest.raises(Timeout):
            worker.call(F, np.zeros(4 << 20), limits=Limits(wall_seconds=0.5))
    assert lab.is_well()


PATCHES = {
    "the answer": "loop.Worker._answer = lambda self, request: ('ok', {'passed': True})",
    "the call": "loop.Worker._do_call = lambda *a: ({'passed': True}, {}, ())",
    "the results": "loop.objects.present = lambda objects, result, wanted: 'all correct'",
    "the encoder": "from _grader_worker import encode, channel\n"
    "channel.encode = lambda *a, **k: (b'\\x08' * 50, [])",
    "numpy's comparisons": "import numpy as np, numpy.testing\n"
    "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
    "np.testing.assert_allclose = lambda *a, **k: None\nassert_ = True",
    "builtins": "import builtins\nbuiltins.abs = builtins.max = lambda *a, **k: 0\nbuiltins.isinstance = lambda *a: True",
}


@pytest.mark.parametrize("name", PATCHES)
def test_patching_the_worker_reaches_nobody_else(name: str, lab: Any) -> None:
    code = f"from _grader_worker import loop\n{PATCHES[name]}\n\ndef f(x):\n    return x * 0\n"
    options = CallOptions(("value", "handle"))
    with lab.server.open(_bundle(code)) as worker:
        try:
            worker.import_module("student")
            value = worker.call(F, np.ones(3), options=options).value
        except StudentFault:
            pass  # and never a WorkerFault: a student must not be able to have the grader blamed
        else:
            assert isinstance(value, Unsupported)
    assert np.allclose(1.0, 1.0 + 1e-12)
    assert not np.allclose(1.0, 2.0)
    assert lab.is_well()


@pytest.mark.parametrize(
    "ask",
    [
        lambda worker: worker.import_module("student"),
        lambda worker: worker.get(F, "handle"),
        lambda worker: worker.keys(F),
        lambda worker: worker.describe(F),
        lambda worker: worker.keep(1.0),
        lambda worker: worker.probe(F, np.zeros(1), vary=0, points=Values(np.zeros((3, 1)))),
        lambda worker: worker.call(F, options=CallOptions(("value", "handle"))),
        lambda worker: worker.call(F, options=CallOptions("handle")),
    ],
    ids=["import", "handle", "keys", "describe", "keep", "probe", "tuple", "call"],
)
@pytest.mark.parametrize("payload", ["5", "b'x'", "(1, 2, 3, 4)", "{'a': 1}"])
def test_an_answer_of_the_wrong_form_is_the_submissions_crash(strongest: Any, ask: Any, payload: str) -> None:
    patch = (
        f"from _grader_worker import loop\nloop.Worker._answer = lambda self, request: ('ok', {payload})\n"
    )
    modules = (Module("patch", "patch.py", patch.encode()), Module("student", "student.py", b""))
    with strongest.server.open(Bundle(modules)) as worker:
        worker.import_module("patch")
        with pytest.raises(ProtocolViolation):
            ask(worker)


def test_a_forged_handle_number_ends_only_its_own_worker(strongest: Any) -> None:
    code = """
    from _grader_worker import objects, values
    def keep(self, value):
        return values.Handle((SERIAL << 32) + 999, "nothing is there")
    objects.Objects.keep = keep
    def f():
        return {}
    """
    worker = strongest.open(code.replace("SERIAL", "0"))
    serial = worker._serial
    worker.close()
    with strongest.open(code.replace("SERIAL", str(serial + 1))) as worker:
        handle = worker.call(F, options=CallOptions("handle")).value
        with pytest.raises(Crash):
            worker.get(Place(handle).item("a"))
    with strongest.open(code.replace("SERIAL", "0")) as worker, pytest.raises(ProtocolViolation):
        worker.call(F, options=CallOptions("handle"))


def _bundle(code: str) -> Any:
    return Bundle((Module("student", "student.py", code.encode()),))
