"""An exception of the student's code, as data: what went wrong, and on which of their lines."""

from __future__ import annotations

import collections
import itertools
import traceback
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, TypeVar

from .sources import Source

_MESSAGE: Final = 2000  # characters
_LINE: Final = 300
_OUTER, _INNER = 5, 15  # frames
_UNREADABLE: Final = "(its text cannot be read)"
_T = TypeVar("_T")


def describe_failure(error: BaseException, sources: Mapping[str, Source]) -> dict[str, Any]:
    """Type, message and the frames that lie in the sources; never raises.

    An exception is an object of the student's: looking at it runs their code, which may do anything.
    """
    by_path = {source.path: source for source in sources.values()}
    no_frames: list[dict[str, Any]] = []
    report = {
        "type": _safely(lambda: _text(type(error).__name__, 80), _UNREADABLE),
        "message": _safely(lambda: _text(str(error), _MESSAGE), _UNREADABLE),
        "frames": _safely(lambda: _frames(error, by_path), no_frames),
        "is_memory": _safely(lambda: isinstance(error, MemoryError), False),
        "missing_module": _safely(lambda: _missing_module(error), None),
    }
    _safely(lambda: _let_go(error), None)
    return report


def _safely(get: Callable[[], _T], otherwise: _T) -> _T:
    try:
        return get()
    except BaseException:  # noqa: BLE001 - even SystemExit, from their __str__
        return otherwise


def _frames(error: BaseException, by_path: Mapping[str, Source]) -> list[dict[str, Any]]:
    """The outermost and the innermost places; an endless recursion has millions in between."""
    places = _places(error.__traceback__, by_path)
    first = [*itertools.islice(places, _OUTER)]
    last = collections.deque(places, maxlen=_INNER)
    if isinstance(error, SyntaxError):  # its own line: the code did not get as far as a frame
        source = by_path.get(error.filename or "")
        if source is not None:
            last.append((source, error.lineno or 0, "<module>"))
    return [_frame(*place) for place in (*first, *last)]


def _places(trace: TracebackType | None, by_path: Mapping[str, Source]) -> Iterator[tuple[Source, int, str]]:
    while trace is not None:
        code = trace.tb_frame.f_code
        source = by_path.get(code.co_filename)
        if source is not None:
            yield source, trace.tb_lineno, code.co_name
        trace = trace.tb_next


def _frame(source: Source, line: int, function: str) -> dict[str, Any]:
    lines = source.text.splitlines()
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


def _text(text: str, limit: int) -> str:
    return str.__str__(text)[:limit]


def _let_go(error: BaseException) -> None:
    """Free what the failed frames hold: after a MemoryError there is nothing to answer with."""
    traceback.clear_frames(error.__traceback__)
    error.__traceback__ = None
    error.__context__ = error.__cause__ = None
