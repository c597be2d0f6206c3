"""The committed hand-out is what would be built, byte for byte, and a folder that drifted is found."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.authoring.drafts import Variant
from grader.authoring.layout import Layout, load_layout
from grader.authoring.template import build_template, compare_template, destination, write_template
from grader.errors import AssignmentError, UsageError
from grader.resources import template_folder

FILES = {"a.py": "x = 1\ny = 2\n", "sub/b.md": "Text\n"}

COURSE_FILES = {
    "README.md",
    "cs231n/__init__.py",
    "cs231n/layers.py",
    "cs231n/layer_utils.py",
    "cs231n/optim.py",
    "cs231n/fast_layers.py",
    "cs231n/im2col.py",
    "cs231n/solver.py",
    "cs231n/gradient_check.py",
    "cs231n/data_utils.py",
    "cs231n/vis_utils.py",
    "cs231n/classifiers/__init__.py",
    "cs231n/classifiers/fc_net.py",
    "cs231n/classifiers/cnn.py",
    "FullyConnectedNets.ipynb",
    "BatchNormalization.ipynb",
    "Dropout.ipynb",
    "ConvolutionalNetworks.ipynb",
}

TEMPLATE = '[template]\nsources = "reference"\n'
TWO_MODULES = (
    TEMPLATE
    + """
modules = [{{path = "{}", title = "T", parts = ["x"]}}, {{path = "b", title = "U", parts = {}}}]
"""
)

DIGEST = """
import hashlib, sys
from grader.authoring.drafts import Variant
from grader.authoring.template import build_template
for variant in Variant:
    files = build_template("cs231n_a2", variant)
    print(hashlib.sha256(repr(files).encode()).hexdigest())
