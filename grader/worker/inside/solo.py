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
from collections.abc import Sequence
from typing import Any

from . import preload
from .layers import AROUND_WORKER, NOT_WANTED, STANDS, Layer

_LINUX_ONLY = "Linux only"
_SYSTEM = platform.system()
if _SYSTEM != "Windows":  # which has none of the modules that these need
    from .confine import descriptors
    from .confine import limits as confine_limits
    from .confine import worker as confine_worker


def main(descriptor: int) -> None:
    """Be one worker by itself. Its plan comes on standard input, as one line."""
    plan = json.loads(sys.stdin.readline())
    preload.load(plan["folders"], scipy=plan["scipy"])
    from .channel import DescriptorStream, Stream  # these import NumPy, which can be found only now
    from .greet import serve

    stream: Stream
    if plan["shared_socket"] is not None:  # Windows cannot inherit a socket by its number
        stream = _SocketStream(bytes.fromhex(plan["shared_socket"]))
    else:
        descriptors.keep_only(descriptor, output=1)
        stream = DescriptorStream(descriptors.CHANNEL)
    preload.close()
    states = _confine(plan)
    serve(stream, states, plan["output_bytes"])
    os._exit(0)


def _confine(plan: dict[str, Any]) -> dict[Layer, str]:
    """The walls that do not need a server."""
    wanted = frozenset(Layer(name) for name in plan["layers"])
    if _SYSTEM == "Linux":
        own = confine_worker.Plan(
            wanted, plan["memory_bytes"], plan["cpu_seconds"], plan["output_bytes"], plan["uid"]
        )
        base_bytes = confine_limits.address_space()
        return confine_worker.enter(own, base_bytes=base_bytes, parent=plan["parent"])
    states = {layer: _LINUX_ONLY if layer in wanted else NOT_WANTED for layer in AROUND_WORKER}
    if _SYSTEM == "Darwin" and Layer.LIMITS in wanted:
        states[Layer.LIMITS] = _limit_on_macos(plan)
    return states


def _limit_on_macos(plan: dict[str, Any]) -> str:
    try:
        confine_limits.enter(
            memory_bytes=None,  # macOS does not limit it; the judge watches
            cpu_seconds=plan["cpu_seconds"],
            output_bytes=plan["output_bytes"],
            descriptors=64,
        )
    except OSError as error:
        return str(error)
    return STANDS


class _SocketStream:
    """A worker's end on Windows; not run there."""

    def __init__(self, shared: bytes) -> None:
        self._connection = getattr(socket, "fromshare")(shared)  # noqa: B009 - not in every typeshed

    def read_into(self, target: memoryview) -> int:
        """Receive at least one byte."""
        return int(self._connection.recv_into(target))

    def write(self, pieces: Sequence[memoryview]) -> int:
        """Send at least one byte."""
        return int(self._connection.send(pieces[0]))
