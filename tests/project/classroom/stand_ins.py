"""What stands in for a judge's task in the tests. It is loaded by name in other processes."""

from __future__ import annotations

import os
import signal
import time

from grader.classroom.documents import file_names
from grader.classroom.judge import Answer, Job, Settings, without_points
from grader.classroom.results import Standing, shown
from grader.errors import AssignmentError


def full_marks(settings: Settings, job: Job) -> Answer:
    """Everything is right; a hand-in that is known has not changed."""
    fingerprint = f"{settings.key}-{job.path.read_text()}"
    if job.known == fingerprint:
        return Answer(None)
    standing = Standing(name=job.name, hand_in=shown(job.path), status="graded", fingerprint=fingerprint)
    return Answer(standing, {name: job.name.encode() for name in file_names(settings.formats)})


def where(settings: Settings, job: Job) -> Answer:
    """The process and the cores it may use, in the place of a problem."""
    time.sleep(0.3)  # so that one process cannot take all
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return without_points(job, "not graded", f"{os.getpid()} {cores} {os.environ['OPENBLAS_NUM_THREADS']}")


def killing(settings: Settings, job: Job) -> Answer:
    """The hand-in called ``killer`` ends its judge's process."""
    if job.name.startswith("killer"):
        time.sleep(0.2)
        os._exit(1)
    time.sleep(0.1)
    return full_marks(settings, job)


def without_suite(settings: Settings, job: Job) -> Answer:
    """No judge can be had."""
    raise AssignmentError("the checks cannot be collected", file="suite.py", line=3)


def deaf(settings: Settings, job: Job) -> Answer:
    """One that does not hear that it shall end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    job.path.with_suffix(".deaf").touch()
    return sleeping(settings, job)


def sleeping(settings: Settings, job: Job) -> Answer:
    """One that takes its time."""
    time.sleep(600)
    raise AssertionError