"""


def test_the_files_are_those_of_the_course(stubs: dict[str, str]) -> None:
    assert set(stubs) == COURSE_FILES


def test_the_solved_variant_has_helpers_beside_them(solved: dict[str, str]) -> None:
    assert set(solved) == COURSE_FILES | {"cs231n/_checks.py", "cs231n/_windows.py"}


def test_the_committed_hand_out_is_up_to_date(stubs: dict[str, str]) -> None:
    assert compare_template(stubs, template_folder("cs231n_a2")) == []


def test_other_processes_build_the_same_bytes(stubs: dict[str, str], solved: dict[str, str]) -> None:
    here = [hashlib.sha256(repr(files).encode()).hexdigest() for files in (stubs, solved)]
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        run = subprocess.run(
            [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
        )
        assert run.stdout.split() == here


def test_generated_text_is_clean(stubs: dict[str, str]) -> None:
    for path, text in stubs.items():
        assert text.endswith("\n"), path
        assert "\r" not in text, path
        assert "\t" not in text, path
        assert not [line for line in text.split("\n") if line != line.rstrip()], path


def test_no_trace_of_the_generator_is_left(stubs: dict[str, str], solved: dict[str, str]) -> None:
    for files in (stubs, solved):
        for path, text in files.items():
            for trace in (r"(BEGIN|END) SOLUTION", r"\breference\b\.", r"from reference", r"#:"):
                assert not re.search(trace, text), (path, trace)


def test_every_exercise_says_what_to_do(stubs: dict[str, str], layout: Layout) -> None:
    with_todo = {path for path, text in stubs.items() if "# TODO: " in text and path.endswith(".py")}
    exercises = {module.path for module in layout.modules if module.role == "exercise"}
    assert with_todo == exercises - {"cs231n/layer_utils.py"}


def test_a_folder_as_written_does_not_drift(tmp_path: Path) -> None:
    write_template(FILES, tmp_path)
    assert compare_template(FILES, tmp_path) == []


def test_what_running_leaves_behind_is_no_drift(tmp_path: Path) -> None:
    write_template(FILES, tmp_path)
    for leftover in ("sub/__pycache__/b.pyc", "datasets/cifar/x", ".ipynb_checkpoints/a.ipynb"):
        (tmp_path / leftover).parent.mkdir(parents=True)
        (tmp_path / leftover).write_text("")
    assert compare_template(FILES, tmp_path) == []
    write_template(FILES, tmp_path)
    assert (tmp_path / "datasets/cifar/x").exists()


def test_a_changed_file_is_found_with_a_diff(tmp_path: Path) -> None:
    write_template(FILES, tmp_path)
    (tmp_path / "a.py").write_text("x = 1\ny = 3\n")
    (drift,) = compare_template(FILES, tmp_path)
    assert (drift.path, drift.kind) == ("a.py", "changed")
    assert drift.diff[:2] == ("--- built/a.py", "+++ there/a.py")
    assert "-y = 2" in drift.diff
    assert "+y = 3" in drift.diff


@pytest.mark.parametrize("text", [b"x = 1\r\ny = 2\r\n", b"x = 1\ny = 2", b"\xff\xfe"])
def test_a_change_of_bytes_is_a_change(tmp_path: Path, text: bytes) -> None:
    write_template(FILES, tmp_path)
    (tmp_path / "a.py").write_bytes(text)
    assert [drift.kind for drift in compare_template(FILES, tmp_path)] == ["changed"]


def test_missing_and_extra_files_are_found(tmp_path: Path) -> None:
    write_template(FILES, tmp_path)
    (tmp_path / "sub/b.md").unlink()
    (tmp_path / "sub/c.md").write_text("")
    found = [(drift.path, drift.kind) for drift in compare_template(FILES, tmp_path)]
    assert found == [("sub/b.md", "missing"), ("sub/c.md", "extra")]


def test_a_folder_that_is_not_there_misses_everything(tmp_path: Path) -> None:
    assert [drift.kind for drift in compare_template(FILES, tmp_path / "no")] == ["missing", "missing"]


def test_writing_again_mends_every_drift(tmp_path: Path) -> None:
    write_template(FILES, tmp_path)
    (tmp_path / "a.py").write_text("x = 2\n")
    (tmp_path / "sub/b.md").unlink()
    (tmp_path / "extra.py").write_text("")
    write_template(FILES, tmp_path)
    assert compare_template(FILES, tmp_path) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_template(FILES, tmp_path / "file" / "folder")


def test_the_default_place_is_the_template_folder(root: Path) -> None:
    assert destination("cs231n_a2", None, Variant.STUBS) == root / "student_template/cs231n_a2"


def test_solutions_do_not_go_into_the_template_folder() -> None:
    with pytest.raises(UsageError, match="--to"):
        destination("cs231n_a2", None, Variant.SOLVED)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    assert destination("cs231n_a2", tmp_path, Variant.SOLVED) == tmp_path
    assert destination("cs231n_a2", tmp_path / "new", Variant.STUBS) == tmp_path / "new"
    (tmp_path / "work.py").write_text("")
    for place in (tmp_path, tmp_path / "work.py"):
        with pytest.raises(UsageError, match="there already"):
            destination("cs231n_a2", place, Variant.STUBS)


def test_an_own_assignment_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("Hello\n")
    (tmp_path / "assignment.toml").write_text(
        f"{TEMPLATE}"
        '[[template.modules]]\npath = "own/layers.py"\ntitle = "Own."\n'
        'role = "exercise"\nparts = ["affine"]\n'
        '[[template.texts]]\npath = "READ.md"\nsource = "notes.md"\n'
    )
    files = build_template(str(tmp_path))
    assert list(files) == ["READ.md", "own/layers.py"]
    assert files["READ.md"] == "Hello\n"
    assert "def affine_forward(x, w, b):" in files["own/layers.py"]
    assert destination(str(tmp_path), None, Variant.STUBS) == tmp_path / "template"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("[assignment]\n", r"no table \[template\]"),
        ("[template\n", "assignment.toml"),
        ("[template]\nmodules = []\n", "sources"),
        (TEMPLATE + "modules = []\nfiles = []\n", "files"),
        (TEMPLATE + 'modules = [{path = "a", title = "T", role = "boss"}]\n', "boss"),
        (TWO_MODULES.format("b", "[]"), "path 'b' occurs twice"),
        (TWO_MODULES.format("a", '["x"]'), "part 'x' occurs twice"),
    ],
)
def test_a_layout_that_is_wrong_is_refused(tmp_path: Path, settings: str, problem: str) -> None:
    (tmp_path / "assignment.toml").write_text(settings)
    with pytest.raises(AssignmentError, match=problem) as caught:
        load_layout(tmp_path)
    assert caught.value.file == tmp_path / "assignment.toml"


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('texts = [{path = "a.md", source = "absent.md"}]', "absent.md: cannot be read"),
        ('notebooks = [{path = "a.ipynb", source = "notebooks/absent.py"}]', "no such notebook"),
    ],
)
def test_a_source_that_is_missing_is_named(tmp_path: Path, table: str, problem: str) -> None:
    (tmp_path / "assignment.toml").write_text(f"{TEMPLATE}modules = []\n{table}\n")
    with pytest.raises(AssignmentError, match=problem):
        build_template(str(tmp_path))
