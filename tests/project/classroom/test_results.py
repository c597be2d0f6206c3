"""The folder of results: what is kept, what is believed, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.classroom.documents import ALWAYS
from grader.classroom.hand_ins import HandIn
from grader.classroom.results import GRADING, Results, Standing, hand_in_of
from grader.errors import UsageError

FILES = dict.fromkeys(ALWAYS, b"content")
ALICE = HandIn("alice", Path("/class/alice"))


def standing(**changes: object) -> Standing:
    known = {"name": "alice", "hand_in": "/class/alice", "status": "graded", "fingerprint": "f"}
    return Standing(**{**known, **changes})


def opened(folder: Path, seed: str | None = None, assignment: str = "a2") -> Results:
    return Results(folder, assignment=assignment, seed=seed, fresh_seed=lambda: "fresh")


def test_the_seed_is_kept_so_that_a_run_can_go_on(tmp_path):
    assert opened(tmp_path / "new").seed == "fresh"
    assert opened(tmp_path / "new", "mine").seed == "mine"
    assert Results(tmp_path / "new", assignment="a2", seed=None, fresh_seed=lambda: "other").seed == "mine"
    assert json.loads((tmp_path / "new/run.json").read_bytes())["seed"] == "mine"


def test_an_empty_folder_will_do(tmp_path):
    assert opened(tmp_path).folder == tmp_path


@pytest.mark.parametrize("name", ["thesis.tex", "run.json"])
def test_a_folder_with_other_files_is_refused(tmp_path, name):
    (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError, match="holds other files"):
        opened(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_results_of_another_assignment_are_refused(tmp_path):
    opened(tmp_path, assignment="a3")
    with pytest.raises(UsageError, match="results of a3 are here"):
        opened(tmp_path)


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="this is a file"):
        opened(tmp_path / "file")
    with pytest.raises(UsageError, match="cannot be written there: Not a directory"):
        opened(tmp_path / "file" / "below")


def test_what_is_stored_is_found_again(results):
    results.store(standing(), FILES)
    assert results.standings() == (standing(),)
    assert results.reusable(ALICE, ALWAYS) == standing()
    assert {file.name for file in results.place("alice").iterdir()} == {*ALWAYS, GRADING}
    assert hand_in_of(results.place("alice") / "report.json") == ALICE.path


@pytest.mark.parametrize(
    "spoil",
    [
        lambda place: (place / GRADING).unlink(),
        lambda place: (place / GRADING).write_text('{"document": "grading"'),
        lambda place: (place / GRADING).write_text('{"document": "grading", "schema_version": 7}'),
        lambda place: (place / "report.html").unlink(),
    ],
    ids=["unfinished", "cut", "newer", "incomplete"],
)
def test_what_is_not_whole_is_not_believed(results, spoil):
    results.store(standing(), FILES)
    spoil(results.place("alice"))
    assert results.reusable(ALICE, ALWAYS) is None


def test_what_may_come_out_otherwise_is_done_again(results):
    results.store(standing(fingerprint="", status="not graded"), {})
    assert results.reusable(ALICE, ()) is None


def test_a_hand_in_from_another_place_is_another(results):
    results.store(standing(), FILES)
    assert results.reusable(HandIn("alice", Path("/elsewhere/alice")), ALWAYS) is None


def test_files_of_an_earlier_grading_do_not_stay(results):
    results.store(standing(), {**FILES, "junit.xml": b"old"})
    results.store(standing(status="unreadable", fingerprint="", problem="no archive"), {})
    assert [file.name for file in results.place("alice").iterdir()] == [GRADING]


def test_a_class_is_listed_by_name_with_earlier_runs(results):
    for name in ("carol", "alice", "bob"):
        results.store(standing(name=name), {})
    (results.folder / "stray").mkdir()
    assert [entry.name for entry in results.standings()] == ["alice", "bob", "carol"]


def test_no_half_written_file_is_left(results, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        results.store(standing(), FILES)
    assert results.standings() == ()
    assert not any((results.place("alice") / name).exists() for name in ALWAYS)


def test_no_hand_in_is_known_beside_a_lone_report(tmp_path):
    assert hand_in_of(tmp_path / "report.json") is None
