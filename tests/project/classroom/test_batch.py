"""Handing out a class: one by one, each kept at once, whatever happens to the others."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest
from classroom import stand_ins

from grader.classroom.batch import grade_class
from grader.classroom.judge import Answer, Job, Settings, without_points
from grader.classroom.results import GRADING, Standing
from grader.errors import AssignmentError


class Inline(Executor):
    """Does everything at once and itself, as an executor of `concurrent.futures` may."""

    def __init__(self, judges: int) -> None:
        self.judges = judges

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **settings))
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks for the result
            future.set_exception(error)
        return future


NAMES = ("alice", "bob", "carol", "dora", "emil")


def test_every_hand_in_is_graded_in_its_place(students, settings, results):
    standings = grade_class(
        students(*NAMES), settings, results, judges=2, executor=Inline, task=stand_ins.full_marks
    )
    assert [standing.name for standing in standings] == [*NAMES]
    assert {standing.status for standing in standings} == {"graded"}
    assert results.standings() == standings
    assert (results.place("alice") / "report.html").read_bytes() == b"alice"


@pytest.mark.parametrize("judges", [1, 2, 3, 99])
def test_no_more_are_out_than_there_are_judges(students, settings, results, judges):
    asked, out, most = [], [0], [0]

    class Counting(ThreadPoolExecutor):
        def __init__(self, judges: int) -> None:
            asked.append(judges)
            super().__init__(judges)

        def submit(self, *arguments: Any) -> Future[Any]:
            out[0] += 1
            most[0] = max(most[0], out[0])
            return super().submit(*arguments)

    def done(*_: object) -> None:
        out[0] -= 1

    grade_class(
        students(*NAMES), settings, results, judges=judges, executor=Counting, task=stand_ins.full_marks,
        listener=done,
    )  # fmt: skip
    assert asked == [min(judges, 5)]
    assert 1 <= most[0] <= judges
    assert out == [0]


def test_an_answer_is_kept_before_the_next_one_comes(students, settings, results):
    kept = []

    def listener(standing: Standing, before: bool) -> None:
        assert (results.place(standing.name) / GRADING).exists()
        assert not before
        kept.append(standing.name)

    def task(settings: Settings, job: Job) -> Answer:
        if job.name == "carol":
            assert kept == ["alice", "bob"]
        return stand_ins.full_marks(settings, job)

    grade_class(students(*NAMES), settings, results, judges=1, executor=Inline, task=task, listener=listener)
    assert kept == [*NAMES]


def test_unchanged_hand_ins_are_not_graded_again(students, settings, results):
    class_ = students(*NAMES)
    first = grade_class(class_, settings, results, judges=1, executor=Inline, task=stand_ins.full_marks)
    class_[1].path.write_text("changed")
    (results.place("carol") / "report.html").unlink()
    told = {}
    second = grade_class(
        class_, settings, results, judges=1, executor=Inline, task=stand_ins.full_marks,
        listener=lambda standing, before: told.__setitem__(standing.name, before),
    )  # fmt: skip
    assert told == {"alice": True, "bob": False, "carol": False, "dora": True, "emil": True}
    assert [one.fingerprint for one in second if one.name != "bob"] == [
        one.fingerprint for one in first if one.name != "bob"
    ]
    assert second[1].fingerprint != first[1].fingerprint


def test_an_interrupted_run_goes_on_where_it_was(students, settings, results):
    def interrupted(settings: Settings, job: Job) -> Answer:
        if job.name == "carol":
            raise KeyboardInterrupt
        return stand_ins.full_marks(settings, job)

    class_ = students(*NAMES)
    with pytest.raises(KeyboardInterrupt):
        grade_class(class_, settings, results, judges=1, executor=Inline, task=interrupted)
    assert [standing.name for standing in results.standings()] == ["alice", "bob"]
    told = []
    grade_class(
        class_, settings, results, judges=1, executor=Inline, task=stand_ins.full_marks,
        listener=lambda standing, before: told.append(before),
    )  # fmt: skip
    assert told == [True, True, False, False, False]


def test_one_without_points_does_not_stop_the_others(students, settings, results):
    def task(settings: Settings, job: Job) -> Answer:
        if job.name == "bob":
            return without_points(job, "unreadable", "no archive")
        return stand_ins.full_marks(settings, job)

    standings = grade_class(students(*NAMES), settings, results, judges=2, executor=Inline, task=task)
    assert [standing.status for standing in standings].count("graded") == 4
    assert (standings[1].status, standings[1].problem) == ("unreadable", "no archive")
    assert [file.name for file in results.place("bob").iterdir()] == [GRADING]


def test_without_any_judge_nothing_is_graded(students, settings, results):
    with pytest.raises(AssignmentError, match="cannot be collected"):
        grade_class(
            students(*NAMES), settings, results, judges=2, executor=Inline, task=stand_ins.without_suite
        )
    assert results.standings() == ()


def test_a_broken_executor_is_replaced_and_the_culprit_found(students, settings, results):
    made, jobs = [], []

    class Fragile(Inline):
        def __init__(self, judges: int) -> None:
            made.append(judges)
            self.broken = False

        def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
            if self.broken:
                raise BrokenExecutor
            jobs.append(arguments[1].name)
            if arguments[1].name == "carol":
                self.broken = True
                future: Future[Any] = Future()
                future.set_exception(BrokenExecutor("a process died"))
                return future
            return super().submit(function, *arguments)

    standings = grade_class(
        students(*NAMES), settings, results, judges=2, executor=Fragile, task=stand_ins.full_marks
    )
    assert [standing.status for standing in standings] == [
        "graded",
        "graded",
        "not graded",
        "graded",
        "graded",
    ]
    assert "process ended" in standings[2].problem
    assert standings[2].fingerprint == "", "so that the next run tries again"
    assert jobs.count("carol") == 2, "once with the others, once alone"
    assert max(jobs.count(name) for name in NAMES if name != "carol") <= 2


def test_an_executor_that_never_works_ends_all_the_same(students, settings, results):
    class Useless(Inline):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            raise BrokenExecutor

    standings = grade_class(
        students(*NAMES), settings, results, judges=2, executor=Useless, task=stand_ins.full_marks
    )
    assert {standing.status for standing in standings} == {"not graded"}
