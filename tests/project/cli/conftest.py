"""Small hand-ins, and what the commands say of them: each is graded once for all tests."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import cli

ROOT = Path(__file__).parents[3]

RIGHT = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)
"""
MISTAKEN = RIGHT.replace("-1).T @ dout", "-1).T @ dout / len(x)") + textwrap.dedent(
    """
    def relu_forward(x):
        print("CANARY", x.ravel()[0])
        raise ValueError(f"CANARY {x.ravel()[0]}")
    """
)
SLOW = "import time\n" + RIGHT.replace("    return x.resh", "    time.sleep(5)\n    return x.resh")
"""Its first check takes longer than any test waits."""

RUN = "from grader.cli import main; main()"


def write(folder: Path, layers: str) -> Path:
    """A hand-in with nothing but ``layers.py``."""
    (folder / "cs231n").mkdir(parents=True)
    (folder / "cs231n/layers.py").write_text(layers)
    return folder


def run(*arguments: object) -> Result:
    """A command in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def start(*arguments: object, **settings: object) -> subprocess.Popen[str]:
    """A command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        text=True,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings},
    )


@dataclass(frozen=True)
class Class:
    """A class of four, and what grading it gave."""

    folder: Path
    results: Path
    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def grader() -> Callable[..., Result]:
    return run


@pytest.fixture(scope="session")
def hand_in() -> Callable[[Path, str], Path]:
    """Writes a hand-in: ``hand_in(folder, "right")``, or ``"mistaken"`` or ``"slow"``."""
    layers = {"right": RIGHT, "mistaken": MISTAKEN, "slow": SLOW}
    return lambda folder, kind: write(folder, layers[kind])


@pytest.fixture(scope="session")
def in_a_process() -> Callable[..., subprocess.Popen[str]]:
    return start


@pytest.fixture(scope="session")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("one") / "bob", MISTAKEN)


@pytest.fixture(scope="session")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("one") / "alice", RIGHT)


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Graded in a process of its own, with nothing that is a terminal."""
    folder = tmp_path_factory.mktemp("class")
    write(folder / "alice", RIGHT)
    write(folder / "loose", MISTAKEN)
    with zipfile.ZipFile(folder / "bob.zip", "w") as archive:
        archive.write(folder / "loose/cs231n/layers.py", "somewhere/cs231n/layers.py")
    (folder / "loose/cs231n/layers.py").unlink()  # an empty hand-in
    (folder / "notes.csv").write_text("name,points\n")
    results = folder.parent / "results of the class"
    process = start("grade", "--class", folder, "--out", results, "--seed", "SECRET", "--jobs", 2,
                    "--format", "junit", "--format", "instructor")  # fmt: skip
    stdout, stderr = process.communicate(timeout=120)
    return Class(folder, results, process.returncode, stdout, stderr)
