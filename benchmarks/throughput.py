"""What grading costs: ``python benchmarks/throughput.py``.

Prints submissions per second with one and with two judges, for a trivial hand-in (one check of one
function) and for a complete one (the whole suite); the time of each stage; and what isolation costs: the
same checks on the same code, once in workers and once in one process without any.

``--also PATH`` adds a hand-in of your own to the complete ones, for example one that is written in loops.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import wait
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import reference
from grader.assignment import Assignment, load_assignment
from grader.audit import Candidate
from grader.authoring.drafts import Variant
from grader.authoring.template import build_template, write_template
from grader.classroom.documents import documents
from grader.classroom.executors import LocalJudges, available_cores
from grader.classroom.judge import Judge, Settings
from grader.grading import grade
from grader.pipeline import Grader, Options, fork_server, suite_folders
from grader.resources import assignment_folder
from grader.subject.remembered import Remembered
from grader.submission.assemble import HandOut
from grader.submission.handout import hand_out
from grader.submission.read import Reader, read_submission
from grader.submitted import worker_limits
from grader.suite.session import Suite, with_suite
from grader.worker import ForkServer

ASSIGNMENT = "cs231n_a2"
TRIVIAL = "hidden.affine.forward_single_example"
SOURCE = """import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)
"""
SEED = "benchmark"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="per throughput measurement")
    parser.add_argument("--repeats", type=int, default=5, help="of the overhead measurement")
    parser.add_argument("--also", type=Path, action="append", default=[], metavar="PATH")
    arguments = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        trivial, complete = hand_ins(Path(folder))
        named = {"complete": complete, **{path.name: path for path in arguments.also}}
        console.print(throughput(trivial, named, arguments.seconds))
        assignment = load_assignment(assignment_folder(ASSIGNMENT))
        with_suite(
            suite_folders(assignment, Options(seed=SEED)),
            lambda suite: details(console, suite, assignment, named, arguments.repeats),
        )


def hand_ins(folder: Path) -> tuple[Path, Path]:
    """A trivial and a complete hand-in."""
    trivial = folder / "trivial" / "cs231n"
    trivial.mkdir(parents=True)
    (trivial / "layers.py").write_text(SOURCE)
    write_template(build_template(ASSIGNMENT, Variant.SOLVED), folder / "complete")
    return trivial.parent, folder / "complete"


# Submissions per second ---------------------------------------------------------------------------------


def throughput(trivial: Path, complete: Mapping[str, Path], seconds: float) -> Table:
    """Submissions per second, and the processor time of one, workers included."""
    table = Table(title=f"Throughput on {len(available_cores())} cores")
    table.add_column("hand-in")
    for title in ("judges", "submissions per second", "CPU seconds each", "points"):
        table.add_column(title, justify="right")
    one_check, all_checks = Options(seed=SEED, checks=(TRIVIAL,)), Options(seed=SEED)
    cases = [("trivial: one check of one function", trivial, one_check)]
    cases += [(f"{name}: the whole suite", path, all_checks) for name, path in complete.items()]
    for name, path, options in cases:
        for judges in (1, 2):
            rate, cpu, points = rates(path, options, judges, seconds)
            table.add_row(name, str(judges), f"{rate:.2f}", f"{cpu:.3f}", points)
    return table


def rates(path: Path, options: Options, judges: int, seconds: float) -> tuple[float, float, str]:
    """Submissions per second of all judges together, CPU seconds per submission, and the points."""
    settings = Settings(assignment_folder(ASSIGNMENT), options, key="")
    with LocalJudges(judges) as executor:
        shifts = [executor.submit(shift, settings, path, seconds) for _ in range(judges)]
        wait(shifts)
        results = [future.result() for future in shifts]
    number = sum(done for done, _, _, _ in results)
    rate = sum(done / wall for done, wall, _, _ in results)
    return rate, sum(cpu for _, _, cpu, _ in results) / number, results[0][3]


def shift(settings: Settings, path: Path, seconds: float) -> tuple[int, float, float, str]:
    """Grade the same hand-in again and again; number, wall time, processor time, points."""
    judge = Judge(settings)
    report = judge.grader.grade(path)  # expected values are worked out once per run
    before = own_cpu()
    done, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        documents(judge.grader.grade(path), ())
        done += 1
    wall, own = time.perf_counter() - begin, own_cpu() - before
    judge.close()
    # The workers' share is known when their server has ended; one of them belongs to the first round.
    workers = children_cpu() * done / (done + 1)
    return done, wall, own + workers, f"{report.earned:g} / {report.maximum:g}"


def own_cpu() -> float:
    """Processor time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def children_cpu() -> float:
    """Processor time of everything that has ended below this process."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


# Stages and isolation -----------------------------------------------------------------------------------


def details(
    console: Console, suite: Suite, assignment: Assignment, complete: Mapping[str, Path], repeats: int
) -> None:
    """The two tables that one process can measure, pinned to a core as a judge is."""
    with on_one_core(), fork_server(assignment, Options(seed=SEED)) as server:
        grader = Grader(assignment, suite, server, Options(seed=SEED))
        console.print(stages(grader, assignment, server, complete))
        console.print(isolation(grader, suite, assignment, complete["complete"], repeats))


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process and what it starts on one core."""
    before = available_cores()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, before[:1])
    yield
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, before)


