"""Hand-ins of years ago, from a path to a report: Python 2, and a NumPy that took more."""

import json
import shutil

import msgspec
import pytest

from grader.assignment import load_assignment
from grader.model import Outcome
from grader.pipeline import Options, with_grader
from grader.resources import assignment_folder
from grader.submission.handout import hand_out
from grader.submission.read import Reader, read_submission
from grader.worker import ForkServer, Limits


@pytest.fixture(scope="module")
def assignment():
    return load_assignment(assignment_folder("cs231n_a2"))


@pytest.fixture
def hand_in(root, tmp_path):
    """The 2017 edition, right in either Python."""
    source = root / "tests/project/corpus/honest/loops_2017/files"
    return shutil.copytree(source, tmp_path / "hand-in")


def edit(folder, file, *changes):
    path = folder / "cs231n" / file
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text, (file, old)
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def add_notebooks(folder, *versions):
    cell = {"cell_type": "code", "source": "from cs231n.layers import *", "outputs": [], "metadata": {}}
    for number, version in enumerate(versions):
        metadata = {"language_info": {"name": "python", "version": version}}
        document = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 0}
        (folder / f"{number}.ipynb").write_text(json.dumps(document), "utf-8")


def graded(assignment, folder, *checks):
    options = Options(seed="s", checks=checks)
    return with_grader(assignment, options, lambda grader: grader.grade(folder))


def outcomes(report):
    return {check.outcome for check in report.checks}


IMAGES = (
    "hidden.convolution.forward[[]stride-2[]]",
    "hidden.convolution.forward*",
    "hidden.pooling.forward*",
)


def test_old_notebooks_make_a_hand_in_python_2(assignment, hand_in):
    edit(hand_in, "layers.py", (" // stride", " / stride"))
    (alone,) = [graded(assignment, hand_in, *IMAGES)]
    assert outcomes(alone) == {Outcome.CRASH}
    assert not any("Python 2" in note for note in alone.submission.notes)

    add_notebooks(hand_in, "2.7.12", "3.6.4", "2.7.12")
    report = graded(assignment, hand_in, *IMAGES)
    assert outcomes(report) == {Outcome.PASS}
    notes = [note for note in report.submission.notes if "Python 2" in note]
    assert len(notes) == 1
    assert "Python 2 ran 2 of 3 notebooks: 0.ipynb; 2.ipynb" in notes[0]
    assert "no loss of points" in notes[0]

    without = graded(msgspec.structs.replace(assignment, python2=False), hand_in, *IMAGES)
    assert outcomes(without) == {Outcome.CRASH}
    assert not any("Python 2" in note for note in without.submission.notes)


def test_nets_on_the_graders_layers_keep_their_meaning(assignment, hand_in):
    """A wrong layer is paid for once in Python 2, too: its nets are graded again, as Python 2."""
    edit(hand_in, "layers.py", ("np.sum(row * w[:, m]) + b[m]", "np.sum(row * w[:, m])"))
    edit(hand_in, "classifiers/fc_net.py", ("range(self.num_layers)", "xrange(self.num_layers)"))
    edit(
        hand_in,
        "classifiers/fc_net.py",
        (
            "loss += 0.5 * self.reg * np.sum(self.params['W' + n] * self.params['W' + n])",
            "loss += np.sum(self.reg / 2. * np.sum(W ** 2) for W in [self.params['W' + n]]) + 1 / 2",
        ),
    )
    report = graded(assignment, hand_in, "hidden.affine.forward*", "hidden.fc_net.loss*")
    nets = [check for check in report.checks if "fc_net" in check.id]
    assert nets
    assert all(check.follow_through for check in nets)
    assert {check.outcome for check in nets} == {Outcome.PASS}


def test_a_sum_of_a_generator_is_put_back_and_reported(assignment, hand_in):
    edit(hand_in, "layers.py", ("np.sum(row * w[:, m])", "np.sum(value for value in row * w[:, m])"))
    report = graded(assignment, hand_in, "hidden.affine.forward*")
    assert outcomes(report) == {Outcome.PASS}
    assert any("uses np.sum of a generator, which newer" in note for note in report.submission.notes)


def test_what_is_handed_out_keeps_the_meaning_of_python_3(assignment, hand_in):
    """Functions of ours that are put back into a file of Python 2 are not Python 2."""
    edit(hand_in, "layers.py", ("from builtins import range\n", "print 'layers'\r\n"))
    written = (hand_in / "cs231n/layers.py").read_bytes().count(b"\n") + 1
    with ForkServer() as server:
        reader = Reader(server, Limits())
        try:
            submission = read_submission(
                hand_in, assignment, reader, lambda edition: hand_out(assignment, edition)
            )
        finally:
            reader.close()
    modules = {module.name: module for module in submission.program.student}
    layers = modules["cs231n.layers"]
    assert layers.python2_lines == written
    assert b"def softmax_loss" in b"\n".join(layers.code.split(b"\n")[written:])
    assert b"def softmax_loss" not in b"\n".join(layers.code.split(b"\n")[:written])
    assert b"print 'layers'" in layers.code
    fc_net = modules["cs231n.classifiers.fc_net"]  # nothing of it is handed out
    assert fc_net.python2_lines > fc_net.code.count(b"\n")
