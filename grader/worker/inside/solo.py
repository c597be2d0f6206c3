"""A worker by itself, where there is no fork server.

Without a server every worker is a fresh interpreter, which is slower by a factor of thirty; macOS
and Windows have no other way. **Not run there.** On Linux it serves the tests of the weak levels.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import sys
from typing import Any

from . import preload
from .layers import NOT_WANTED, STANDS, Layer

_SYSTEM = platform.system()


def main(descriptor: int) -> None:
    """Be one worker by itself. Its plan comes on standard input, as one line."""
    plan = json.loads(sys.stdin.readline())
    preload.load(plan["folders"], scipy=plan["scipy"])
    from .greet import serve  # imports NumPy, which can be found only now

    if plan["shared_socket"] is not None:  # Windows cannot inherit a socket by its number
        shared = bytes.fromhex(plan["shared_socket"])
        connection = getattr(socket, "fromshare")(shared)  # noqa: B009 - Windows only
    else:
        connection = socket.socket(fileno=descriptor)
    preload.close()
    states = _confine(plan)
    serve(_SocketStream(connection), states, plan["output_bytes"])
    os._exit(0)


def _confine(plan: dict[str, Any]) -> dict[Layer, str]:
    """The walls that do not need a server."""
    wanted = frozenset(Layer(name) for name in plan["layers"])
    if _SYSTEM == "Linux":
        from .confine import limits, worker

        own = worker.Plan(
            wanted, plan["memory_bytes"], plan["cpu_seconds"], plan["output_bytes"], plan["uid"]
        )
        return worker.enter(own, base_bytes=limits.address_space(), parent=plan["parent"])
    if _SYSTEM == "Darwin" and Layer.LIMITS in wanted:
        return {Layer.LIMITS: _limit_on_macos(plan)}
    return {Layer.LIMITS: NOT_WANTED}


def _limit_on_macos(plan: dict[str, Any]) -> str:
    from .confine import limits

    try:
        limits.enter(
            memory_bytes=None,  # macOS does not limit it; the judge watches
            cpu_seconds=plan["cpu_seconds"],
            output_bytes=plan["output_bytes"],
            descriptors=64,
        )
    except OSError as error:
        return str(error)
    return STANDS


class _SocketStream:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def read_into(self, target: memoryview) -> int:
        return self._connection.recv_into(target)

    def write(self, pieces: Any) -> int:
        return self._connection.send(pieces[0])
