"""Time, memory, output: what happens at each limit, and that the next worker does not notice."""

# ruff: noqa: E501 - one piece of code per entry

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np
import pytest

from grader.worker import (
    Crash,
    Limits,
    MemoryExceeded,
    Place,
    StudentError,
    StudentFault,
    Timeout,
    Unsupported,
)

F = Place("student").attribute("f")
#: The one that is not meant is far away, because the machine may be busy with something else.
BRIEF = {"wall": Limits(wall_seconds=0.3), "cpu": Limits(wall_seconds=30, cpu_seconds=0.2)}


@pytest.mark.parametrize(
    ("code", "clock"),
    [
        ("def f():\n    while True: pass", "cpu"),
        ("import time\ndef f():\n    time.sleep(60)", "wall"),
        ("import time\ndef f():\n    while True: time.sleep(0.01)", "wall"),
        ("def f():\n    return 10 ** 10 ** 10", "cpu"),
        ("import re\ndef f():\n    return re.match('(a+)+$', 'a' * 64 + 'b')", "cpu"),
        (
            "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
            "cpu",
        ),
        ("import numpy as np\ndef f():\n    a = np.ones((2000, 2000))\n    while True: a @ a", "cpu"),
        (
            (
                "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n"
                "    except (OSError, ValueError): pass\ndef f():\n    while True: pass"
            ),
            "cpu",
        ),
        (
            "class A:\n    def __str__(self):\n        while True: pass\ndef f():\n    raise ValueError(A())",
            "cpu",
        ),
        (
            "class D(list):\n    def __iter__(self):\n        while True: pass\ndef f():\n    return D()",
            "cpu",
        ),
    ],
    ids=["loop", "sleep", "naps", "big number", "regex", "catches all", "blas", "signals", "str", "iter"],
)
def test_too_slow_is_a_timeout_by_the_judges_clocks(lab: Any, code: str, clock: str) -> None:
    with lab.open(code) as worker:
        worker.import_module("student")
        with pytest.raises(Timeout) as caught:
            worker.call(F, limits=BRIEF[clock])
    assert caught.value.clock == clock
    assert not worker.alive
    assert lab.is_well()


def test_an_import_and_a_single_call_have_their_own_time(strongest: Any) -> None:
    with strongest.open("while True: pass", limits=BRIEF["cpu"]) as worker, pytest.raises(Timeout):
        worker.import_module("student")
    sleep = "import time\ndef f(s):\n    time.sleep(s)"
    with strongest.open(sleep) as worker, pytest.raises(Timeout, match=r"no answer after 0\.2 s$"):
        worker.call(F, 5.0, limits=Limits(wall_seconds=0.2))


def test_time_adds_up_over_a_probe_but_not_over_calls(strongest: Any) -> None:
    from grader.worker import Values

    code = "import time\ndef f(x):\n    time.sleep(0.15)\n    return x"
    with strongest.open(code, limits=Limits(wall_seconds=0.4)) as worker:
        for _ in range(4):
            worker.call(F, 1.0)
        with pytest.raises(Timeout):
            worker.probe(F, np.zeros(1), vary=0, points=Values(np.zeros((6, 1))))


def test_the_kernel_ends_what_the_judge_does_not(strongest: Any) -> None:
    code = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\ndef f():\n    while True: pass"
    limits = Limits(wall_seconds=20, cpu_seconds=20, life_cpu_seconds=1)
    with strongest.open(code, limits=limits) as worker, pytest.raises(Timeout) as caught:
        worker.call(F)
    assert (caught.value.clock, caught.value.seconds) == ("cpu", 1)


