"""A hand-in as something that checks can call: its functions in workers, with or without layers of ours."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from grader.arms import PRELUDE, arm_bundle
from grader.assignment import Assignment
from grader.followthrough import CAPS, followthrough_bundle, serve
from grader.subject.remote import Arm, RemoteSubject
from grader.submission.read import Submission
from grader.worker import ForkServer, Limits, StudentFault, Worker


def submitted(
    assignment: Assignment, submission: Submission, server: ForkServer, first: Worker | None = None
) -> RemoteSubject:
    """The functions of a hand-in, as they were handed in. No worker is opened yet.

    Parameters
    ----------
    assignment : Assignment
    submission : Submission
    server : ForkServer
        Of its workers.
    first : Worker, optional
        The worker that has read the hand-in is the first to run it.
    """
    spare = [first] if first is not None else []

    def open_worker(arm: Arm) -> Worker:
        files = arm_bundle(
            submission.program,
            assignment.package,
            arm,
            seed=_stream_of(submission),
            compatible=assignment.compatibility,
        )
        if spare:
            worker = spare.pop()
            try:
                worker.load(files)
            except StudentFault:
                worker.close()
            else:
                return worker
        return server.open(files, worker_limits(assignment))

    return _remote(assignment, submission, open_worker)


def on_trusted_layers(assignment: Assignment, submission: Submission, server: ForkServer) -> RemoteSubject:
    """The nets of a hand-in, on layers that the judge computes. No worker is opened yet."""
    interface = assignment.interface
    dropout = assignment.editions[submission.edition].dropout

    def open_worker(arm: Arm) -> Worker:
        files = followthrough_bundle(
            submission.program,
            assignment.package,
            interface,
            seed=_stream_of(submission),
            compatible=assignment.compatibility,
        )
        return server.open(files, worker_limits(assignment), serve=serve(interface, dropout), serve_caps=CAPS)

    return _remote(assignment, submission, open_worker)


def worker_limits(assignment: Assignment) -> Limits:
    """The assignment's limits as a worker's."""
    limits = assignment.limits
    return Limits(
        wall_seconds=limits.wall_seconds,
        cpu_seconds=limits.wall_seconds,
        memory_mib=limits.memory_mib,
        output_bytes=limits.output_kib * 1024,
        life_cpu_seconds=int(limits.cpu_seconds),
    )


def _remote(
    assignment: Assignment, submission: Submission, open_worker: Callable[[Arm], Worker]
) -> RemoteSubject:
    return RemoteSubject(
        assignment.interface,
        open_worker,
        package=assignment.package,
        missing=submission.program.missing,
        signatures=submission.signatures,
        dropout=assignment.editions[submission.edition].dropout,
        limits=worker_limits(assignment),
        sources={
            module.path: module.code.decode("utf-8", "replace").splitlines()
            for module in submission.program.student
        },
        prelude=PRELUDE if assignment.compatibility else None,
    )


def _stream_of(submission: Submission) -> int:
    """Where the submission's own random streams start: repeatable within a run, and no secret."""
    return int.from_bytes(hashlib.blake2b(os.fsencode(submission.name), digest_size=4).digest(), "big")
