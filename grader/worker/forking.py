"""The engine for Linux: one fork server, from which every worker is forked in milliseconds."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from grader.worker import interpreter
from grader.worker.bundle import Module
from grader.worker.engine import Ending, Process, plan
from grader.worker.inside.layers import AROUND_SERVER, NOT_NEEDED, NOT_WANTED, STANDS, Layer
from grader.worker.limits import Limits
from grader.worker.outcomes import WorkerFault
from grader.worker.output import Output

_PACKET: Final = 1 << 16
_SECONDS: Final = 30.0  # for the server to answer; it never does anything that takes long
#: From which systems draw users that live for a moment: no file belongs to one. Each worker gets
#: the next.
_UIDS: Final = range(61184, 65520)


class ForkEngine:
    """Starts a fork server and speaks to it.

    Parameters
    ----------
    layers : frozenset of Layer
        Which walls to put up around the server.
    scipy : bool
        Whether submissions may import SciPy.
    ahead : sequence of Module
        What the server imports before it makes workers.
    core : int, optional
        The processor core for the server and all workers.
    """

    def __init__(
        self, layers: frozenset[Layer], *, scipy: bool, ahead: Sequence[Module] = (), core: int | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._uids = itertools.cycle(_UIDS)
        # Two graders on one machine should not share uids; chance is good enough, and no secret.
        for _ in range(random.SystemRandom().randrange(len(_UIDS))):
            next(self._uids)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._root = tempfile.mkdtemp(prefix="grader-root-")
        os.chmod(self._root, 0o755)  # noqa: S103 - an empty folder, which a worker may list
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_SECONDS)
        # The kernel would deliver the death signal at the end of the *thread* that started the
        # server, so from another thread than the main one its closed channel has to do.
        may_signal = threading.current_thread() is threading.main_thread()
        parent = os.getpid() if may_signal and Layer.DEATH_SIGNAL in layers else None
        self._process: subprocess.Popen[bytes] | None = None
        try:
            with theirs:
                self._process = self._start(theirs.fileno())
            answer = self._ask(
                layers=sorted(layers & {*AROUND_SERVER}),
                folders=interpreter.folders(scipy=scipy),
                scipy=scipy,
                ahead={module.name: module.code.decode("utf-8") for module in ahead},
                root=self._root,
                parent=parent,
                core=core,
            )
            if answer["threads"] != 1:
                raise WorkerFault(f"the fork server has {answer['threads']} threads, wanted 1")
        except BaseException:
            self.close()
            raise
        self.states: Mapping[Layer, str] = {
            **{Layer(name): state for name, state in answer["layers"].items()},
            Layer.SEALED_OUTPUT: STANDS if Layer.SEALED_OUTPUT in layers else NOT_WANTED,
            Layer.SANDBOX_EXEC: NOT_NEEDED,
        }
        self.server_pid: int = self._process.pid
        """The process that was started; all others descend from it."""
        self.not_loaded: tuple[str, ...] = tuple(answer["missing"])
        """What this Python or NumPy does not have of the list that is loaded beforehand."""
        if parent is None:
            reason = NOT_WANTED if may_signal else "started from a side thread"
            self.states = {**self.states, Layer.DEATH_SIGNAL: reason}

    def make(self, layers: frozenset[Layer], limits: Limits) -> Process:
        """Fork a worker."""
        ours, theirs = socket.socketpair()
        output = Output(limits.output_bytes, sealed=Layer.SEALED_OUTPUT in layers)
        try:
            # The kernel then adds to the greeting who sent it, with the pid as it is seen here.
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            own = plan(layers - {*AROUND_SERVER}, limits, next(self._uids))
            answer = self._ask(descriptors=(theirs.fileno(), output.descriptor), verb="fork", **own)
            if "error" in answer:
                raise WorkerFault(f"the fork server cannot fork: {answer['error']}")
        except BaseException:
            ours.close()
            output.close()
            raise
        finally:
            theirs.close()
        return Process(ours, output, answer["pid"], None)

    def end(self, token: Any) -> Ending:
        """Kill a worker and wait for it."""
        return Ending(**self._ask(verb="end", pid=token))

    def close(self) -> None:
        """End the server and with it every worker."""
        self._control.close()
        self._errors.close()
        if os.getpid() != self._owner:
            return
        shutil.rmtree(self._root, ignore_errors=True)
        if self._process is not None:
            # It ends when its channel closes; a second is a hundred times what that takes.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
            self._process.kill()
            self._process.wait()

    def _start(self, descriptor: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and file
            interpreter.command("server", descriptor),
            env=interpreter.environment(),
            pass_fds=(descriptor,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,  # an interrupt at the terminal is for the judge, who then closes
        )

    def _ask(self, *, descriptors: tuple[int, ...] = (), **message: Any) -> dict[str, Any]:
        if os.getpid() != self._owner:
            raise WorkerFault("a fork server belongs to the process that started it")
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(message).encode()], descriptors)
                packet = self._control.recv(_PACKET)
            except OSError as error:
                raise WorkerFault(f"the fork server does not answer: {error}{self._last_words()}") from error
        if not packet:
            raise WorkerFault(f"the fork server has ended{self._last_words()}")
        answer: dict[str, Any] = json.loads(packet)
        return answer

    def _last_words(self) -> str:
        with suppress(OSError):
            self._errors.seek(0)
            words = self._errors.read(1 << 14).decode("utf-8", "replace").strip()
            return f": {words}" if words else ""
        return ""
