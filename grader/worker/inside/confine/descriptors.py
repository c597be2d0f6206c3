"""The open files of a worker: its input (empty), its output, its channel. Nothing else."""

from __future__ import annotations

import os
from typing import Final

CHANNEL: Final = 3
FIRST_CLOSED: Final = 4
MOST: Final = 256  # the server may not have more, so closing these closes all


def keep_only(channel: int, output: int) -> None:
    """Put the channel and the output where they belong and close all others.

    Descriptor 0 must be open already, on something empty.
    """
    # Both may sit on a number that is about to be overwritten.
    channel, output = _above(channel), _above(output)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(channel, CHANNEL)
    os.closerange(FIRST_CLOSED, MOST)


def _above(descriptor: int) -> int:
    while descriptor <= CHANNEL:
        descriptor = os.dup(descriptor)
    return descriptor