def test_computing_is_measured_by_the_kernel(strongest: Any) -> None:
    code = """
    import time
    time.time = time.perf_counter = time.process_time = time.monotonic = lambda: 0.0
    def f(n):
        return sum(i * i for i in range(n))
    """
    with strongest.open(code) as worker:
        worker.import_module("student")
        begin = time.monotonic()
        returned = worker.call(F, 1_000_000)
        took = time.monotonic() - begin
        usage = worker.close()
    assert 0.01 < returned.cpu_seconds <= took + 0.01
    assert 0.01 < returned.wall_seconds <= took
    assert usage.cpu_seconds >= returned.cpu_seconds
    assert 20 < usage.max_rss_mib < 200


SMALL = Limits(memory_mib=200)


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\ndef f():\n    return np.ones(10**10)",
        "import numpy as np\ndef f():\n    return np.empty(3 * 10**7).sum()",
        "def f():\n    x = []\n    while True: x.append(bytes(10**6))",
        "def f():\n    return 'x' * 10**9",
        "import numpy as np\ndef f():\n    return np.broadcast_to(0.0, (10**5, 10**5)) + 1",
        "x = {}\ndef f():\n    i = 0\n    while True:\n        x[i] = [i]\n        i += 1",
        "def f():\n    raise MemoryError",
    ],
    ids=["80 GB", "240 MB", "list", "text", "broadcast", "objects", "raised"],
)
def test_too_much_memory_is_its_own_outcome(lab: Any, code: str) -> None:
    with lab.open(code, limits=SMALL) as worker:
        worker.import_module("student")
        with pytest.raises(MemoryExceeded, match="more than 200 MiB") as caught:
            worker.call(F)
        if caught.value.alive:
            assert caught.value.frames[-1].function == "f"
    assert worker.close().max_rss_mib < 300
    assert lab.is_well()


def test_memory_that_is_caught_or_given_back_is_no_failure(strongest: Any) -> None:
    code = """
    import numpy as np
    def f():
        try:
            np.ones(10**10)
        except MemoryError:
            return np.ones(10)
    """
    with strongest.open(code, limits=SMALL) as worker:
        for _ in range(5):
            assert worker.call(F).value.sum() == 10


def test_as_much_memory_as_promised_can_be_used(strongest: Any) -> None:
    code = "import numpy as np\ndef f():\n    return float(np.ones(180 * 2**17).sum())"
    assert strongest.value(code, limits=SMALL) == 180 * 2**17


def test_an_answer_that_is_too_large_is_described(lab: Any) -> None:
    value = lab.value("import numpy as np\ndef f():\n    return np.ones(10**7)")
    assert value == Unsupported("ndarray of 76 MiB, shape (10000000,)")
    value = lab.value("import numpy as np\ndef f():\n    return np.broadcast_to(1.0, (65536, 65536))")
    assert value == Unsupported("ndarray of 32768 MiB, shape (65536, 65536)")


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("import os\ndef f():\n    os._exit(0)", "exit code 0"),
        ("import os\ndef f():\n    os._exit(7)", "exit code 7"),
        ("import ctypes\ndef f():\n    ctypes.string_at(0)", "SIGSEGV"),
        ("import ctypes\ndef f():\n    ctypes.CDLL(None).abort()", "SIG"),
        ("import os\ndef f():\n    os.close(3)", "ended"),
        (
            (
                "import numpy as np\ndef f():\n    np.lib.stride_tricks.as_strided(np.ones(1), (1,), (8,))[0]; "
                "np.lib.stride_tricks.as_strided(np.ones(1), (2**40,), (2**20,)).sum()"
            ),
            "SIGSEGV|SIGBUS",
        ),
    ],
    ids=["exit 0", "exit 7", "null", "abort", "close", "as_strided"],
)
def test_a_process_that_ends_itself_is_a_crash(lab: Any, code: str, detail: str) -> None:
    with lab.open(code) as worker:
        worker.import_module("student")
        with pytest.raises((Crash, StudentError, MemoryExceeded), match=detail):
            worker.call(F)
    assert lab.is_well()


