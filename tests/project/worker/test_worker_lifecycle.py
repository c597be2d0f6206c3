"""Birth and death: nothing outlives the judge, nothing is left open, and servers do not mix."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from grader.worker import Bundle, ForkServer, Layer, Module, Place, Timeout, WorkerFault, forking, interpreter
from grader.worker.limits import Limits

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="Linux only; not tried: the death of everything"
)

F = Place("student").attribute("f")
LOOP = Bundle((Module("student", "student.py", b"def f():\n    while True: pass\n"),))

JUDGE = """
import sys, threading
from grader.worker import *
layers = frozenset(Layer(name) for name in sys.argv[1].split(","))
server = ForkServer(layers=layers)
code = b"def f():\\n    while True: pass\\n"
workers = [server.open(Bundle((Module("m", "m.py", code),))) for _ in range(3)]
print(server.engine.server_pid, *[worker.pid for worker in workers], flush=True)
for worker in workers[1:]:
    threading.Thread(target=worker.call, args=(Place("m").attribute("f"),), daemon=True).start()
workers[0].call(Place("m").attribute("f"))
"""


def state(pid: int) -> str:
    """The state letter of a process; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def wait_until_gone(pids: list[int], seconds: float = 5.0) -> float:
    begin = time.monotonic()
    while any(state(pid) not in ("", "Z") for pid in pids):
        if time.monotonic() - begin > seconds:
            pytest.fail(f"still there: {[pid for pid in pids if state(pid)]}")
        time.sleep(0.001)
    return time.monotonic() - begin


WITHOUT_NAMESPACES = [layer for layer in Layer if not layer.value.endswith("namespace")]


@pytest.mark.parametrize("layers", [[*Layer], WITHOUT_NAMESPACES], ids=["all", "no namespaces"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV], ids=lambda how: how.name)
def test_the_death_of_the_judge_ends_everything(layers: list[Layer], how: signal.Signals, root: Path) -> None:
    judge = subprocess.Popen(
        [sys.executable, "-c", JUDGE, ",".join(layers)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])},
    )
    assert judge.stdout is not None
    pids = [int(word) for word in judge.stdout.readline().split()]
    assert len(pids) == 4
    assert all(state(pid) in ("R", "S") for pid in pids)
    time.sleep(0.05)  # the workers are in their loops
    judge.send_signal(how)
    judge.wait()
    wait_until_gone(pids)
    judge.stdout.close()


def test_the_death_of_the_server_is_our_fault_and_not_the_submissions() -> None:
    with ForkServer() as server:
        worker = server.open(LOOP)
        os.kill(server.engine.server_pid, signal.SIGKILL)  # type: ignore[attr-defined]
        assert worker.pid is not None
        wait_until_gone([worker.pid])
        with pytest.raises(WorkerFault, match="fork server"):
            worker.call(F)
        with pytest.raises(WorkerFault, match="fork server"):
            server.open(LOOP)


def test_closing_ends_workers_in_the_middle_of_a_loop() -> None:
    with ForkServer() as server:
        workers = [server.open(LOOP) for _ in range(3)]
        for worker in workers:
            with pytest.raises(Timeout):
                worker.call(F, limits=Limits(wall_seconds=0.05))
        left_open = server.open(LOOP)
        pids = [worker.pid for worker in (*workers, left_open) if worker.pid]
        server_pid = server.engine.server_pid  # type: ignore[attr-defined]
    wait_until_gone([*pids, server_pid])


def descriptors() -> set[str]:
    return {f"{entry} {os.readlink(f'/proc/self/fd/{entry}')}" for entry in os.listdir("/proc/self/fd")}


def test_nothing_is_left_open(strongest: Any) -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    children = len(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())
    for _ in range(20):
        assert strongest.is_well()
        with strongest.open("raise SystemExit") as worker, pytest.raises(Exception, match="SystemExit"):
            worker.import_module("student")
    with ForkServer() as server:
        server.open(LOOP).close()
    assert len(os.listdir("/proc/self/fd")) == before
    assert len(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()) == children


def test_the_empty_folder_for_the_root_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ForkServer() as server:
        server.open(LOOP).close()
    assert list(tmp_path.iterdir()) == []


def test_several_workers_and_servers_live_side_by_side(strongest: Any) -> None:
    code = "state = []\ndef f(x):\n    state.append(x)\n    return list(state)"
    with ForkServer() as other, strongest.open(code) as one, strongest.open(code) as two:
        third = other.open(Bundle((Module("student", "student.py", code.encode()),)))
        for worker, value in ((one, 1), (two, 2), (third, 3), (one, 4)):
            worker.call(F, value)
        assert [worker.call(F, 0).value for worker in (one, two, third)] == [[1, 4, 0], [2, 0], [3, 0]]


