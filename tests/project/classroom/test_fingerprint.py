"""Two gradings have the same fingerprint if and only if they must come to the same result."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.classroom.fingerprint import hand_in_key, run_key
from grader.errors import UnreadableSubmission
from grader.pipeline import Options
from grader.resources import assignment_folder

OPTIONS = Options(seed="one")


@pytest.fixture
def hand_in(tmp_path: Path) -> Path:
    folder = tmp_path / "alice"
    (folder / "cs231n").mkdir(parents=True)
    (folder / "cs231n/layers.py").write_text("x = 1\n")
    (folder / "weights.npy").write_bytes(b"data")
    return folder


def test_equal_files_have_equal_keys_whenever_they_were_written(hand_in, tmp_path):
    copy = tmp_path / "later" / "alice"
    shutil.copytree(hand_in, copy)
    os.utime(copy / "cs231n/layers.py", (1, 1))
    assert hand_in_key(copy) == hand_in_key(hand_in)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "cs231n/layers.py").write_text("x = 2\n"),
        lambda folder: (folder / "cs231n/layers.py").rename(folder / "cs231n/optim.py"),
        lambda folder: (folder / "more.py").write_text(""),
        lambda folder: (folder / "weights.npy").unlink(),
    ],
    ids=["content", "name", "more", "less"],
)
def test_a_change_changes_the_key(hand_in, change):
    before = hand_in_key(hand_in)
    change(hand_in)
    assert hand_in_key(hand_in) != before


def test_the_name_belongs_to_the_hand_in(hand_in, tmp_path):
    copy = shutil.copytree(hand_in, tmp_path / "bob")
    assert hand_in_key(copy) != hand_in_key(hand_in)


def test_an_archive_is_its_bytes(tmp_path):
    archive = tmp_path / "alice.zip"
    archive.write_bytes(b"one")
    before = hand_in_key(archive)
    assert hand_in_key(archive) == before
    archive.write_bytes(b"two")
    assert hand_in_key(archive) != before


def test_a_hand_in_that_cannot_be_read_has_no_key(tmp_path):
    with pytest.raises(UnreadableSubmission):
        hand_in_key(tmp_path / "nobody")


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    folder = tmp_path_factory.mktemp("rubrics") / "cs231n_a2"
    shutil.copytree(assignment_folder("cs231n_a2"), folder)
    return load_assignment(folder)


@pytest.mark.parametrize(
    "change", [{"seed": "two"}, {"edition": "2017"}, {"public_only": True}, {"checks": ("public.*",)}]
)
def test_the_options_belong_to_the_run(assignment, change):
    assert run_key(assignment, replace(OPTIONS, **change)) != run_key(assignment, OPTIONS)


def test_what_changes_no_result_does_not(assignment):
    from grader.worker import Level

    assert run_key(assignment, replace(OPTIONS, require=Level.B)) == run_key(assignment, OPTIONS)


def test_the_files_of_the_assignment_belong_to_the_run(assignment):
    before = run_key(assignment, OPTIONS)
    settings = assignment.folder / "assignment.toml"
    settings.write_text(settings.read_text() + "\n# changed\n")
    assert run_key(assignment, OPTIONS) != before


def test_a_new_version_of_the_grader_grades_again(assignment, monkeypatch):
    before = run_key(assignment, OPTIONS)
    monkeypatch.setattr("grader.version", lambda: "99")
    assert run_key(assignment, OPTIONS) != before
