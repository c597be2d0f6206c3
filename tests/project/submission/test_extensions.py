"""Cython of a hand-in is never compiled; where it is not the course's own, the report says so."""

import pytest

from grader.submission.extensions import digest, foreign_extensions

TEXT = b"import numpy as np\n\ndef im2col_cython(x):\n    return x\n"
KNOWN = {"im2col_cython.pyx": (digest(TEXT),)}


def told(content):
    return [*foreign_extensions(content, KNOWN)]


@pytest.mark.parametrize(
    "text",
    [TEXT, TEXT.replace(b"\n", b"\r\n"), TEXT.replace(b"np\n\n", b"np  \n\n\n"), TEXT.rstrip()],
)
def test_as_it_was_handed_out_it_is_not_worth_a_word(text):
    assert told({"a2/cs231n/im2col_cython.pyx": text}) == []


@pytest.mark.parametrize("text", [TEXT.replace(b"x\n", b"x + 1\n"), b"", TEXT + b"# faster\n", b"\xff\x00"])
def test_a_changed_one_is_reported_as_not_graded(text):
    (line,) = told({"a2/cs231n/im2col_cython.pyx": text, "a2/cs231n/layers.py": b""})
    assert line.startswith("a2/cs231n/im2col_cython.pyx: changed; not graded")


def test_one_of_the_students_own_is_reported_too():
    (line,) = told({"fast.pyx": TEXT})
    assert line.startswith("fast.pyx: not part of the hand-out; not graded")
