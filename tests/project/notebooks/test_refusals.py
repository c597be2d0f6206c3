"""Where notebooks cannot be confined they are not run, and the reason is said; and the end of everything."""

from __future__ import annotations

import importlib.util
import os
import platform
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.notebooks import NotebookLimits, examine, process
from grader.notebooks.installation import Installation, installation
from grader.worker import ConfinementTooWeak

ROOT = Path(__file__).parents[3]


@pytest.fixture
def forgotten() -> Iterator[None]:
    """What is found out once is found out anew."""
    installation.cache_clear()
    examine.require_confinement.cache_clear()
    yield
    installation.cache_clear()
    examine.require_confinement.cache_clear()


def test_a_missing_extra_is_named(forgotten: None, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    absent = {"nbclient", "ipykernel"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in absent else find(name))
    with pytest.raises(UsageError, match=r"nbclient, ipykernel.*pip install 'backprop-grader\[notebooks\]'"):
        examine.require_confinement()


def test_no_folder_is_shown_that_holds_more_than_libraries(
    forgotten: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home, libraries = tmp_path / "home", tmp_path / "home/libraries"
    libraries.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/:{home}:{tmp_path}:{libraries}::relative")
    binds = installation().binds
    assert [path for path in binds if path == "/" or path.startswith(str(tmp_path))] == [str(libraries)]


def test_links_in_the_root_never_lead_through_links(forgotten: None) -> None:
    links = installation().links
    assert not [link for link in links for other in links if link.startswith(f"{other}/")]
    assert all(os.path.realpath(link) == target for link, target in links.items())


def test_other_systems_are_refused(forgotten: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ConfinementTooWeak, match="Linux only"):
        process.run_cells(["1"], tmp_path, "", NotebookLimits())


DENIED = """
import ctypes, errno, struct, sys
sys.path.insert(0, {root!r})
from grader.worker import ConfinementTooWeak
from grader.notebooks import require_confinement

# As containers do it: unshare(2) fails with EPERM, everything else is allowed.
def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("=HBBI", code, if_true, if_false, value)

program = b"".join((
    instruction(0x20, 0), instruction(0x15, {unshare}, 0, 1),
    instruction(0x06, 0x00050000 | errno.EPERM), instruction(0x06, 0x7FFF0000),
))
class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))
buffer = ctypes.create_string_buffer(program, len(program))
head = Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
libc = ctypes.CDLL(None, use_errno=True)
long = ctypes.c_ulong
assert libc.prctl(38, long(1), long(0), long(0), long(0)) == 0
assert libc.prctl(22, long(2), ctypes.byref(head), long(0), long(0)) == 0
try:
    require_confinement()
except ConfinementTooWeak as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only; not tried: a machine without namespaces")
def test_a_machine_without_namespaces_is_refused_with_the_reason() -> None:
    number = {"x86_64": 272, "aarch64": 97}.get(platform.machine())
    if number is None:
        pytest.skip("no number of unshare for this machine; not tried: a machine without namespaces")
    code = DENIED.format(root=str(ROOT), unshare=number)
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.stderr == ""
    assert result.stdout.startswith("notebooks cannot be confined on this machine:")
    assert "mount namespace: EPERM" in result.stdout


def test_the_self_test_notices_a_missing_wall(
    forgotten: None, confined: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    examine.require_confinement.cache_clear()
    monkeypatch.setattr(examine, "run_cells", partial(process.run_cells, filtered=False))
    with pytest.raises(ConfinementTooWeak, match="self-test could .*start a process"):
        examine.require_confinement()


JUDGE = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from grader.notebooks import NotebookLimits
from grader.notebooks.process import run_cells
run_cells(["import threading, time\\nwhile True: time.sleep(0.1)"], Path({stage!r}), "", NotebookLimits())
"""


def descendants(pid: int) -> set[int]:
    """The processes that descend from one, at this moment."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def test_everything_ends_when_the_judge_is_killed(confined: None, tmp_path: Path) -> None:
    judge = subprocess.Popen([sys.executable, "-c", JUDGE.format(root=str(ROOT), stage=str(tmp_path))])
    deadline = time.monotonic() + 30
    family: set[int] = set()
    while len(family) < 4 and time.monotonic() < deadline:
        time.sleep(0.1)
        family = descendants(judge.pid)
    assert len(family) == 4, "the keeper, process 1, the listener, the kernel"
    time.sleep(1.0)
    os.kill(judge.pid, signal.SIGKILL)
    judge.wait()
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in family) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


COVERED = textwrap.dedent(
    """
    import os
    libraries = [folder for folder in {folders} if os.path.isdir(folder)]
    assert libraries
    for folder in libraries:
        for name in ("grader", "reference"):
            inside = os.path.join(folder, name)
            assert not os.path.isdir(inside) or os.listdir(inside) == [], inside
    """
)


def test_an_installed_grader_is_covered(confined: None, tmp_path: Path) -> None:
    """As in a wheel, where the grader and the suites lie among the libraries."""
    here = installation()
    site = tmp_path / "site-packages"
    for name in ("grader", "reference"):
        (site / name).mkdir(parents=True)
        (site / name / "secret.py").write_text("SECRET = 1")
    (site / "library.py").write_text("HERE = 1")
    planted = Installation(
        (*here.binds, str(site)),
        here.links,
        tuple(str(site / name) for name in ("grader", "reference")),
        (*here.folders, str(site)),
    )
    stage = tmp_path / "stage"
    stage.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "installation", lambda: planted)
        cells = [
            "import library\nassert library.HERE",
            COVERED.format(folders=[str(site)]),
            "import reference.secret",
        ]
        outcome = process.run_cells(
            cells, stage, "", NotebookLimits(cell_seconds=20.0, notebook_seconds=60.0)
        )
    assert outcome.document is not None
    assert [(each.place, each.error) for each in outcome.document.failures] == [(2, "ModuleNotFoundError")]
