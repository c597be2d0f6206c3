"""What a notebook may use: each limit is reached, said to be, and does no harm to what comes after."""

# ruff: noqa: E501 - one cell per entry

from __future__ import annotations

import pytest

from .conftest import Run, errors


@pytest.fixture(scope="module")
def greedy(run: Run) -> dict[str, str]:
    """The error of each of these cells, which follow each other in one kernel; empty where there is none."""
    cells = {
        "a loop": "while True: pass",
        "after the loop": "assert 1 + 1 == 2",
        "a hog": "import numpy as np\nhog = []\nwhile True: hog.append(np.empty(1 << 24, np.uint8))",
        "after the hog": "hog = None\nassert bytearray(1 << 24)",
        "a large array": "np.ones((1 << 30,))",
        "threads": "import threading, time\nthreading.stack_size(1 << 16)\nstarted = []\n"
        "while len(started) < 2000:\n"
        "    started.append(threading.Thread(target=time.sleep, args=(1,)))\n    started[-1].start()",
        "after the threads": "assert len(started) < 400\n[each.join() for each in started[:-1]]\nassert 1 + 1 == 2",
        "a large file": "with open('large', 'wb') as stream:\n    while True: stream.write(bytes(1 << 20))",
        "after the file": "import os\nassert os.path.getsize('large') < 10 << 20\nos.remove('large')",
        "many files": "for number in range(100_000): open(f'file{number}', 'w').close()",
        "descriptors": "held = []\nwhile True: held.append(open('/dev/null'))",
        "after the descriptors": "held = None\nassert open('/dev/null').read() == ''",
        "recursion": "def f(): f()\nf()",
        "a question": "input('?')",
        "leave": "import sys\nsys.exit(0)",
        "after all": "assert 1 + 1 == 2",
    }
    outcome = run(*cells.values(), cell_seconds=4.0)
    found = errors(outcome)
    assert outcome.document is not None
    assert (outcome.document.ended, outcome.document.ran) == ("", len(cells))
    return {name: found.get(place, "") for place, name in enumerate(cells)}


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("a loop", "TimeoutError"),
        ("a hog", "MemoryError"),
        ("a large array", "MemoryError"),
        ("threads", "RuntimeError"),
        ("a large file", "OSError"),
        ("many files", "OSError"),
        ("descriptors", "OSError"),
        ("recursion", "RecursionError"),
        ("a question", "StdinNotImplementedError"),
    ],
)
def test_a_limit_fails_the_cell_that_reaches_it(greedy: dict[str, str], cell: str, error: str) -> None:
    assert greedy[cell] == error


def test_cells_after_it_run(greedy: dict[str, str]) -> None:
    assert {name: error for name, error in greedy.items() if name.startswith("after") and error} == {}


def test_a_notebook_has_a_time_for_all_its_cells(run: Run) -> None:
    outcome = run(
        "1", "import time\ntime.sleep(2)", "time.sleep(60)", "3", cell_seconds=10.0, notebook_seconds=4.0
    )
    assert outcome.document is not None
    assert (outcome.document.ended, outcome.document.ran, outcome.document.failures) == ("time", 2, ())
    assert outcome.seconds < 15


def test_a_cell_that_cannot_be_interrupted_ends_the_notebook(run: Run) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    outcome = run("1", stubborn, "3", cell_seconds=1.0)
    assert outcome.document is not None
    assert (outcome.document.ended, outcome.document.ran) == ("stuck", 1)
    assert errors(outcome) == {1: "TimeoutError"}


def test_printing_without_end_ends_the_notebook(run: Run) -> None:
    outcome = run("1", "import time\nwhile True: print('x' * 100_000), time.sleep(0.01)", "3")
    assert outcome.document is not None
    assert (outcome.document.ended, outcome.document.ran) == ("printed", 1)


@pytest.mark.slow
def test_printing_faster_than_anybody_listens_does_no_harm(run: Run) -> None:
    outcome = run("1", "while True: print('x' * 100)", "3", cell_seconds=5.0)
    assert outcome.document is not None
    assert outcome.document.ended in ("printed", "")
    assert outcome.document.ended or errors(outcome) == {1: "TimeoutError"}
    assert outcome.seconds < 40


@pytest.mark.parametrize(
    ("cell", "status"),
    [("import os\nos._exit(3)", "3"), ("import ctypes\nctypes.string_at(0)", "-11")],
    ids=["leaves", "crashes"],
)
def test_a_kernel_that_ends_is_noticed(run: Run, cell: str, status: str) -> None:
    outcome = run("1", cell, "3")
    assert outcome.document is not None
    assert (outcome.document.ended, outcome.document.kernel, outcome.document.ran) == ("kernel", status, 1)
