"""An exception of the student's code, as data: what went wrong, and on which of their lines."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final

from .sources import Source

_MESSAGE: Final = 2000  # characters
_LINE: Final = 300
_FRAMES: Final = 20


def describe_failure(error: BaseException, sources: Mapping[str, Source]) -> dict[str, Any]:
    """Type, message and the frames that lie in the sources; never raises.

    An exception is an object of the student's: asking it for its text runs their code.
    """
    by_path = {source.path: source for source in sources.values()}
    try:
        frames = [*_frames(error.__traceback__, by_path)]
        frames += _place_of_syntax_error(error, by_path)
    except Exception:  # noqa: BLE001 - whatever they did to the traceback
        frames = []
    report = {
        "type": _text(lambda: type(error).__name__, 80),
        "message": _text(lambda: str(error), _MESSAGE),
        "frames": frames if len(frames) <= _FRAMES else [*frames[:5], *frames[5 - _FRAMES :]],
        "is_memory": isinstance(error, MemoryError),
        "missing_module": _missing_module(error),
    }
    _let_go(error)
    return report


def _frames(trace: TracebackType | None, by_path: Mapping[str, Source]) -> Iterator[dict[str, Any]]:
    while trace is not None:
        code = trace.tb_frame.f_code
        source = by_path.get(code.co_filename)
        if source is not None:
            yield _frame(source, trace.tb_lineno, code.co_name)
        trace = trace.tb_next


def _place_of_syntax_error(error: BaseException, by_path: Mapping[str, Source]) -> list[dict[str, Any]]:
    """A syntax error's own line: the code did not get as far as a frame."""
    if not isinstance(error, SyntaxError):
        return []
    source = by_path.get(error.filename or "")
    return [_frame(source, error.lineno or 0, "<module>")] if source else []


def _frame(source: Source, line: int, function: str) -> dict[str, Any]:
    lines = source.lines
    return {
        "path": source.path,
        "line": line,
        "function": function[:80],
        "text": lines[line - 1].strip()[:_LINE] if 1 <= line <= len(lines) else "",
        "origin": source.origin,
    }


def _missing_module(error: BaseException) -> str | None:
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    return name[:200] if isinstance(name, str) else None


def _text(get: Any, limit: int) -> str:
    try:
        text = get()
        return str.__str__(text)[:limit] if isinstance(text, str) else "?"
    except BaseException:  # noqa: BLE001 - even SystemExit, from their __str__
        return "(its text cannot be read)"


def _let_go(error: BaseException) -> None:
    """Free what the failed frames hold: after a MemoryError there is nothing to answer with."""
    try:
        traceback.clear_frames(error.__traceback__)
        error.__traceback__ = None
        error.__context__ = error.__cause__ = None
    except BaseException:  # noqa: BLE001, S110 - their finalizers run here; the report stands either way
        pass
