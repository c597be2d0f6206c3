"""The markers of solution regions: what counts as one, and what is refused with file, line and fix."""

from __future__ import annotations

import pytest

from grader.authoring.regions import find_regions, without_markers
from grader.errors import AssignmentError

GOOD = """\
def f(x):
    # BEGIN SOLUTION: Double it,
    #: and do not
    #:
    #: change it.
    y = 2 * x
    #: a comment of the solution
    # END SOLUTION
    return y


# BEGIN SOLUTION
def g(): ...
# END SOLUTION
"""


def test_regions_with_and_without_text() -> None:
    inner, outer = find_regions(GOOD.splitlines(), "a.py")
    assert (inner.begin, inner.first, inner.end, inner.indent) == (2, 6, 8, "    ")
    assert inner.todo == ("Double it,", "and do not", "", "change it.")
    assert (outer.begin, outer.first, outer.end, outer.indent) == (12, 13, 14, "")
    assert outer.todo == ()


def test_a_region_holds_its_markers_and_nothing_else() -> None:
    region, _ = find_regions(GOOD.splitlines(), "a.py")
    assert [line for line in range(1, 15) if region.encloses(line)] == [2, 3, 4, 5, 6, 7, 8]


def test_no_regions_in_ordinary_source() -> None:
    text = 'x = 1  # BEGIN SOLUTION\ny = "# BEGIN SOLUTION"\n# The solution begins here.\n'
    assert find_regions(text.splitlines(), "a.py") == ()


def test_without_markers_keeps_the_solution() -> None:
    assert without_markers(GOOD, "a.py") == (
        "def f(x):\n    y = 2 * x\n    #: a comment of the solution\n    return y\n\n\ndef g(): ...\n"
    )


def test_without_markers_leaves_other_text_alone() -> None:
    assert without_markers("x = 1\n\ny = 2\n", "a.py") == "x = 1\n\ny = 2\n"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("# BEGIN SOLUTION\nx = 1\n", 1, "never ends"),
        ("x = 1\n# END SOLUTION\n", 2, "never began"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n", 2, "inside the one of line 1"),
        ("# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n# END SOLUTION\n", 4, "never began"),
        ("if x:\n    # BEGIN SOLUTION\n    x = 1\n# END SOLUTION\n", 4, "unlike its BEGIN in line 2"),
        ("# BEGIN SOLUTION\n#: Text.\nx = 1\n# END SOLUTION\n", 1, "below its marker"),
        ("#BEGIN SOLUTION\nx = 1\n# END SOLUTION\n", 1, "no marker"),
        ("# Begin solution: Text.\nx = 1\n# END SOLUTION\n", 1, "no marker"),
        ("# BEGIN SOLUTION Text.\nx = 1\n# END SOLUTION\n", 1, "no marker"),
        ("# BEGIN SOLUTION:\nx = 1\n# END SOLUTION\n", 1, "no marker"),
        ("# BEGIN SOLUTION\nx = 1\n# END SOLUTION.\n", 3, "no marker"),
        ("\t# BEGIN SOLUTION\n\tx = 1\n\t# END SOLUTION\n", 1, "no marker"),
        ("# BEGIN_SOLUTION\nx = 1\n", 1, "no marker"),
    ],
)
def test_a_wrong_marker_is_named_with_its_place_and_a_fix(text: str, line: int, problem: str) -> None:
    with pytest.raises(AssignmentError, match=problem) as caught:
        find_regions(text.splitlines(), "some/file.py")
    assert (caught.value.file, caught.value.line) == ("some/file.py", line)
    assert caught.value.fix
    assert str(caught.value).startswith(f"some/file.py:{line}: ")
