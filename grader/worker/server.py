"""The judge's hold on its workers: start once, open one per submission."""

from __future__ import annotations

import itertools
import platform
import sys
import weakref
from collections.abc import Mapping
from contextlib import closing, suppress
from types import TracebackType
from typing import Any, Final, Self

from grader.worker import answers, examination, greeting
from grader.worker.bundle import Bundle, Module
from grader.worker.client import Worker
from grader.worker.clock import Expired, Stopwatch, cpu_clock
from grader.worker.confinement import Confinement, Level, conclude
from grader.worker.conversation import Conversation
from grader.worker.engine import Engine, Process
from grader.worker.forking import ForkEngine
from grader.worker.inside.channel import Channel, Closed
from grader.worker.inside.layers import ALL, AROUND_WORKER, STANDS, Layer
from grader.worker.inside.wire import Malformed, Unencodable
from grader.worker.limits import STARTING, Limits
from grader.worker.outcomes import ConfinementTooWeak, StudentFault, WorkerFault
from grader.worker.reverse import Serve, ServeCaps
from grader.worker.spawning import SpawnEngine, memory_watch
from grader.worker.stream import JudgeStream

_SELF_TEST: Final = Limits(memory_mib=256)
_NO_SUBMISSION: Final = Bundle(())


class ForkServer:
    """Makes workers. One per judge process; workers can be open side by side.

    Parameters
    ----------
    require : Level, optional
        Refuse to start below this level. The default refuses nothing; grading others asks for B.
    scipy : bool
        Whether submissions may import SciPy.
    ahead : tuple of Module
        Modules of the grader's own that nearly every worker gets in its bundle: a fork server imports
        them once, before there is any worker. Workers can read them, so they hold no secret.
    core : int, optional
        The processor core for all workers. A judge that pins itself to the same core halves the
        time of a round trip.
    layers : frozenset of Layer
        Which walls to put up: all, except in tests that show what each is worth.
    forking : bool
        Whether to use a fork server, or to start an interpreter per worker.

    Raises
    ------
    ConfinementTooWeak
        If the machine cannot do what is required.
    WorkerFault
        If no worker can be made at all.
    """

    def __init__(
        self,
        *,
        require: Level | None = None,
        scipy: bool = False,
        ahead: tuple[Module, ...] = (),
        core: int | None = None,
        layers: frozenset[Layer] = ALL,
        forking: bool = sys.platform == "linux",
    ) -> None:
        self._serials = itertools.count(1)
        self._workers: weakref.WeakSet[Worker] = weakref.WeakSet()
        self._own = layers & {*AROUND_WORKER, Layer.SEALED_OUTPUT, Layer.SANDBOX_EXEC}
        self._engine: Engine = (
            ForkEngine(layers, scipy=scipy, ahead=ahead, core=core)
            if forking
            else SpawnEngine(layers, scipy=scipy)
        )
        try:
            self.confinement = self._examine()
            if require is not None and self.confinement.level > require:
                raise ConfinementTooWeak(
                    f"submissions can be confined to level {self.confinement.level} here, "
                    f"wanted {require}\n{self.confinement}"
                )
        except BaseException:
            self.close()
            raise

    @property
    def forking(self) -> bool:
        """Whether all workers are copies of one process, and so as alike as can be."""
        return isinstance(self._engine, ForkEngine)

    @property
    def engine(self) -> Engine:
        """What makes the processes."""
        return self._engine

    def open(
        self,
        bundle: Bundle,
        limits: Limits | None = None,
        *,
        serve: Serve | None = None,
        serve_caps: ServeCaps | None = None,
    ) -> Worker:
        """A fresh worker that holds ``bundle`` and has imported nothing yet.

        Parameters
        ----------
        bundle : Bundle
        limits : Limits, optional
        serve : callable, optional
            Computes the functions of ``bundle.served``.
        serve_caps : ServeCaps, optional

        Raises
        ------
        WorkerFault
            If the worker does not come up, or not with every wall that the self-test found.
        """
        own = limits or Limits()
        worker, states = self._make(self._own, own, bundle, serve, serve_caps or ServeCaps())
        fallen = [layer for layer, state in states.items() if state != STANDS and self.confinement.has(layer)]
        if fallen:
            worker.close()
            raise WorkerFault(f"a worker came up without {', '.join(fallen)}: {states[fallen[0]]}")
        return worker

    def close(self) -> None:
        """End all workers."""
        for worker in [*self._workers]:
            with suppress(WorkerFault):
                worker.close()
        self._engine.close()

    def __enter__(self) -> Self:
        """The server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all workers."""
        self.close()

    def _make(
        self, own: frozenset[Layer], limits: Limits, bundle: Bundle, serve: Serve | None, caps: ServeCaps
    ) -> tuple[Worker, Mapping[Layer, str]]:
        process = self._engine.make(own, limits)
        stream = JudgeStream(process.connection, Stopwatch(STARTING, lambda: 0.0))
        channel = Channel(stream)
        try:
            states, pid = greeting.receive(process, channel, STARTING.wall_seconds)
        except (Closed, Malformed, Expired) as error:
            raise WorkerFault(f"a worker does not come up: {error!r}{self._remains(process)}") from error
        conversation = Conversation(
            channel,
            stream,
            cpu=cpu_clock(pid),
            memory_mib=memory_watch(pid),
            memory_limit_mib=limits.memory_mib,
            serve=serve,
            served=bundle.served,
            caps=caps,
        )
        serial = next(self._serials)
        worker = Worker(self._engine, process, conversation, limits=limits, serial=serial, pid=pid)
        self._workers.add(worker)
        try:
            conversation.ask(("load", bundle.on_the_wire(serial << answers.SERIAL_SHIFT)), STARTING)
        except (Closed, Malformed, Expired, Unencodable, StudentFault) as error:  # no student code yet
            usage = worker.close()
            raise WorkerFault(f"a worker cannot be loaded: {error!r} {usage.output}") from error
        return worker, states

    def _remains(self, process: Process) -> str:
        """End a process that did not come up; what it said."""
        ending = self._engine.end(process.token)
        process.connection.close()
        said = process.output.text()
        process.output.close()
        return f" (status {ending.status}) {said}"

    def _examine(self) -> Confinement:
        def run(
            own: frozenset[Layer], targets: Mapping[str, Any]
        ) -> tuple[Mapping[Layer, str], Mapping[str, str]]:
            # The seal belongs to the output, not to the worker, and is there in every trial.
            walls = own | (self._own & {Layer.SEALED_OUTPUT, Layer.SANDBOX_EXEC})
            worker, states = self._make(walls, _SELF_TEST, _NO_SUBMISSION, None, ServeCaps())
            with closing(worker):
                return states, worker.attempt(targets)

        around = self._engine.states
        found = examination.examine(run, around, self._own)
        states = {**found.states, **around}
        kernel = f"{platform.system()} {platform.release()} {platform.machine()}"
        return conclude(states, found.failures, kernel=kernel, open_ways=found.open_ways)
