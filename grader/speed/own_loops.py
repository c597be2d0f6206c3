"""How long the submission's own naive functions take: shown beside the score, and no part of it.

A slow naive function would otherwise make a fast one look faster, and it costs nothing to slow it down.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from grader.speed.inputs import Pair
from grader.speed.rounds import Contender, net_seconds
from grader.subject.outcomes import SubjectError


def own_loops(
    pair: Pair, naive: Contender, echo: Contender, passes: Collection[str], draw: np.random.Generator
) -> dict[str, float]:
    """Pass to the seconds of one call; empty where a call fails.

    Parameters
    ----------
    pair : Pair
    naive : Contender
        The submission's naive functions.
    echo : Contender
    passes : collection of str
        Those that are wanted of ``"forward"`` and ``"backward"``.
    draw : numpy.random.Generator
    """
    arguments, dout = pair.arguments(draw), pair.upstream(draw)
    times: dict[str, float] = {}
    try:
        times["forward"] = net_seconds(naive.forward(arguments), echo.forward(arguments))
        if "backward" in passes:
            times["backward"] = net_seconds(naive.backward(dout), echo.backward(dout))
    except SubjectError:
        return {}
    finally:
        naive.release()
    return times
