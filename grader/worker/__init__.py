"""Running submissions where they can do no harm, and talking to them in plain data.

`ForkServer` makes workers, `Worker` is one; `Bundle` is what it gets, `Limits` what it may use.
What comes back is values and handles, or one of the failures of `grader.worker.outcomes`.
"""

from grader.worker.bundle import STUBS, Bundle, Module
from grader.worker.client import Worker
from grader.worker.confinement import Confinement, Level, Wall
from grader.worker.inside.layers import Layer
from grader.worker.inside.values import Handle, Unsupported
from grader.worker.limits import Limits
from grader.worker.outcomes import (
    ConfinementTooWeak,
    Crash,
    Frame,
    MemoryExceeded,
    ProtocolViolation,
    StudentError,
    StudentFault,
    Timeout,
    Usage,
    WorkerFault,
)
from grader.worker.requests import CallOptions, Exported, Nudges, Place, Returned, Values
from grader.worker.reverse import Refusal, ReverseCall, ServeCaps
from grader.worker.server import ForkServer

__all__ = [
    "STUBS",
    "Bundle",
    "CallOptions",
    "Confinement",
    "ConfinementTooWeak",
    "Crash",
    "Exported",
    "ForkServer",
    "Frame",
    "Handle",
    "Layer",
    "Level",
    "Limits",
    "MemoryExceeded",
    "Module",
    "Nudges",
    "Place",
    "ProtocolViolation",
    "Refusal",
    "Returned",
    "ReverseCall",
    "ServeCaps",
    "StudentError",
    "StudentFault",
    "Timeout",
    "Unsupported",
    "Usage",
    "Values",
    "Wall",
    "Worker",
    "WorkerFault",
]