def test_workers_can_be_asked_from_several_threads(strongest: Any) -> None:
    results: list[Any] = []

    def ask(number: int) -> None:
        results.extend(strongest.value("def f(x):\n    return x * x", number) for _ in range(5))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(number**2 for number in range(6) for _ in range(5))


def test_a_server_that_a_side_thread_started_outlives_that_thread() -> None:
    servers: list[ForkServer] = []
    thread = threading.Thread(target=lambda: servers.append(ForkServer()))
    thread.start()
    thread.join()
    with servers[0] as server:
        time.sleep(0.05)
        server.open(LOOP).close()
        assert not server.confinement.has(Layer.DEATH_SIGNAL)
        assert any("started from a side thread" in line for line in server.confinement.missing)
        pid = server.engine.server_pid  # type: ignore[attr-defined]
    wait_until_gone([pid])


def test_a_forked_judge_may_not_use_its_parents_server(strongest: Any) -> None:
    code = """
    import os, sys
    from grader.worker import *
    bundle = Bundle((Module("m", "m.py", b"x = 1"),))
    with ForkServer() as server:
        child = os.fork()
        if child == 0:
            try:
                server.open(bundle)
            except WorkerFault as fault:
                print(fault, flush=True)
                server.close()
            os._exit(0)
        os.waitpid(child, 0)
        with server.open(bundle) as worker:
            print(len(worker.import_module("m")), flush=True)
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "a fork server belongs to the process that started it\n1\n", done.stderr


def test_an_interrupt_ends_the_worker_and_not_the_server(strongest: Any) -> None:
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # ignored by what runs in the background
    try:
        with strongest.server.open(LOOP) as worker:
            timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                worker.call(F)
            assert not worker.alive
        assert strongest.is_well()
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_core_can_be_chosen() -> None:
    core = min(os.sched_getaffinity(0))
    code = b"import os\ndef f():\n    return sorted(os.sched_getaffinity(0))"
    with (
        ForkServer(core=core) as server,
        server.open(Bundle((Module("student", "student.py", code),))) as worker,
    ):
        assert worker.call(F).value == [core]


def test_scipy_can_be_loaded_beforehand() -> None:
    pytest.importorskip("scipy")
    code = b"import scipy.special, scipy.signal\ndef f():\n    return float(scipy.special.expit(0.0))"
    with (
        ForkServer(scipy=True) as server,
        server.open(Bundle((Module("student", "student.py", code),))) as worker,
    ):
        assert worker.call(F).value == 0.5


def test_the_server_does_not_hear_the_terminal() -> None:
    with ForkServer() as server:
        assert os.getsid(server.engine.server_pid) != os.getsid(0)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "message"),
    [("raise SystemExit('no such thing')", "no such thing"), ("import time; time.sleep(60)", "timed out")],
)
def test_a_server_that_does_not_come_up_says_why_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, message: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(forking, "_SECONDS", 0.5)
    monkeypatch.setattr(interpreter, "command", lambda part, descriptor: [sys.executable, "-c", code])
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(WorkerFault, match=message):
        ForkServer()
    assert len(os.listdir("/proc/self/fd")) == before
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_comes_up_without_a_wall_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with ForkServer() as server:
        make = server.engine.make
        monkeypatch.setattr(
            server.engine, "make", lambda layers, limits: make(layers - {Layer.LANDLOCK}, limits)
        )
        if not server.confinement.has(Layer.LANDLOCK):
            pytest.skip("no landlock here; not tried: a wall that falls in mid-run")
        with pytest.raises(WorkerFault, match="a worker came up without landlock: switched off"):
            server.open(LOOP)


def test_a_server_does_not_grow(strongest: Any) -> None:
    def size(pid: int) -> int:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])

    engine = strongest.server.engine
    children = Path(f"/proc/{engine.server_pid}/task/{engine.server_pid}/children").read_text().split()
    pids = [engine.server_pid, *map(int, children)]
    for _ in range(30):
        assert strongest.is_well()
    before = [(size(pid), len(os.listdir(f"/proc/{pid}/fd"))) for pid in pids]
    for _ in range(100):
        assert strongest.is_well()
    after = [(size(pid), len(os.listdir(f"/proc/{pid}/fd"))) for pid in pids]
    for (size_before, files_before), (size_after, files_after) in zip(before, after, strict=True):
        assert files_after == files_before
        assert size_after <= size_before + 100  # pages; a leak of one per worker would show
