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

Ask = Callable[[tuple[Any, ...]], Value]
"""Sends points, as they go on the wire; gives the outputs at the first of them, or at all."""


def run_probe(ask: Ask, points: Points) -> Value:
    """The outputs at all points.

    Returns
    -------
    ndarray with one row per point if all outputs are arrays or numbers of one shape and dtype,
    otherwise a list; `Unsupported` if some output cannot travel.
    """
    rows: list[Any] = []
    portion = max(1, _PORTION_BYTES // max(1, points.bytes_each))
    while len(rows) < len(points):
        start, stop = len(rows), min(len(rows) + portion, len(points))
        payload = ask(points.part(start, stop))
        if isinstance(payload, Unsupported):
            return answers.unsupported(payload)
        rows += _rows(payload, stop - start)
    return _stacked(rows)


def _rows(payload: Any, most: int) -> list[Any]:
    """As many outputs as the worker found to be enough for one answer."""
    if isinstance(payload, np.ndarray) and payload.ndim and 0 < len(payload) <= most:
        return list(payload)
    if isinstance(payload, list) and 0 < len(payload) <= most:
        return [answers.plain(entry) for entry in payload]
    raise Malformed(f"something else than up to {most} outputs")


def _stacked(rows: list[Any]) -> Value:
    alike = {(row.shape, row.dtype) if isinstance(row, np.ndarray | np.generic) else None for row in rows}
    if not rows or len(alike) != 1 or None in alike:
        return rows
    result = np.stack(rows)
    result.flags.writeable = False
    return result
