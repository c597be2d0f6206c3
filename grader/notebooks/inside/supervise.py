"""The process that the judge starts for one notebook, and the processes that it starts.

::

    judge ── keeper ── process 1 of a new pid namespace ──┬── listener (nbclient)
             stays outside, waits        builds the root  └── kernel, process 1 of one of its own

Each dies with the one before it, and with process 1 dies everything. The kernel cannot so much as name
another process.

On the status descriptor goes a JSON object per line: what was put up, by whom, or why it was not. It is
closed before a line of the notebook runs. The document on descriptor 1 is the listener's.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NoReturn

from grader.worker.inside.confine import identity, namespaces
from grader.worker.inside.confine.libc import library, reason
from grader.worker.inside.layers import NOT_NEEDED, STANDS, Layer

from . import kernel, listen, room, walls
from .plan import CONNECTION, Plan

NAMESPACES: Final = (
    Layer.USER_NAMESPACE,
    Layer.PID_NAMESPACE,
    Layer.NET_NAMESPACE,
    Layer.IPC_NAMESPACE,
    Layer.UTS_NAMESPACE,
    Layer.MOUNT_NAMESPACE,
)
_NEW_PID, _NEW_MOUNTS = 0x20000000, 0x00020000
_FAILED: Final = 70


def main(status: int) -> NoReturn:
    """Run the notebook that the plan on the standard input describes."""
    status = _low(status)
    plan = Plan(**json.load(sys.stdin.buffer))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    identity.die_with_parent(plan.parent)
    library()  # while it can be opened
    missing = {
        layer: state
        for layer, state in namespaces.enter(NAMESPACES).items()
        if state not in (STANDS, NOT_NEEDED)
    }
    if missing:
        say(status, error="; ".join(f"{layer}: {state}" for layer, state in missing.items()))
        os._exit(_FAILED)
    child = os.fork()
    if child == 0:
        _become("room", status, lambda status: _process_1(plan, status))
    os.close(status)
    os.close(1)
    _, outcome = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(outcome) & 0xFF)


def _low(descriptor: int) -> int:
    """The same on the lowest free number, below which all can be closed."""
    low = os.dup(descriptor)
    os.close(descriptor)
    return low


def say(status: int, **message: Any) -> None:
    """Tell the judge how the walls stand."""
    os.write(status, json.dumps(message).encode() + b"\n")


def _become(who: str, status: int, prepare: Callable[[int], Callable[[], object]]) -> NoReturn:
    """Put up the walls, tell the judge, and only then do what this process is for."""
    try:
        try:
            run = prepare(status)
        except OSError as error:
            say(status, error=f"{who}: {reason(error)}")
            raise
        run()
    except BaseException:  # noqa: BLE001 - nothing may run on into what this process was forked from
        traceback.print_exc()
    finally:
        os._exit(_FAILED)


def _process_1(plan: Plan, status: int) -> Callable[[], object]:
    identity.die_with_parent(None)
    room.build(plan)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)  # that of the room
    _write_connection(plan)
    news, its_news = os.pipe()
    listener = os.fork()
    if listener == 0:
        _become("listener", status, lambda status: _listener(plan, status, news))
    namespaces.unshare(_NEW_PID)
    its_kernel = os.fork()
    if its_kernel == 0:
        _become("kernel", status, lambda status: _kernel(plan, status))
    os.close(news)
    say(status, stands="room")
    os.close(status)
    return lambda: _wait(listener, its_kernel, its_news)


def _listener(plan: Plan, status: int, news: int) -> Callable[[], object]:
    walls.keep_only({0: 0, 1: 1, 2: 2, 3: news, 4: status})
    walls.put_up(plan, listener=True, parent=1)
    say(4, stands="listener")
    os.close(4)
    return lambda: listen.main(plan, news=3)


def _kernel(plan: Plan, status: int) -> Callable[[], object]:
    namespaces.unshare(_NEW_MOUNTS)
    room.mount_proc()
    walls.keep_only({0: 0, 1: 0, 2: 2, 3: status})
    walls.put_up(plan, listener=False, parent=None)
    say(3, stands="kernel")
    os.close(3)
    os.dup2(0, 2)
    return lambda: kernel.main(plan)


def _write_connection(plan: Plan) -> None:
    """Where kernel and listener meet: Unix sockets in the room."""
    channels = ("shell", "iopub", "stdin", "control", "hb")
    table: dict[str, int | str] = {f"{name}_port": number for number, name in enumerate(channels, start=1)}
    table |= {"transport": "ipc", "ip": f"{os.path.dirname(CONNECTION)}/channel"}
    table |= {"key": plan.key, "signature_scheme": "hmac-sha256"}
    with open(CONNECTION, "w", encoding="ascii") as stream:
        json.dump(table, stream)
    if os.geteuid() == 0:
        os.chown(CONNECTION, plan.uid, plan.uid)


def _wait(listener: int, its_kernel: int, its_news: int) -> NoReturn:
    """Tell the listener when the kernel ends, and end with the listener."""
    while True:
        pid, outcome = os.wait()
        if pid == its_kernel:
            with suppress(OSError):  # nobody listens any more
                os.write(its_news, str(os.waitstatus_to_exitcode(outcome)).encode())
            os.close(its_news)
        elif pid == listener:
            os._exit(0 if os.waitstatus_to_exitcode(outcome) == 0 else _FAILED)
