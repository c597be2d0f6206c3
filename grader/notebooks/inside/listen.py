"""Drives the kernel with nbclient, cell by cell, and tells the judge in one document what came of it.

The kernel is hostile: it may send anything. So this process is confined like the kernel, keeps no
outputs, takes no message larger than `_LARGEST`, and whatever goes wrong is the end of the notebook.
What it writes is one JSON object of bounded size, see `grader.notebooks.process`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from typing import Any, Final, NoReturn

from .kernel import enter_python
from .plan import CONNECTION, Plan
from .progress import Ended, News, Progress

_LARGEST: Final = 32 << 20
_QUEUE: Final = 64
_START_SECONDS: Final = 60
_GRACE_SECONDS: Final = 5


def main(plan: Plan, news: int) -> NoReturn:
    """Run the cells, write the document, and end.

    Parameters
    ----------
    plan : Plan
    news : int
        The descriptor that tells how the kernel ended.
    """
    enter_python(plan.folders)
    logging.disable()  # what it says of the kernel's messages is for nobody
    kernel = News(news)
    progress = Progress(plan.printed_bytes)
    ended: Ended | None = None
    try:
        asyncio.run(_drive(plan, progress, kernel))
    except Ended as error:
        ended = error
    document = json.dumps(progress.document(ended, kernel.status or "")).encode("ascii")
    while document:
        document = document[os.write(1, document) :]
    os._exit(0)  # threads of Jupyter's may still wait for the kernel


async def _drive(plan: Plan, progress: Progress, news: News) -> None:
    client = _client(plan, progress, news)
    try:
        async with client.async_setup_kernel():
            await _run_cells(client, plan, progress)
    except Ended:
        raise
    except Exception as error:
        if progress.printed_too_much:
            raise Ended("printed") from error
        if news.status is not None:
            raise Ended("kernel") from error
        raise Ended("nonsense", f"{type(error).__name__}: {error}") from error


async def _run_cells(client: Any, plan: Plan, progress: Progress) -> None:
    from nbclient.exceptions import CellTimeoutError

    deadline = time.monotonic() + plan.notebook_seconds
    for place, cell in enumerate(client.nb.cells):
        left = deadline - time.monotonic()
        if left <= 0:
            raise Ended("time")
        client.timeout_func = lambda _, left=left: min(left, plan.cell_seconds)
        try:
            await client.async_execute_cell(cell, place)
        except CellTimeoutError as error:
            if left <= plan.cell_seconds:
                raise Ended("time") from error
            progress.fails(place, "TimeoutError", f"not done after {plan.cell_seconds:g} s")
            await _interrupt(client)
        progress.ran = place + 1


async def _interrupt(client: Any) -> None:
    """Break off what the kernel does, and see that it is ready for more."""
    channel = client.kc.control_channel
    channel.send(client.kc.session.msg("interrupt_request", {}))
    try:
        await client.kc.kernel_info(reply=True, timeout=_GRACE_SECONDS)
    except TimeoutError as error:
        raise Ended("stuck") from error


def _client(plan: Plan, progress: Progress, news: News) -> Any:
    """An nbclient for a kernel that somebody else has started.

    The classes are made here because Jupyter is there only now.
    """
    import zmq
    import zmq.asyncio
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbformat import v4

    class Kernel(AsyncKernelManager):
        @property
        def has_kernel(self) -> bool:
            return True

        async def _async_is_alive(self) -> bool:
            return news.status is None

        is_alive = _async_is_alive

    class Client(NotebookClient):
        """Counts what is shown instead of keeping it."""

        def output(self, outs: Any, msg: Any, display_id: Any, cell_index: int) -> None:
            progress.printed(_size(msg["content"]))
            if progress.printed_too_much and self.task_poll_for_reply is not None:
                self.task_poll_for_reply.cancel()  # which nbclient takes for the kernel's end

        def handle_comm_msg(self, outs: Any, msg: Any, cell_index: int) -> None:
            self.output(outs, msg, None, cell_index)

    def note(cell: Any, cell_index: int, execute_reply: Any) -> None:
        content = execute_reply["content"]
        if content["status"] != "ok":
            progress.fails(cell_index, content.get("ename"), content.get("evalue"))

    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, _LARGEST)
    context.setsockopt(zmq.RCVHWM, _QUEUE)
    kernel = Kernel(context=context)
    with open(CONNECTION, encoding="ascii") as stream:
        kernel.load_connection_info(json.load(stream))
    nodes: Any = v4
    notebook = nodes.new_notebook(cells=[nodes.new_code_cell(source) for source in plan.cells])
    return Client(
        notebook,
        km=kernel,
        allow_errors=True,
        startup_timeout=_START_SECONDS,
        store_widget_state=False,
        on_cell_executed=note,
    )


def _size(value: Any) -> int:
    """About how many bytes a message's content takes."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return 64 + sum(_size(item) for item in value.values())
    if isinstance(value, list):
        return 64 + sum(_size(item) for item in value)
    return 8
