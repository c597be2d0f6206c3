"""The judge's end of the conversation: every wait is bounded by the request's stopwatch."""

from __future__ import annotations

import math
import select
import socket
import sys
from collections.abc import Sequence
from typing import Protocol


class Clock(Protocol):
    """Says how long to wait, or raises."""

    def patience(self) -> float:
        """Seconds."""


class JudgeStream:
    """A non-blocking socket under a clock. One clock covers all reads and writes of a request, so a
    worker that sends a byte now and then gains nothing.

    Parameters
    ----------
    connection : socket
    clock : Clock
    """  # noqa: D205 - the two sentences belong together

    def __init__(self, connection: socket.socket, clock: Clock) -> None:
        connection.setblocking(False)
        self.clock = clock
        self._connection = connection
        # Writing to a worker that has died must be an error, not a signal, in whatever program the
        # judge is embedded.
        self._flags = getattr(socket, "MSG_NOSIGNAL", 0)

    def read_into(self, target: memoryview) -> int:
        """Receive at least one byte."""
        while True:
            self._wait(for_writing=False)
            try:
                return self._connection.recv_into(target)
            except BlockingIOError:
                continue

    def write(self, pieces: Sequence[memoryview]) -> int:
        """Send at least one byte."""
        while True:
            try:
                if sys.platform == "win32":  # not run here
                    return self._connection.send(pieces[0])
                return self._connection.sendmsg(pieces, (), self._flags)
            except BlockingIOError:
                self._wait(for_writing=True)

    def _wait(self, *, for_writing: bool) -> None:
        while not wait_for(self._connection, self.clock.patience(), for_writing=for_writing):
            pass


def wait_for(connection: socket.socket, seconds: float, *, for_writing: bool = False) -> bool:
    """Whether something can be read (or written) within ``seconds``."""
    if sys.platform == "win32":  # not run here
        sets = ((), (connection,)) if for_writing else ((connection,), ())
        return any(select.select(*sets, (), seconds))
    poll = select.poll()
    poll.register(connection, select.POLLOUT if for_writing else select.POLLIN)
    return bool(poll.poll(math.ceil(seconds * 1000)))
