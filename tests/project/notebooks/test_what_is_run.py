"""Which notebooks are run, and what they find in their folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.notebooks.choose import why_left_aside
from grader.notebooks.stage import DATA_SET, LARGEST, Unfit, furnish, package_root
from grader.submission.assemble import Program
from grader.submission.contents import Cell, Definition, Notebook
from grader.worker import Module

OWN = {"cs231n", "layers", "affine_forward"}


def notebook(
    *cells: str, imports: tuple[str, ...] = ("from cs231n.layers import *",), **changed: object
) -> Notebook:
    code = tuple(
        Cell(number=number, type="code", id="", tags=(), source=source, outputs=())
        for number, source in enumerate(cells or ("1",))
    )
    values = {"error": None, "cells": code, "definitions": {}, "imports": imports, "files": {}, **changed}
    return Notebook(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("book", "reason"),
    [
        (notebook(), ""),
        (notebook(imports=("import layers",)), ""),
        (notebook(imports=(), definitions={"affine_forward": Definition(cell=0, source="", form=None)}), ""),
        (notebook(imports=("import numpy as np",)), "does not use the assignment's package"),
        (notebook(imports=("from cs231n.layers import *", "import torch.nn as nn")), "works with torch"),
        (notebook(error="ValueError: no cells"), "cannot be read: ValueError"),
        (notebook(" \n"), "has no code"),
    ],
)
def test_a_notebook_of_the_assignment_is_run(book: Notebook, reason: str) -> None:
    said = why_left_aside("a/FullyConnectedNets.ipynb", book, OWN, {"b"})
    assert said.startswith(reason)
    assert bool(said) == bool(reason)


def test_a_notebook_beside_a_copy_that_is_not_graded_is_left_aside() -> None:
    assert "not graded" in why_left_aside("b/FullyConnectedNets.ipynb", notebook(), OWN, {"b"})


def program(*paths: str) -> Program:
    """A program whose modules stand at these paths; the handed-out ones are ours."""
    student = tuple(
        Module(
            f"cs231n.{path.rpartition('cs231n/')[2].removesuffix('.py').replace('/', '.')}",
            path,
            f"# {path}".encode(),
        )
        for path in paths
    )
    provided = (Module("cs231n.solver", "cs231n (handed out)/solver.py", b"# our solver"),)
    fast = (Module("cs231n.fast_layers", "cs231n (handed out)/fast_layers.py", b"# our fast path"),)
    return Program(student, provided, fast, {})


@pytest.mark.parametrize(
    ("paths", "root"),
    [
        (("cs231n/layers.py",), "cs231n"),
        (("a/b/cs231n/layers.py", "a/b/cs231n/classifiers/fc_net.py"), "a/b/cs231n"),
        (("cs231n/classifiers/fc_net.py",), "cs231n"),
        (("old/optim.py", "a/cs231n/layers.py", "a/cs231n/cnn.py"), "a/cs231n"),
        ((), None),
    ],
)
def test_where_the_package_is(paths: tuple[str, ...], root: str | None) -> None:
    assert package_root(program(*paths, "cs231n/made_up.py"), "cs231n", paths) == root


def test_the_package_is_the_graded_one(tmp_path: Path) -> None:
    content = {
        "hw/cs231n/layers.py": b"# as handed in",
        "hw/cs231n/solver.py": b"# their solver",
        "hw/helpers.py": b"# theirs",
        "hw/answers.md": b"",
    }
    furnish(tmp_path, content, program("hw/cs231n/layers.py"), "cs231n", notebook(), "hw")
    work = tmp_path / "work/hw"
    assert (work / "cs231n/layers.py").read_text() == "# hw/cs231n/layers.py"
    assert (work / "cs231n/solver.py").read_text() == "# our solver"
    assert (work / "cs231n/fast_layers.py").read_text() == "# our fast path"
    assert (work / "helpers.py").read_text() == "# theirs"
    assert not (work / "answers.md").exists()
    assert (work / "cs231n" / DATA_SET / "data_batch_5").stat().st_size > 100_000
    assert (tmp_path / "standins/google/colab/drive.py").exists()


def test_a_flat_hand_in_has_the_package_beside_it(tmp_path: Path) -> None:
    flat = Program((Module("cs231n.layers", "layers.py", b"# graded"),), program().provided, (), {})
    content = {"layers.py": b"# as handed in", "solver.py": b"# their solver"}
    furnish(tmp_path, content, flat, "cs231n", notebook(), "")
    files = {
        str(file.relative_to(tmp_path / "work")): file.read_text() for file in tmp_path.rglob("work/**/*.py")
    }
    assert files == {"cs231n/layers.py": "# graded", "cs231n/solver.py": "# our solver"}


OUR_LOADERS = b"ROOT = 1\n\ndef load_CIFAR10(root):\n    return ROOT\n"
THEIR_LOADERS = b"def load_CIFAR10(root): return 0\ndef load_own(): return 5\n"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("from cs231n.data_utils import load_CIFAR10, ROOT as R", False),
        ("from cs231n.data_utils import *", False),
        ("from cs231n.data_utils import load_CIFAR10, load_own as own", True),
        ("from data_utils import load_own", True),
        ("from cs231n.my_data_utils import load_own", False),
    ],
)
def test_a_loader_that_only_the_hand_in_has_is_kept(tmp_path: Path, line: str, kept: bool) -> None:
    provided = (Module("cs231n.data_utils", "cs231n (handed out)/data_utils.py", OUR_LOADERS),)
    whole = Program(program("cs231n/layers.py").student, provided, (), {})
    content = {"cs231n/layers.py": b"", "cs231n/data_utils.py": THEIR_LOADERS}
    furnish(tmp_path, content, whole, "cs231n", notebook(imports=(line,)), "")
    names: dict[str, Any] = {}
    exec((tmp_path / "work/cs231n/data_utils.py").read_text(), names)  # noqa: S102 - the text above
    assert names["load_CIFAR10"](0) == 1, "ours reads the small data set"
    assert ("load_own" in names) == kept


def test_pictures_that_are_opened_are_drawn(tmp_path: Path) -> None:
    opening = notebook(
        "kitten = imread('cs231n/notebook_images/kitten.jpg'), imread(\"puppy.png\")",
        "plt.savefig('plot.png')\nimread('../outside.jpg'), imread('/etc/x.jpg'), open('a/../b.jpg')",
    )
    furnish(tmp_path, {}, program(), "cs231n", opening, "hw")
    pictures = {str(file.relative_to(tmp_path / "work")) for file in tmp_path.rglob("*.[jp][pn]g")}
    assert pictures == {"hw/cs231n/notebook_images/kitten.jpg", "hw/puppy.png"}


def test_odd_paths_are_not_written(tmp_path: Path) -> None:
    odd = ("../out.py", "/abs.py", "a/../../b.py", "a//b.py", "a\nb.py", f"{'n' * 300}.py", "half\ud800.py")
    content = dict.fromkeys((*odd, "x.py/y.py", "x.py"), b"x")
    furnish(tmp_path, content, program(), "cs231n", notebook(), "")
    found = {
        str(file.relative_to(tmp_path / "work"))
        for file in (tmp_path / "work").rglob("*.py")
        if file.is_file()
    }
    assert found == {"x.py/y.py", "cs231n/solver.py", "cs231n/fast_layers.py"}
    assert {path.name for path in tmp_path.iterdir()} == {"work", "standins"}


def test_a_hand_in_that_is_too_large_is_said_to_be(tmp_path: Path) -> None:
    files = {f"{number}.py": bytes(1 << 20) for number in range((LARGEST >> 20) + 1)}
    with pytest.raises(Unfit, match="48 MiB"):
        furnish(tmp_path, {**files, "data.txt": bytes(LARGEST)}, program(), "cs231n", notebook(), "")


def test_a_folder_with_an_odd_name_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="name"):
        furnish(tmp_path, {}, program(), "cs231n", notebook(), "a\nb")
