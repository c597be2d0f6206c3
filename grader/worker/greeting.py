"""The first frame of a worker, by which the judge learns its pid and the state of its walls."""

from __future__ import annotations

import socket
import struct
import sys

from grader.worker import answers
from grader.worker.engine import Process
from grader.worker.inside.channel import Channel
from grader.worker.inside.layers import Layer
from grader.worker.stream import wait_for

_CREDENTIALS = struct.Struct("=iII")  # pid, uid, gid


def receive(process: Process, channel: Channel, seconds: float) -> tuple[dict[Layer, str], int | None]:
    """The state of the worker's own walls, and its pid as it is seen here.

    Raises
    ------
    Closed, Malformed, Expired
        As the channel does.
    """
    pid = process.own_pid
    if sys.platform == "linux" and pid is None and wait_for(process.connection, seconds):
        pid = _sender(process.connection)
    _, answer = channel.receive()
    states, _ = answers.greeting(answer)
    return states, pid


def _sender(connection: socket.socket) -> int | None:
    """Who sent what can be read next: the kernel says so, translated into our pid namespace."""
    space = socket.CMSG_SPACE(_CREDENTIALS.size)
    _, ancillary, _, _ = connection.recvmsg(1, space, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            pid: int = _CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0]
            return pid or None  # 0: it is in a pid namespace that cannot be seen from here
    return None
