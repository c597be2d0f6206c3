"""What a call into a subject can end in, other than a value.

::

    SubjectError              the submission did not give a value
    ├── Missing               the function is not there, or still the stub
    ├── Crashed               its code raised an exception or killed its process
    ├── TimedOut
    ├── OutOfMemory
    └── BadOutput             it returned something that is no array, number or dict of these

The message is for the instructor; ``safe`` is what the student may read, which holds nothing of a
hidden check's inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from grader.model import Frame, Outcome


@dataclass(frozen=True, slots=True)
class Observed:
    """What happened during a check beside the values."""

    warnings: tuple[str, ...] = ()
    output: str = ""


class SubjectError(Exception):
    """Base of everything that a submission can do instead of returning a value."""

    outcome: ClassVar[Outcome] = Outcome.CRASH

    def __init__(self, message: str, safe: str | None = None) -> None:
        super().__init__(message)
        self.safe = message if safe is None else safe


class Missing(SubjectError):
    """The function is absent, is still the stub of the hand-out, or gives only None."""

    outcome = Outcome.MISSING


class Crashed(SubjectError):
    """The submission's code raised an exception, or its process died.

    Parameters
    ----------
    message, safe : str
    trace : tuple of Frame
        The submission's own lines that the exception passed through, outermost first.
    """

    outcome = Outcome.CRASH

    def __init__(self, message: str, safe: str | None = None, trace: tuple[Frame, ...] = ()) -> None:
        super().__init__(message, safe)
        self.trace = trace


class TimedOut(SubjectError):
    """The time limit ran out."""

    outcome = Outcome.TIMEOUT


class OutOfMemory(SubjectError):
    """The memory limit was reached."""

    outcome = Outcome.MEMORY


class BadOutput(SubjectError):
    """What came back is not of the kind that the interface asks for."""

    outcome = Outcome.BAD_OUTPUT
