"""Which hand-ins there are, and what each is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.classroom.hand_ins import RESERVED, class_members, hand_ins
from grader.errors import UnreadableSubmission, UsageError


def placed(root: Path, *names: str) -> list[Path]:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return [root / name for name in names]


def test_a_hand_in_is_called_as_its_file(tmp_path):
    paths = placed(tmp_path, "alice.zip", "bob.tar.gz")
    assert [(one.name, one.path) for one in hand_ins(paths)] == [
        ("alice.zip", paths[0]),
        ("bob.tar.gz", paths[1]),
    ]


def test_equal_names_are_told_apart_by_the_folders_above(tmp_path):
    paths = placed(tmp_path, "one/alice/hw.zip", "one/bob/hw.zip", "two/bob/hw.zip", "carol.zip")
    assert [one.name for one in hand_ins(paths)] == [
        "alice_hw.zip",
        "one_bob_hw.zip",
        "two_bob_hw.zip",
        "carol.zip",
    ]


def test_names_that_stay_equal_are_refused(tmp_path):
    with pytest.raises(UsageError, match="a_b_c: 2 hand-ins would have this name"):
        hand_ins(placed(tmp_path, "a_b/c", "a/b_c", "b/c", "x/b_c"))


def test_a_path_given_twice_is_graded_once(tmp_path, monkeypatch):
    placed(tmp_path, "alice.zip")
    monkeypatch.chdir(tmp_path)
    assert len(hand_ins([Path("alice.zip"), tmp_path / "alice.zip", Path("./alice.zip")])) == 1


def test_the_present_folder_has_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (only,) = hand_ins([Path()])
    assert (only.name, only.path) == (tmp_path.name, tmp_path)


def test_a_link_keeps_its_own_name(tmp_path):
    placed(tmp_path, "store/1234.zip")
    (tmp_path / "alice.zip").symlink_to(tmp_path / "store/1234.zip")
    assert [one.name for one in hand_ins([tmp_path / "alice.zip"])] == ["alice.zip"]


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_name_that_the_results_need_is_changed(tmp_path, name):
    assert [one.name for one in hand_ins(placed(tmp_path, name))] == [f"{name}_"]


def test_a_name_that_is_no_text_becomes_one(tmp_path):
    path = os.fsencode(tmp_path) + b"/b\xe9a"
    os.mkdir(path)
    (only,) = hand_ins([Path(os.fsdecode(path))])
    assert only.name == "b\\udce9a"
    assert only.path.is_dir()


def test_what_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(UnreadableSubmission, match=r"nobody\.zip: there is no such file or folder"):
        hand_ins([tmp_path / "nobody.zip"])


def test_every_entry_of_a_class_is_a_hand_in(tmp_path):
    placed(tmp_path, "b.zip", "a/x.py", "notes.txt", ".DS_Store", "__MACOSX/b", "grades/run.json")
    members = class_members(tmp_path, tmp_path / "grades")
    assert [member.name for member in members] == ["a", "b.zip", "notes.txt"]


def test_the_results_are_recognised_however_they_are_written(tmp_path, monkeypatch):
    placed(tmp_path, "a/x.py", "grades/run.json")
    monkeypatch.chdir(tmp_path)
    assert class_members(Path(), Path("../" + tmp_path.name + "/grades")) == (Path("a"),)


@pytest.mark.parametrize(("name", "message"), [("file", "this is none"), ("empty", "no hand-ins")])
def test_no_class(tmp_path, name, message):
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=message):
        class_members(tmp_path / name, tmp_path / "grades")
