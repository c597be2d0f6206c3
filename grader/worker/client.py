"""A worker, as the judge holds it: it is asked, it answers or fails, it is closed.

::

    with ForkServer() as server, server.open(Bundle((Module("hw.layers", "hw/layers.py", code),))) as worker:
        worker.import_module("hw.layers")
        options = CallOptions(result=("value", "handle"))
        out, cache = worker.call(Place("hw.layers").attribute("affine_forward"), x, w, b, options=options).value
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, NoReturn, Self

from grader.worker import answers
from grader.worker.clock import Expired, Stopwatch, cpu_clock
from grader.worker.conversation import Conversation
from grader.worker.engine import Engine, Ending, Process
from grader.worker.inside.channel import Closed
from grader.worker.inside.values import Handle, Value
from grader.worker.inside.wire import Malformed, Unencodable
from grader.worker.limits import Limits
from grader.worker.outcomes import Crash, MemoryExceeded, ProtocolViolation, StudentFault, Timeout, Usage, WorkerFault
from grader.worker.probe import run_probe
from grader.worker.requests import CallOptions, Exported, Place, Points, Returned, Wanted
from grader.worker.spawning import memory_watch
