"""The program that reads HTML and PDF files has walls around it before it looks at one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.rubric.find import walls
from grader.rubric.find.apart import read_document

PROGRAM = """
import json, os, runpy, socket, sys
walls = runpy.run_path(sys.argv[1])
walls["load"](sys.argv[2])
standing = walls["put_up"]() if sys.argv[3] == "walls" else []

def fails(attempt):
    try:
        attempt()
    except OSError:
        return True
    return False

attempts = {
    "reads": lambda: open(sys.argv[1]).close(),
    "writes": lambda: open(os.path.join(sys.argv[4], "new"), "w").close(),
    "lists": lambda: os.listdir("/"),
    "connects": lambda: socket.socket().close(),
    "forks": lambda: os.fork() or os._exit(0),
    "runs": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "signals": lambda: os.kill(os.getppid(), 0),
}
print(json.dumps([standing, sorted(name for name, attempt in attempts.items() if fails(attempt))]))
"""


def attempted(kind, mode, folder):
    command = [sys.executable, "-I", "-c", PROGRAM, walls.__file__, kind, mode, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_nothing_outside_can_be_reached(kind, tmp_path):
    standing, failed = attempted(kind, "walls", tmp_path)
    if "system-call filter" not in standing:
        pytest.skip(f"no filter of system calls here; standing: {standing}")
    assert failed == ["connects", "forks", "lists", "reads", "runs", "signals", "writes"]
    assert not [*Path(tmp_path).iterdir()]


def test_without_the_walls_the_same_attempts_succeed(tmp_path):
    assert attempted("html", "none", tmp_path) == [[], []]


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "euc-kr", "shift_jis", "windows-1252", "utf-16"])
def test_every_encoding_is_there_behind_the_walls(encoding):
    text = {"euc-kr": "정규화", "windows-1252": "é €", "shift_jis": "正規化"}.get(encoding, "正")
    page = f'<html><head><meta charset="{encoding}"></head><body><p>answer: {text}</p></body></html>'
    document = read_document("answers.html", page.encode(encoding))
    assert document.notes == ()
    assert [block.text for block in document.blocks] == [f"answer: {text}"]
