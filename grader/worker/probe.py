"""Outputs at many points, fetched in portions that fit into a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from grader.worker import answers
from grader.worker.inside.values import Unsupported, Value
from grader.worker.inside.wire import Malformed
from grader.worker.requests import Points

_PORTION_BYTES: Final = 4 << 20

Ask = Callable[[tuple[Any, ...]], tuple[Value, int]]
"""Sends points, as they go on the wire; gives the answer and its size in bytes."""


def run_probe(ask: Ask, points: Points) -> Value:
    """The outputs at all points.

    Returns
    -------
    ndarray with one row per point if all outputs are arrays or numbers of one shape and dtype,
    otherwise a list; `Unsupported` if some output cannot travel.
    """
    rows: list[Any] = []
    portion = 1  # the first tells how large the outputs are
    while len(rows) < len(points):
        start, stop = len(rows), min(len(rows) + portion, len(points))
        payload, received = ask(points.part(start, stop))
        if isinstance(payload, Unsupported):
            return answers.unsupported(payload)
        rows += _rows(payload, stop - start)
        each = max(1, points.bytes_each, received // (stop - start))
        portion = max(1, _PORTION_BYTES // each)
    return _stacked(rows)


def _rows(payload: Any, count: int) -> list[Any]:
    if isinstance(payload, np.ndarray) and payload.ndim and len(payload) == count:
        return list(payload)
    if isinstance(payload, list) and len(payload) == count:
        return [answers.plain(entry) for entry in payload]
    raise Malformed(f"something else than {count} outputs")


def _stacked(rows: list[Any]) -> Value:
    alike = {(row.shape, row.dtype) if isinstance(row, np.ndarray | np.generic) else None for row in rows}
    if not rows or len(alike) != 1 or None in alike:
        return rows
    result = np.stack(rows)
    result.flags.writeable = False
    return result