def stages(grader: Grader, assignment: Assignment, server: ForkServer, complete: Mapping[str, Path]) -> Table:
    """Where the time of one submission goes."""
    table = Table(title="Stages, in milliseconds (one judge, one core)")
    table.add_column("hand-in")
    for title in ("read and plan", "checks", "score and diagnose", "documents"):
        table.add_column(title, justify="right")
    given = {edition: hand_out(assignment, edition) for edition in assignment.editions}
    for name, path in complete.items():
        grader.grade(path)
        reading = milliseconds(lambda: read(path, assignment, server, given))  # noqa: B023
        begin = time.perf_counter()
        report = grader.grade(path)
        whole = 1e3 * (time.perf_counter() - begin)
        checks = 1e3 * sum(check.seconds for check in report.checks)
        writing = milliseconds(lambda: documents(report, ()))  # noqa: B023
        figures = (reading, checks, whole - reading - checks, writing)
        table.add_row(name, *(f"{figure:.1f}" for figure in figures))
    return table


def read(path: Path, assignment: Assignment, server: ForkServer, given: Mapping[str, HandOut]) -> None:
    """Read a hand-in in a worker of its own."""
    with closing(Reader(server, worker_limits(assignment))) as reader:
        read_submission(path, assignment, reader, given.__getitem__)


def isolation(grader: Grader, suite: Suite, assignment: Assignment, complete: Path, repeats: int) -> Table:
    """The time of the checks of complete code in workers, and in this process without any."""
    remembered = Remembered(reference)
    candidate = Candidate(assignment.interface, imported(complete, assignment))

    def without_isolation() -> dict[str, float]:
        with np.errstate(all="ignore"):
            results = grade(
                suite, candidate, graded=assignment.graded("handout"), seed=SEED, reference=remembered
            )
        assert all(result.outcome == "PASS" for result in results)
        return {result.id: result.seconds for result in results}

    def isolated() -> dict[str, float]:
        return {check.id: check.seconds for check in grader.grade(complete).checks}

    inside, outside = by_check(without_isolation, repeats), by_check(isolated, repeats)
    table = Table(title="Isolation: the same checks on the same code (one core, medians)")
    table.add_column("checks")
    for title in ("number", "one process, ms", "isolated, ms", "overhead"):
        table.add_column(title, justify="right")
    groups = {
        "all": inside.keys(),
        "under 1 ms each": [check for check in inside if inside[check] < 1e-3],
        "1 to 10 ms each": [check for check in inside if 1e-3 <= inside[check] < 1e-2],
        "over 10 ms each": [check for check in inside if inside[check] >= 1e-2],
    }
    for name, checks in groups.items():
        bare, walled = sum(inside[check] for check in checks), sum(outside[check] for check in checks)
        overhead = f"{100 * (walled / bare - 1):+.0f} %" if bare else ""
        table.add_row(name, str(len(checks)), f"{1e3 * bare:.0f}", f"{1e3 * walled:.0f}", overhead)
    return table


def imported(folder: Path, assignment: Assignment) -> dict[str, Any]:
    """The functions and classes of a hand-in, imported here: only for one that is our own."""
    sys.path.insert(0, str(folder))
    try:
        members = {**assignment.interface.functions, **assignment.interface.classes}
        modules = {
            name: importlib.import_module(f"{assignment.package}.{member.module}")
            for name, member in members.items()
        }
    finally:
        sys.path.remove(str(folder))
    return {name: getattr(module, name) for name, module in modules.items()}


def by_check(run: Callable[[], Mapping[str, float]], repeats: int) -> dict[str, float]:
    """The median time of each check, after a first round that works out the expected values."""
    run()
    rounds = [run() for _ in range(repeats)]
    return {check: statistics.median(times[check] for times in rounds) for check in rounds[0]}


def milliseconds(action: Callable[[], object], count: int = 5) -> float:
    """The median time of ``action``."""
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3


if __name__ == "__main__":
    main()
