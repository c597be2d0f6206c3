"""The judges' processes: on cores of their own, replaced when they die, ended when they are told."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import pytest
from classroom import stand_ins

from grader.classroom.batch import grade_class
from grader.classroom.executors import LocalJudges, available_cores, placement
from grader.classroom.judge import Job


def test_judges_get_cores_of_their_own():
    cores = (2, 3, 5, 7)
    for judges in (2, 3, 4):
        found = placement(judges, cores)
        assert len(set(found)) == judges
        assert set(found) <= {*cores}
    assert len({tuple(placement(2, cores)) for _ in range(200)}) > 6, "not always the same ones"


@pytest.mark.parametrize("judges", [1, 5])
def test_a_lone_judge_and_too_many_are_left_to_the_kernel(judges):
    assert placement(judges, (2, 3, 5, 7)) == [None] * judges


def test_processes_are_placed_and_compute_with_one_thread(students, settings, results):
    class_ = students("alice", "bob", "carol", "dora")
    standings = grade_class(class_, settings, results, judges=2, task=stand_ins.where)
    said = [standing.problem.split(" ", 1) for standing in standings]
    assert os.getpid() not in {int(pid) for pid, _ in said}
    assert len({pid for pid, _ in said}) == 2
    assert all(rest.endswith("] 1") for _, rest in said)
    if len(available_cores()) >= 2 and hasattr(os, "sched_getaffinity"):
        assert len({rest for _, rest in said}) == 2
        assert all("," not in rest for _, rest in said)


def test_a_judge_that_dies_takes_one_hand_in_with_it(students, settings, results):
    names = ("alice", "bob", "killer", "carol", "dora")
    standings = grade_class(students(*names), settings, results, judges=2, task=stand_ins.killing)
    assert {standing.name: standing.status for standing in standings} == {
        **dict.fromkeys(names, "graded"),
        "killer": "not graded",
    }


def test_abandoned_judges_end_at_once(students, settings):
    (alice,) = students("alice")
    before = {*multiprocessing.active_children()}
    begin = time.monotonic()
    with LocalJudges(1) as judges:
        future = judges.submit(stand_ins.sleeping, settings, Job(alice.name, alice.path))
        (process,) = {*multiprocessing.active_children()} - before
        time.sleep(0.5)
        judges.abandon()
    assert time.monotonic() - begin < 30
    assert not process.is_alive()
    assert future.exception() is not None


def test_a_judge_that_does_not_hear_is_killed(students, settings):
    (alice,) = students("alice")
    before = {*multiprocessing.active_children()}
    with LocalJudges(1) as judges:
        judges.submit(stand_ins.deaf, settings, Job(alice.name, alice.path))
        (process,) = {*multiprocessing.active_children()} - before
        deadline = time.monotonic() + 60
        while not alice.path.with_suffix(".deaf").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        judges.abandon(grace_seconds=0.5)
    assert not process.is_alive()
    assert process.exitcode == -signal.SIGKILL
