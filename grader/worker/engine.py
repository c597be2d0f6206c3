"""What makes worker processes: a fork server where there is one, a fresh interpreter elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from grader.worker.inside.layers import Layer
from grader.worker.limits import Limits
from grader.worker.output import Output


@dataclass(frozen=True, slots=True)
class Process:
    """A worker process that has just been made. It greets through ``connection``."""

    connection: socket.socket
    output: Output
    token: Any  # by which its engine knows it
    own_pid: int | None  # its pid here, if the engine knows; otherwise the greeting tells


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker process ended."""

    status: int
    cpu_seconds: float
    max_rss_mib: float


class Engine(Protocol):
    """Makes and ends worker processes."""

    states: Mapping[Layer, str]
    """What came of the layers around all workers."""

    def make(self, layers: frozenset[Layer], limits: Limits) -> Process:
        """A new process."""

    def end(self, token: Any) -> Ending:
        """Kill it, if it has not ended, and wait for it."""

    def close(self) -> None:
        """End everything."""


def plan(layers: frozenset[Layer], limits: Limits, uid: int) -> dict[str, Any]:
    """What a worker process is told about itself."""
    return {
        "layers": sorted(layers),
        "memory_bytes": limits.memory_mib << 20,
        "cpu_seconds": limits.life_cpu_seconds,
        "output_bytes": limits.output_bytes,
        "uid": uid,
    }
