"""What a worker says, looked at before it is believed to be anything.

The codec has made sure that it is data; here it is made sure that it is data of the right form.
What does not fit is `Malformed`, which a caller reports as the submission's crash.
"""

from __future__ import annotations

from typing import Any, Final

from grader.worker.inside.layers import Layer
from grader.worker.inside.values import Handle, Unsupported
from grader.worker.inside.wire import Malformed
from grader.worker.outcomes import Frame, MemoryExceeded, StudentError, StudentFault
from grader.worker.requests import Exported, Key, Result
from grader.worker.text import readable

SERIAL_SHIFT: Final = 32
"""A handle's number holds its worker's serial number above these bits."""

_MOST_FRAMES: Final = 20


def failure(report: Any, memory_mib: int) -> StudentFault:
    """The exception that a worker reports."""
    match report:
        case {
            "type": str(kind),
            "message": str(message),
            "frames": list(frames),
            "is_memory": bool(is_memory),
            "missing_module": None | str() as missing,
        } if len(frames) <= _MOST_FRAMES:
            places = tuple(_frame(entry) for entry in frames)
            if is_memory:
                return MemoryExceeded(memory_mib, places, alive=True)
            name = None if missing is None else readable(missing, 200)
            return StudentError(readable(kind, 80), readable(message, 2000), places, name)
    raise _misfit("a report of an error")


def _frame(entry: Any) -> Frame:
    match entry:
        case {
            "path": str(path),
            "line": int(line),
            "function": str(function),
            "text": str(text),
            "origin": str(origin),
        }:
            shown = readable(path, 300), line, readable(function, 80), readable(text, 300)
            return Frame(*shown, provided=origin == "provided")
    raise _misfit("a line of a traceback")


def exported(payload: Any) -> tuple[Exported, ...]:
    """The public names of a module."""
    if not isinstance(payload, list) or len(payload) > 2000:
        raise _misfit("a list of names")
    return tuple(_exported_one(entry) for entry in payload)


def _exported_one(entry: Any) -> Exported:
    match entry:
        case (str(name), str(kind), str(home)):
            return Exported(readable(name, 200), readable(kind, 20), readable(home, 200))
    raise _misfit("a name")


def returned(
    payload: Any, result: Result, read_back: tuple[Key, ...], *, serial: int
) -> tuple[Any, dict[Key, Any], tuple[Key, ...]]:
    """The three parts of a call's answer."""
    if isinstance(payload, Unsupported):  # the results fitted one by one, but not together
        return unsupported(payload), {}, ()
    match payload:
        case (value, dict(again), tuple(changed)) if set(again) == set(read_back):
            if all(type(key) in (int, str) for key in changed) and len(changed) <= 1000:
                values = {key: plain(entry) for key, entry in again.items()}
                return as_wanted(value, result, serial=serial), values, changed
    raise _misfit("a result")


def as_wanted(value: Any, result: Result, *, serial: int) -> Any:
    """A result in the form that was asked for, or None or `Unsupported` in the place of any part."""
    if value is None:
        return None
    if isinstance(value, Unsupported):
        return unsupported(value)
    if not isinstance(result, tuple):
        return _one(value, result, serial)
    if not isinstance(value, tuple) or len(value) != len(result):
        raise _misfit(f"{len(result)} results")
    return tuple(
        None if one is None else unsupported(one) if isinstance(one, Unsupported) else _one(one, how, serial)
        for one, how in zip(value, result, strict=True)
    )


def _one(value: Any, how: str, serial: int) -> Any:
    if how == "nothing":
        raise _misfit("nothing")
    if how == "handle":
        return handle(value, serial=serial)
    return plain(value)


def belongs(handle: Handle, serial: int) -> bool:
    """Whether a handle is one of the worker with that serial number."""
    return handle.owner == "worker" and handle.number >> SERIAL_SHIFT == serial


def handle(value: Any, *, serial: int) -> Handle:
    """A handle to something in the worker."""
    if not isinstance(value, Handle) or not belongs(value, serial):
        raise _misfit("a handle")
    return Handle(value.number, readable(value.kind, 80))


def unsupported(value: Unsupported) -> Unsupported:
    """With a description that can be shown."""
    return Unsupported(readable(value.description, 300))


def plain(value: Any) -> Any:
    """A value, or `Unsupported`, with nothing inside that stands for something else."""
    if isinstance(value, Unsupported):
        return unsupported(value)
    _require_data(value)
    return value


def _require_data(value: Any) -> None:
    """A handle must never turn up where a number is expected."""
    if isinstance(value, Handle | Unsupported):
        raise _misfit("a value")
    if isinstance(value, list | tuple):
        for entry in value:
            _require_data(entry)
    elif isinstance(value, dict):
        for entry in value.values():
            _require_data(entry)


def words(payload: Any) -> str:
    """A short description."""
    if not isinstance(payload, str):
        raise _misfit("a description")
    return readable(payload, 300)


def greeting(answer: Any) -> tuple[dict[Layer, str], int]:
    """The state of the walls, and the worker's uid. It comes before any student code."""
    match answer:
        case ("hello", {"layers": dict(layers), "uid": int(uid)}):
            return {Layer(name): str(state) for name, state in layers.items()}, uid
    raise _misfit("a greeting")


def _misfit(wanted: str) -> Malformed:
    return Malformed(f"something else than {wanted}")
