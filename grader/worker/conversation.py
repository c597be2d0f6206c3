"""Requests and answers, numbered, under one clock each; and the submission's own calls in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from grader.worker import answers
from grader.worker.clock import Stopwatch
from grader.worker.inside.channel import Channel
from grader.worker.inside.values import Value
from grader.worker.inside.wire import Malformed, Unencodable
from grader.worker.limits import Limits
from grader.worker.outcomes import StudentFault, WorkerFault
from grader.worker.reverse import Kept, Refusal, ReverseCall, Serve, ServeCaps
from grader.worker.stream import JudgeStream


class Conversation:
    """The judge's side of the strictly alternating exchange with one worker.

    Parameters
    ----------
    channel : Channel
    stream : JudgeStream
        What the channel reads and writes through.
    cpu : callable
        The worker's CPU seconds.
    memory_mib : callable, optional
        The worker's memory, if it has to be watched.
    memory_limit_mib : int
        What an error says that the worker may have.
    serve : callable, optional
        Computes the served functions.
    served : mapping
        Module to function names: what the submission may ask for.
    caps : ServeCaps
    """

    def __init__(
        self,
        channel: Channel,
        stream: JudgeStream,
        *,
        cpu: Callable[[], float],
        memory_mib: Callable[[], float] | None,
        memory_limit_mib: int,
        serve: Serve | None,
        served: Mapping[str, tuple[str, ...]],
        caps: ServeCaps,
    ) -> None:
        self._channel = channel
        self._stream = stream
        self._cpu = cpu
        self._memory_mib = memory_mib
        self._memory_limit_mib = memory_limit_mib
        self._serve = serve
        self._served = served
        self._caps = caps
        self._kept = Kept(caps.kept)
        self._sequence = 0
        self._nesting = 0
        self._argument_bytes_left = caps.argument_bytes
        self._seconds_left = caps.seconds

    def ask(self, request: tuple[Any, ...], limits: Limits) -> tuple[Value, Stopwatch]:
        """The answer to ``request``, which nobody has looked at yet, and how long it took.

        Raises
        ------
        StudentError, MemoryExceeded
            The submission's code raised; the conversation can go on.
        Unencodable
            The request cannot be sent; nothing was.
        Malformed, Closed, Expired
            The conversation is over.
        """
        watch = Stopwatch(limits, self._cpu, self._memory_mib)
        outer, self._stream.clock = self._stream.clock, watch
        calls_left = self._caps.calls
        try:
            self._send(request)
            while True:
                match self._receive():
                    case ("ok", payload):
                        return payload, watch
                    case ("error", report):
                        raise answers.failure(report, self._memory_limit_mib)
                    case ("reverse", str(module), str(function), tuple(positional), dict(keywords)):
                        calls_left -= 1
                        self._argument_bytes_left -= self._channel.received_bytes
                        if calls_left < 0 or self._argument_bytes_left < 0:
                            raise Malformed("more calls of served functions than any net needs")
                        with watch.paused():
                            reply = self._answer(module, function, positional, keywords)
                        self._send_answer(reply)
                    case _:
                        raise Malformed("a frame that is no answer")
        finally:
            self._stream.clock = outer

    def _send(self, value: tuple[Any, ...]) -> None:
        self._sequence += 1
        self._channel.send(self._sequence, value)

    def _receive(self) -> Any:
        sequence, value = self._channel.receive()
        if sequence != self._sequence & 0xFFFFFFFF:
            raise Malformed(f"an answer to request {sequence} where {self._sequence} was made")
        return value

    def _send_answer(self, reply: tuple[Any, ...]) -> None:
        try:
            self._send(reply)
        except Unencodable as error:
            raise WorkerFault(f"a served function returned what cannot be sent: {error}") from error

    def _answer(
        self, module: str, function: str, positional: tuple[Any, ...], keywords: dict[Any, Any]
    ) -> tuple[Any, ...]:
        """What a served function returns, or how it refuses."""
        if self._serve is None or function not in self._served.get(module, ()):
            raise Malformed("a call of a function that is not served")
        if self._nesting >= self._caps.nesting:
            raise Malformed("calls of served functions nested too deeply")
        names = {str(name): self._kept.resolve(value) for name, value in keywords.items()}
        values = tuple(self._kept.resolve(value) for value in positional)
        begin = time.monotonic()
        self._nesting += 1
        try:
            return ("answer", self._serve(ReverseCall(module, function, values, names, self._kept.keep)))
        except Refusal as refusal:
            return ("refusal", refusal.kind, refusal.message)
        except (StudentFault, WorkerFault):
            raise
        except Exception as error:
            raise WorkerFault(f"the served function {function} failed: {error!r}") from error
        finally:
            self._nesting -= 1
            self._seconds_left -= time.monotonic() - begin
            if self._seconds_left < 0:
                raise Malformed("more of the judge's time than any net needs")
