"""The suite is collected once and run again for every subject."""

import numpy as np
import pytest

from grader.errors import AssignmentError
from grader.suite.session import generator, with_suite

GOOD = '''
import pytest
from grader.suite import check

@check("a", about="f", weight=2)
def test_one(subject, draw):
    """One is right.

    More words.
    """
    assert subject == 1, draw.random()

@check("b", about=["f", "g"], needs="f")
@pytest.mark.parametrize("n", [1, 2])
def test_two(n, reference):
    """Two is right"""
    if reference == "raise":
        raise RuntimeError("fault")
'''


@pytest.fixture
def suite_folder(tmp_path):
    def write(public=GOOD, hidden=None):
        for name, text in (("public", public), ("hidden", hidden)):
            if text is not None:
                (tmp_path / name).mkdir(exist_ok=True)
                (tmp_path / name / "test_things.py").write_text(text, "utf-8")
        return tmp_path

    return write


def test_checks_say_what_they_are(suite_folder):
    checks = with_suite([suite_folder()], lambda suite: suite.checks)
    one, two, _ = checks
    assert (one.id, one.title, one.section, one.weight) == ("public.things.one", "One is right", "a", 2.0)
    assert (two.id, two.about, two.needs) == ("public.things.two[1]", ("f", "g"), ("f",))


def test_the_folder_decides_who_sees_a_check(suite_folder):
    folder = suite_folder(public=GOOD, hidden=GOOD)
    checks = with_suite([folder / "public", folder / "hidden"], lambda suite: suite.checks)
    assert [check.visibility for check in checks] == ["public"] * 3 + ["hidden"] * 3
    assert len({check.id for check in checks}) == 6


def test_the_same_item_runs_on_one_subject_after_the_other(suite_folder):
    def run(suite):
        return [suite.run("public.things.one", s, seed="x", reference=None).error for s in (1, 2, 1, 3)]

    errors = with_suite([suite_folder()], run)
    assert [error is None for error in errors] == [True, False, True, False]


def test_a_fault_in_one_check_does_not_reach_the_next(suite_folder):
    def run(suite):
        first = suite.run("public.things.two[1]", 1, seed="x", reference="raise")
        second = suite.run("public.things.two[1]", 1, seed="x", reference=None)
        return first.error, second.error

    first, second = with_suite([suite_folder()], run)
    assert isinstance(first, RuntimeError)
    assert second is None


def test_draws_depend_on_the_seed_and_the_check_alone():
    first = generator("seed", "a").random(4)
    assert np.array_equal(first, generator("seed", "a").random(4))
    assert not np.array_equal(first, generator("seed", "b").random(4))
    assert not np.array_equal(first, generator("other", "a").random(4))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('def test_x():\n    """Title."""\n', "no @check"),
        ("from grader.suite import check\n@check('a', about='f')\ndef test_x(): pass\n", "no docstring"),
        ("import nothing_of_that_name\n", "nothing_of_that_name"),
        ("x = 1\n", "no checks"),
        (GOOD + "\ndef helper(:\n", "SyntaxError|invalid syntax"),
    ],
    ids=["unmarked", "untitled", "import", "empty", "syntax"],
)
def test_a_suite_that_cannot_be_used_says_why(suite_folder, text, message):
    with pytest.raises(AssignmentError, match=message):
        with_suite([suite_folder(text)], lambda suite: suite.checks)


def test_what_the_caller_raises_comes_out(suite_folder):
    def fail(suite):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        with_suite([suite_folder()], fail)
