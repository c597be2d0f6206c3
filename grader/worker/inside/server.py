"""The fork server: holds Python and NumPy ready, and makes a confined copy of itself per submission.

It runs no student code and holds nothing of the judge. Two processes at most: where pid namespaces
are possible, the one that was started stays outside as a keeper and its child, process 1 of the new
namespace, is the server. Each dies with the one before it, and with the server dies every worker.

The judge speaks to it in small JSON messages, one per packet, with descriptors attached:

=========  ===================================================  =======================================
verb       takes                                                answers
=========  ===================================================  =======================================
(start)    layers, folders, scipy, ahead, root, parent, core    layers, missing, threads
fork       the plan of a worker; its channel and its output     pid, as the server sees it
end        pid                                                  status, cpu_seconds, max_rss_mib
=========  ===================================================  =======================================
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import traceback
from contextlib import nullcontext, suppress
from typing import Any, NoReturn

from . import preload
from .confine import descriptors, identity, limits, namespaces, root, seccomp, worker
from .confine.libc import library, reason
from .layers import NOT_WANTED, STANDS, Layer

_PACKET = 1 << 16


def main(control_descriptor: int) -> None:
    """Be the server until the judge closes its end."""
    control = _low_socket(control_descriptor)
    start = json.loads(control.recv(_PACKET))
    wanted = {Layer(name) for name in start["layers"]}
    if start["core"] is not None:
        os.sched_setaffinity(0, {start["core"]})
    if start["parent"] is not None:
        identity.die_with_parent(start["parent"])
    states = namespaces.enter(wanted)
    if states[Layer.PID_NAMESPACE] == STANDS:
        _stay_as_keeper(control)
    Server(control, start, wanted, states).run()


def _low_socket(descriptor: int) -> socket.socket:
    """The control socket on the lowest free number, and room for a few more only."""
    low = os.dup(descriptor)
    os.close(descriptor)
    limits.allow_descriptors(descriptors.MOST)
    return socket.socket(fileno=low)


def _stay_as_keeper(control: socket.socket) -> None:
    """Return in the child; the parent waits for it and ends with it."""
    child = os.fork()
    if child == 0:
        identity.die_with_parent(None)
        return
    control.close()
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


class Server:
    """Forks workers and ends them.

    Parameters
    ----------
    control : socket
    start : dict
        The judge's first message.
    wanted : set of Layer
    states : dict
        What came of the namespaces.
    """

    def __init__(
        self, control: socket.socket, start: dict[str, Any], wanted: set[Layer], states: dict[Layer, str]
    ) -> None:
        self._control = control
        self._workers: dict[int, int] = {}  # pid -> uid to sweep afterwards, 0 for none
        self._has_pids = states[Layer.PID_NAMESPACE] == STANDS
        self._fresh_pids = namespaces.PidNamespaces().fresh if self._has_pids else nullcontext
        library()  # while it can be opened
        missing = preload.load(start["folders"], scipy=start["scipy"])
        for name, code in start["ahead"].items():
            preload.define(name, code)
        from .greet import serve_descriptor  # these import NumPy, which can be found only now
        from .rehearsal import rehearse

        self._serve = serve_descriptor
        self._base_bytes = limits.address_space()
        threads = _count("/proc/self/task")
        states[Layer.EMPTY_ROOT] = _empty_root(start["root"], wanted, states)
        preload.close()
        with suppress(OSError):  # a worker says that there is no filter for this machine
            seccomp.program(seccomp.machine())
        rehearse()
        gc.collect()
        gc.freeze()  # what is loaded stays; children then copy fewer pages
        self._say(layers=states, missing=missing, threads=threads)

    def run(self) -> NoReturn:
        """Serve until the judge is gone; the kernel then ends what is left."""
        while True:
            packet, received, _, _ = socket.recv_fds(self._control, _PACKET, 2)
            if not packet:
                os._exit(0)
            message = json.loads(packet)
            if message.pop("verb") == "fork":
                self._fork(message, received)
            else:
                self._end(message["pid"])

    def _fork(self, plan: dict[str, Any], received: list[int]) -> None:
        plan["layers"] = frozenset(Layer(name) for name in plan["layers"])
        wanted = worker.Plan(**plan)
        channel, output = received
        try:
            with self._fresh_pids():
                parent = os.getpid()
                child = os.fork()
                if child == 0:
                    self._become_worker(wanted, channel, output, None if self._has_pids else parent)
        except OSError as error:
            self._say(error=reason(error))
            return
        finally:
            os.close(channel)
            os.close(output)
        self._workers[child] = self._sweep_uid(wanted)
        self._say(pid=child)

    def _become_worker(self, plan: worker.Plan, channel: int, output: int, parent: int | None) -> NoReturn:
        try:
            descriptors.keep_only(channel, output)
            states = worker.enter(plan, base_bytes=self._base_bytes, parent=parent)
            self._serve(descriptors.CHANNEL, states, plan.output_bytes)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - nothing may run on into the server's own loop
            with suppress(Exception):
                os.write(2, traceback.format_exc().encode("utf-8", "replace"))
        finally:
            os._exit(70)

    def _end(self, pid: int) -> None:
        uid = self._workers.pop(pid)
        os.kill(pid, signal.SIGKILL)  # harmless if it has ended: it is ours until waited for
        _, status, usage = os.wait4(pid, 0)
        if uid:
            _sweep(uid)
        self._say(
            status=os.waitstatus_to_exitcode(status),
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            max_rss_mib=usage.ru_maxrss / 1024,
        )

    def _sweep_uid(self, plan: worker.Plan) -> int:
        """Whose processes to kill after a worker: needed only if it could have started some."""
        could_fork = Layer.SECCOMP not in plan.layers and not self._has_pids
        return plan.uid if could_fork and Layer.OWN_UID in plan.layers and os.geteuid() == 0 else 0

    def _say(self, **message: Any) -> None:
        self._control.send(json.dumps(message).encode())


def _empty_root(directory: str, wanted: set[Layer], states: dict[Layer, str]) -> str:
    if Layer.EMPTY_ROOT not in wanted:
        return NOT_WANTED
    failures = []
    for attempt in (root.replace, root.change):
        if attempt is root.replace and states[Layer.MOUNT_NAMESPACE] != STANDS:
            continue  # it would replace everybody's root
        try:
            attempt(directory)
        except OSError as error:
            failures.append(reason(error))
        else:
            return STANDS
    return "; ".join(failures)


def _sweep(uid: int) -> None:
    """Kill all processes of a uid: strays of a worker that could fork."""
    child = os.fork()
    if child == 0:
        try:
            identity.become(uid)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _count(folder: str) -> int:
    try:
        return len(os.listdir(folder))
    except OSError:
        return 1
