"""A folder of results with five hand-ins that answer two questions, some of them in nearly the same words."""

import pytest
from msgspec.structs import replace

from grader.assignment import load_assignment
from grader.classroom.documents import documents
from grader.classroom.results import Results, Standing
from grader.model import ConfinementRecord, Report, RunRecord, SectionScore, SubmissionRecord
from grader.resources import assignment_folder
from grader.rubric.engine import Engine
from grader.rubric.find.answers import FoundAnswer, Status
from grader.rubric.load import load_questions
from grader.rubric.marking import Marker

ASSIGNMENT = load_assignment(assignment_folder("cs231n_a2"))
COPIED = (
    "We see in the two figures that the runs with dropout reach roughly the same validation numbers, "
    "and the picture for the training numbers is hard to read for me."
)
TEXTS = {
    "ada": {"do-q2": COPIED, "do-q3": "Decrease p."},
    "bob": {"do-q2": COPIED.replace("roughly", "about"), "do-q3": "It depends on the data set."},
    "eve": {"do-q2": COPIED.upper(), "do-q3": "It depends on the data set!"},
    "joe": {"do-q2": COPIED.replace("is hard", "is not hard"), "do-q3": "Increase p: less capacity."},
    "zoe": {"do-q2": "", "do-q3": ""},
}


@pytest.fixture(scope="session")
def questions():
    return load_questions(ASSIGNMENT.folder)


@pytest.fixture(scope="session")
def marker():
    return Marker(ASSIGNMENT)


def answers(marker, texts):
    found = {
        name: FoundAnswer(question=name, status=Status.FOUND if text else Status.BLANK, text=text)
        for name, text in texts.items()
    }
    edition = replace(ASSIGNMENT.editions["handout"], questions=tuple(texts), may_ask=())
    return marker.mark(found, edition)


def report_of(marker, name, texts):
    written = answers(marker, texts)
    return Report(
        assignment=ASSIGNMENT.id,
        title=ASSIGNMENT.title,
        submission=SubmissionRecord(name=name, edition="handout"),
        sections=(
            SectionScore(id="affine", title="Affine layer", maximum=4.0, earned=4.0),
            *(
                SectionScore(
                    id=one.question,
                    title=one.title,
                    maximum=one.maximum,
                    earned=one.earned,
                    undecided=one.undecided,
                )
                for one in written
            ),
        ),
        checks=(),
        confinement=ConfinementRecord(level="A", layers=()),
        run=RunRecord(seed="s", grader_version="0", numpy_version="2", started="2026-03-01T12:00:00+00:00"),
        answers=written,
    )


@pytest.fixture(scope="session")
def all_reports(marker):
    return {name: report_of(marker, name, texts) for name, texts in TEXTS.items()}


@pytest.fixture
def results(tmp_path, all_reports):
    folder = Results(tmp_path / "grades", assignment=ASSIGNMENT.id, seed="s", fresh_seed=str)
    for name, report in all_reports.items():
        standing = Standing.of(report, name=name, hand_in=tmp_path / name, fingerprint="f")
        folder.store(standing, documents(report, ["sheet"]))
    return folder


__all__ = ["Engine"]
