"""Whole hand-ins: read as for grading, run, and said what fails."""

# ruff: noqa: E501 - one cell per entry

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.assignment import load_assignment
from grader.cli import cli
from grader.notebooks import NotebookLimits, NotebookRun, NotebooksDocument, execute_notebooks
from grader.notebooks.model import decode, encode
from grader.resources import assignment_folder
from grader.submission.handout import hand_out
from grader.submission.read import Reader, read_submission
from grader.worker import ForkServer, Limits

ASSIGNMENT = load_assignment(assignment_folder("cs231n_a2"))

LAYERS = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def relu_forward(x):
    return np.maximum(0, x) + np.int(0), x

def spoiled(x):
    raise ValueError("first line\\nsecond line")
"""

SETUP = """
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from cs231n.layers import *
from cs231n.data_utils import get_CIFAR10_data, load_CIFAR10
from cs231n.gradient_check import eval_numerical_gradient_array
from cs231n.fast_layers import conv_forward_fast
from cs231n.solver import Solver
%load_ext autoreload
%autoreload 2
"""

COLAB = """
from google.colab import drive
drive.mount('/content/drive')
FOLDERNAME = None
assert FOLDERNAME is not None, "[!] Enter the foldername."
import sys
sys.path.append('/content/drive/My Drive/{}'.format(FOLDERNAME))
%cd /content/drive/My\\ Drive/$FOLDERNAME/cs231n/datasets/
!bash get_datasets.sh
"""

CELLS = [
    COLAB,
    SETUP,
    "data = get_CIFAR10_data()\nassert len(data['X_train']) > 1000\nplt.imshow(data['X_val'][0, 0]); plt.show()",
    "assert load_CIFAR10('cs231n/datasets/cifar-10-batches-py')[2].shape[1:] == (32, 32, 3)",
    "# an error\nspoiled(1)",
    "out, cache = affine_forward(np.ones((2, 3)), np.ones((3, 4)), np.zeros(4))\nassert out.sum() == 24",
    "!python setup.py build_ext --inplace\nassert relu_forward(np.ones(3))[0].sum() == 3",
    "from scipy.misc import imread, imresize\nassert imresize(imread('kitten.jpg'), (20, 30)).shape == (20, 30, 3)",
    "from imageio import imread\nassert imread('cs231n/notebook_images/puppy.jpg').shape[1] > 100",
    "import time\ntime.clock()\nfrom past.builtins import xrange\nassert list(xrange(2)) == [0, 1]",
    "from skimage.transform import resize\nassert resize(np.ones((4, 6, 3)), (2, 3)).shape == (2, 3, 3)",
    "from skimage.filters import sobel_v\nimport seaborn as sns\nsns.set()\nimport cv2",
    "cv2.imread('x')",
    "1 / 0",
]


def write(file: Path, *cells: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    nodes = [new_markdown_cell("# A title"), *map(new_code_cell, cells)]
    nbformat.write(new_notebook(cells=nodes), file)


@pytest.fixture(scope="module")
def executed(confined: None) -> Callable[..., tuple[NotebookRun, ...]]:
    def run(folder: Path, **limits: float) -> tuple[NotebookRun, ...]:
        with ForkServer() as server:
            reader = Reader(server, Limits())
            try:
                submission = read_submission(
                    folder, ASSIGNMENT, reader, cache(lambda e: hand_out(ASSIGNMENT, e))
                )
            finally:
                reader.close()
        return execute_notebooks(submission, ASSIGNMENT, NotebookLimits(**limits))

    return run


@pytest.fixture(scope="module")
def runs(
    executed: Callable[..., tuple[NotebookRun, ...]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, NotebookRun]:
    """A hand-in with several notebooks."""
    folder = tmp_path_factory.mktemp("hand-in") / "hw"
    write(folder / "a/FullyConnectedNets.ipynb", *CELLS)
    write(folder / "a/PyTorch.ipynb", "import torch\nfrom cs231n.layers import *")
    write(folder / "a/collect_submission.ipynb", "!zip -r x.zip .")
    (folder / "a/Damaged.ipynb").write_text("{")
    (folder / "a/cs231n").mkdir()
    (folder / "a/cs231n/layers.py").write_text(LAYERS)
    (folder / "a/cs231n/solver.py").write_text("raise RuntimeError('their own solver')")
    return {run.notebook: run for run in executed(folder)}


def test_cells_that_fail_are_listed_and_all_others_run(runs: dict[str, NotebookRun]) -> None:
    run = runs["a/FullyConnectedNets.ipynb"]
    assert [(failure.cell, failure.line, failure.error, failure.message) for failure in run.failures] == [
        (5, "# an error", "ValueError", "first line"),
        (13, "cv2.imread('x')", "ModuleNotFoundError", "cv2.imread: cv2 is not installed here"),
        (14, "1 / 0", "ZeroDivisionError", "division by zero"),
    ]
    assert (run.status, run.cells, run.ran, run.clean) == ("finished", 14, 14, False)


def test_lines_that_are_not_run_are_listed(runs: dict[str, NotebookRun]) -> None:
    lines = [(each.cell, each.line) for each in runs["a/FullyConnectedNets.ipynb"].not_run]
    assert lines == [
        (1, "from google.colab import drive"),
        (1, "drive.mount('/content/drive')"),
        (1, 'assert FOLDERNAME is not None, "[!] Enter the foldername."'),
        (1, "%cd /content/drive/My\\ Drive/$FOLDERNAME/cs231n/datasets/"),
        (1, "!bash get_datasets.sh"),
        (7, "!python setup.py build_ext --inplace"),
    ]


def test_other_notebooks_are_left_aside(runs: dict[str, NotebookRun]) -> None:
    others = {name: run for name, run in runs.items() if name != "a/FullyConnectedNets.ipynb"}
    assert {run.status for run in others.values()} == {"left aside"}
    assert {name: run.reason.split(":")[0] for name, run in others.items()} == {
        "a/PyTorch.ipynb": "works with torch, not with this assignment",
        "a/collect_submission.ipynb": "does not use the assignment's package",
        "a/Damaged.ipynb": "cannot be read",
    }


@pytest.mark.slow
def test_a_flat_hand_in_and_another_name_of_the_package(
    executed: Callable[..., tuple[NotebookRun, ...]], tmp_path: Path
) -> None:
    for folder, name in (("flat", ""), ("named", "cs682")):
        package = tmp_path / folder / name
        package.mkdir(parents=True)
        (package / "layers.py").write_text(LAYERS)
        (package / "optim.py").write_text("from layers import relu_forward" if not name else "")
        prefix = f"{name}." if name else ""
        write(
            tmp_path / folder / "Book.ipynb",
            f"from {prefix}layers import affine_forward\nfrom {prefix}data_utils import get_CIFAR10_data\n"
            f"from {prefix}solver import Solver\nfrom {prefix}fast_layers import conv_forward_fast\n"
            f"from {prefix}optim import *\nget_CIFAR10_data()",
            "from cs231n.layers import relu_forward",
        )
        (run,) = executed(tmp_path / folder)
        assert run.clean, (folder, run)


def test_a_kernel_that_ends_stops_its_notebook(
    executed: Callable[..., tuple[NotebookRun, ...]], tmp_path: Path
) -> None:
    write(tmp_path / "hw/Book.ipynb", "import cs231n.solver", "import os\nos._exit(7)", "3")
    (run,) = executed(tmp_path / "hw")
    assert (run.status, run.ran, run.cells) == ("stopped", 1, 3)
    assert run.reason == "its kernel ended in cell 2, with exit code 7"


def test_modules_of_the_hand_in_do_not_get_in_the_way_of_jupyter(
    executed: Callable[..., tuple[NotebookRun, ...]], tmp_path: Path
) -> None:
    write(
        tmp_path / "hw/Book.ipynb",
        "import cs231n.solver",
        "import random\nassert random.HERE",
        "import grader\ngrader.HERE",
    )
    for name in ("random", "zmq", "traitlets", "ipykernel", "grader", "sitecustomize"):
        (tmp_path / f"hw/{name}.py").write_text("HERE = 1\n")
    (run,) = executed(tmp_path / "hw")
    assert [(failure.cell, failure.error) for failure in run.failures] == [(2, "AttributeError")], run


def test_the_document_can_be_read_back() -> None:
    run = NotebookRun(notebook="Bücher/\ud800.ipynb", status="left aside", reason="x")
    document = NotebooksDocument(name="hw", limits=NotebookLimits(), notebooks=(run,))
    assert decode(encode(document)) == document
    assert encode(document).isascii()


@pytest.mark.slow
def test_the_command_writes_and_prints_what_fails(confined: None, tmp_path: Path) -> None:
    hand_in = tmp_path / "hw"
    (hand_in / "cs231n").mkdir(parents=True)
    (hand_in / "cs231n/layers.py").write_text(LAYERS)
    write(hand_in / "Book.ipynb", "from cs231n.layers import *", "raise ValueError('\x1b[2Jseen')", "!ls")
    arguments = ["grade", str(hand_in), "--out", str(tmp_path / "grades"), "--execute-notebooks"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "3 of 3 cells ran" in result.output
    assert "ValueError: \\x1b[2Jseen" in result.output
    assert "not run here: 1 line" in result.output
    document = decode((tmp_path / "grades/hw/notebooks.json").read_bytes())
    assert [failure.error for run in document.notebooks for failure in run.failures] == ["ValueError"]
    assert "notebook" not in json.loads((tmp_path / "grades/hw/student.json").read_bytes())


@pytest.mark.slow
def test_the_solved_hand_out_has_no_cell_that_fails(
    executed: Callable[..., tuple[NotebookRun, ...]], solved_folder: Path
) -> None:
    for name in ("BatchNormalization", "ConvolutionalNetworks", "FullyConnectedNets"):
        (solved_folder / f"{name}.ipynb").unlink()
    (run,) = executed(solved_folder)
    assert (run.notebook, run.clean) == ("Dropout.ipynb", True), run
