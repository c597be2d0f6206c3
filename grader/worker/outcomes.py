"""How a request to a worker can fail, and whose fault that is.

::

    StudentFault               the submission's doing; what it costs is the rubric's business
    ├── StudentError           its code raised; the worker lives on
    ├── MemoryExceeded         its memory ran out; the worker may live on
    ├── Timeout                it used up its time; the worker is dead
    └── Crash                  its process ended by itself; the worker is dead
        └── ProtocolViolation  it sent something else than an answer; the worker was killed
    WorkerFault (a GraderFault)    ours: nothing can be said about the submission
    └── ConfinementTooWeak         the machine cannot confine as was required
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Literal

from grader.errors import GraderFault


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of the submission in a traceback."""

    path: str
    line: int
    function: str
    text: str
    """The line itself."""
    provided: bool
    """Whether the file is the assignment's own copy, not the student's."""

    def __str__(self) -> str:
        """As Python shows it."""
        return f'File "{self.path}", line {self.line}, in {self.function}\n  {self.text}'


@dataclass(frozen=True, slots=True)
class Usage:
    """What a worker used over its life."""

    cpu_seconds: float
    wall_seconds: float
    max_rss_mib: float
    status: int
    """Exit code, or minus the signal; -9 when the judge ended it, which is the usual way."""
    output: str
    """The beginning of what was printed, made readable."""


class StudentFault(Exception):
    """The submission did this."""

    alive: bool = False
    """Whether the worker can go on."""


class StudentError(StudentFault):
    """The student's code raised an exception.

    Parameters
    ----------
    type_name : str
        ``ValueError``.
    message : str
        What the exception says.
    frames : tuple of Frame
        Only lines of the submission and of provided files, outermost first.
    missing_module : str, optional
        What could not be imported, if that was it.
    """

    alive = True

    def __init__(
        self, type_name: str, message: str, frames: tuple[Frame, ...], missing_module: str | None = None
    ) -> None:
        super().__init__(f"{type_name}: {message}" if message else type_name)
        self.type_name = type_name
        self.message = message
        self.frames = frames
        self.missing_module = missing_module


class MemoryExceeded(StudentFault):
    """The submission asked for more memory than it may have."""

    def __init__(self, memory_mib: int, frames: tuple[Frame, ...] = (), *, alive: bool) -> None:
        super().__init__(f"needs more than {memory_mib} MiB of memory")
        self.frames = frames
        self.alive = alive


class Timeout(StudentFault):
    """The submission did not answer in time.

    Parameters
    ----------
    clock : {"wall", "cpu"}
        Which limit it reached.
    seconds : float
        The limit.
    """

    def __init__(self, clock: Literal["wall", "cpu"], seconds: float) -> None:
        super().__init__(f"no answer after {seconds:g} s{' of computing' if clock == 'cpu' else ''}")
        self.clock = clock
        self.seconds = seconds


class Crash(StudentFault):
    """The submission's process ended, by a signal or by its own will."""

    def __init__(self, status: int | None, detail: str = "") -> None:
        super().__init__(detail or _ending(status))
        self.status = status


class ProtocolViolation(Crash):
    """The worker sent bytes that are no answer: an accident is not possible here."""

    def __init__(self, detail: str) -> None:
        super().__init__(None, f"the submission's process sent something else than an answer: {detail}")


class WorkerFault(GraderFault):
    """The worker could not do its part, and the submission is not to blame."""


class ConfinementTooWeak(WorkerFault):
    """The machine cannot confine submissions as well as was required."""


def _ending(status: int | None) -> str:
    if status is None:
        return "the submission's process ended"
    if status < 0:
        name = signal.Signals(-status).name if -status in {*signal.Signals} else str(-status)
        return f"the submission's process was ended by {name}"
    return f"the submission's process ended itself with exit code {status}"
