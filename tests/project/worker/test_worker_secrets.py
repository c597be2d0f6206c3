"""What a worker holds: nothing of the judge, and nothing of the submission before it."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.worker import Bundle, Module, Place

F = Place("student").attribute("f")


def memory_of(pid: int) -> bytes:
    """All that a process can read, as root sees it from outside."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    except OSError as error:
        pytest.skip(f"needs root: {error}; not tried: the search of a worker's whole memory")
    parts = []
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            fields = line.split()
            start, end = (int(number, 16) for number in fields[0].split("-"))
            if "r" not in fields[1] or "[v" in line:
                continue
            try:
                memory.seek(start)
                parts.append(memory.read(end - start))
            except (OSError, ValueError, OverflowError):
                continue
    return b"".join(parts)


def test_a_canary_of_the_judge_is_nowhere_in_a_workers_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # In the judge's heap, environment and working folder before a server and a worker are made.
    from grader.worker import ForkServer

    canary = secrets.token_hex(24)
    monkeypatch.setenv("GRADER_CANARY", canary)
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"{canary}.txt").write_text(canary)
    expected = np.frombuffer(canary.encode(), np.uint8).copy()
    known = "the student knows this text " + secrets.token_hex(8)
    with ForkServer() as server:
        bundle = Bundle(
            (Module("student", "student.py", f"text = {known!r}\ndef f(x): return x.sum()".encode()),)
        )
        with server.open(bundle) as worker:
            assert worker.call(F, np.arange(5)).value == 10
            assert worker.pid is not None
            memory = memory_of(worker.pid)
    assert known.encode() in memory  # the search finds what is there
    assert canary.encode() not in memory
    assert expected.tobytes().decode() == canary


def test_no_module_of_the_judge_is_loaded(lab: Any) -> None:
    names = lab.value("import sys\ndef f():\n    return sorted(sys.modules)")
    ours = [
        name for name in names if name.split(".")[0] in ("grader", "reference", "tests", "pytest", "msgspec")
    ]
    assert ours == []
    assert "numpy" in names
    assert not [name for name in names if name.startswith("_rehearsal")]


def test_the_environment_the_arguments_and_the_paths_say_nothing(
    lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
    import os, sys, gc
    def f():
        return dict(os.environ), sys.argv, sys.path, sys.flags.hash_randomization, hash("x"), os.getcwd()
    """
    environment, arguments, path, randomized, number, folder = lab.value(code)
    assert environment == {}
    assert len(arguments) == 1
    assert arguments[0].endswith("boot.py")
    assert path == []
    assert randomized == 0
    assert number == lab.value("def f():\n    return hash('x')")
    assert folder == "/submission"


def test_the_servers_command_line_and_environment_say_nothing(lab: Any) -> None:
    pid = lab.server.engine.server_pid
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    assert command[0].decode() == sys.executable
    assert [part.decode() for part in command[1:8]] == [
        "-s",
        "-S",
        "-P",
        "-B",
        "-X",
        "utf8",
        command[7].decode(),
    ]
    assert command[7].endswith(b"boot.py")
    names = {
        entry.split(b"=")[0].decode()
        for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        if entry
    }
    assert names <= {
        *("PYTHONHASHSEED", "LC_ALL", "TZ", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"),
        *("BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "LD_LIBRARY_PATH", "LC_CTYPE"),
    }


def test_nothing_of_one_submission_is_in_the_next(lab: Any) -> None:
    secret = secrets.token_hex(24)
    writer = f"import numpy as np, sys, os\nsecret = {secret!r}\n"
    writer += "np.secret = sys.secret = os.environ['S'] = secret\n"
    with lab.server.open(Bundle((Module("student", "student.py", writer.encode()),))) as worker:
        worker.import_module("student")
    reader = """
    import gc, sys, os
    import numpy as np
    def f(half, other_half):
        whole = half + other_half
        found = [hasattr(np, "secret"), hasattr(sys, "secret"), "S" in os.environ]
        for thing in gc.get_objects():
            if type(thing) is dict:
                found.append(any(value == whole for value in thing.values() if type(value) is str))
        return any(found)
    """
    with lab.open(reader) as worker:
        assert worker.call(F, secret[:20], secret[20:]).value is False


def test_the_search_of_the_test_before_does_find_things(lab: Any) -> None:
    code = """
    import gc
    holder = {"x": "abcdef" * 3, "y": []}  # the second makes it one that the collector knows
    def f(whole):
        return any(
            any(value == whole for value in thing.values() if type(value) is str)
            for thing in gc.get_objects() if type(thing) is dict
        )
    """
    assert lab.value(code, "abcdefabcdefabcdef") is True


def test_the_inside_imports_the_standard_library_numpy_and_itself_only() -> None:
    import ast

    import grader.worker.inside as inside

    allowed = {*sys.stdlib_module_names, "numpy"}
    folder = Path(inside.__file__).parent
    files = sorted(folder.rglob("*.py"))
    assert len(files) > 20
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            assert {name.split(".")[0] for name in names} <= allowed, (file, names)


def test_numbers_that_the_judge_never_sent_are_not_in_a_failed_workers_output(lab: Any) -> None:
    code = "def f():\n    import traceback, sys\n    raise ValueError([v for v in vars(sys).values()])"
    from grader.worker import StudentError

    with lab.open(code) as worker, pytest.raises(StudentError) as caught:
        worker.call(F)
    assert str(os.getpid()) not in caught.value.message.split()