def test_recursion_without_a_limit_is_contained(lab: Any) -> None:
    code = "import sys\nsys.setrecursionlimit(10**9)\ndef f():\n    f()\n"
    with lab.open(code, limits=Limits(memory_mib=40)) as worker, pytest.raises(StudentFault):
        worker.call(F)  # how it ends depends on Python's version
    assert lab.is_well()


@pytest.mark.parametrize(
    "raised", ["SystemExit(0)", "KeyboardInterrupt", "GeneratorExit", "BaseException('x')"]
)
def test_leaving_by_an_exception_is_an_error_like_any_other(strongest: Any, raised: str) -> None:
    code = f"import atexit\natexit.register(print, 'bye')\ndef f(again):\n    if again: return 5\n    raise {raised}"
    with strongest.open(code) as worker:
        with pytest.raises(StudentError) as caught:
            worker.call(F, False)
        assert raised.startswith(caught.value.type_name)
        assert worker.call(F, True).value == 5


def test_endless_recursion_is_an_error_with_a_short_traceback(strongest: Any) -> None:
    with pytest.raises(StudentError, match="RecursionError") as caught:
        strongest.run("def f():\n    return f()")
    assert len(caught.value.frames) == 20


def test_a_flood_of_output_is_kept_short_and_changes_nothing(lab: Any) -> None:
    code = """
    import sys, os
    def f():
        for _ in range(3000):
            print("x" * 1000)
            sys.stderr.write("y" * 1000)
        sys.stdout.flush()
        for _ in range(100):
            try:
                os.write(1, b"z" * 5000)
            except OSError:
                pass
        return 42
    """
    with lab.open(code) as worker:
        assert worker.call(F).value == 42
        size = os.fstat(worker._process.output.descriptor).st_size
        output = worker.output
    assert size == 1 << 16
    assert output.startswith("x" * 1000 + "\n" + "y" * 1000)
    assert len(output) < 3100
    assert output.endswith("more characters)")


def test_a_giant_print_and_a_giant_message_are_cut(strongest: Any) -> None:
    code = "def f():\n    print('p' * 10**7)\n    raise ValueError('m' * 10**7)"
    with strongest.open(code) as worker:
        with pytest.raises(StudentError) as caught:
            worker.call(F)
        assert len(caught.value.message) == 2000
        assert len(worker.output) < 3100


def test_terminal_escapes_are_written_out(strongest: Any) -> None:
    code = "def f():\n    print('a\\x1b[2Jb\\x07\\r\\u202ec\\x9b1m\\ud800')\n    raise ValueError('\\x1b]0;title\\x07')"
    with strongest.open(code) as worker:
        with pytest.raises(StudentError) as caught:
            worker.call(F)
        assert worker.output == "a\\x1b[2Jb\\x07\\r\\u202ec\\x9b1m\\ud800\n"
    assert caught.value.message == "\\x1b]0;title\\x07"


def test_an_exception_that_cannot_be_described_is_still_an_error(strongest: Any) -> None:
    code = """
    class Meta(type):
        @property
        def __name__(cls):
            raise SystemExit(1)
    class Odd(Exception, metaclass=Meta):
        def __str__(self):
            raise SystemExit(2)
        @property
        def __traceback__(self):
            raise SystemExit(3)
    def f():
        raise Odd
    """
    with strongest.open(code) as worker:
        with pytest.raises(StudentError, match="cannot be read"):
            worker.call(F)
        assert worker.alive


def test_memory_that_runs_out_while_answering_is_memory_too(lab: Any) -> None:
    code = "import numpy as np\nx = np.ones((2000, 2000))\nkept = []\ndef f():\n    try:\n"
    code += (
        "        while True: kept.append(np.ones(2**20))\n    except MemoryError: pass\n    return x[::2].T\n"
    )
    with lab.open(code, limits=SMALL) as worker:
        with pytest.raises(MemoryExceeded) as caught:
            worker.call(F)
        assert caught.value.alive
    assert lab.is_well()
