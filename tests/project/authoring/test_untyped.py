"""Annotations go, everything else stays as it was written."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from grader.authoring.untyped import without_annotations


def untyped(text: str) -> str:
    return without_annotations(cst.parse_module(textwrap.dedent(text).lstrip("\n"))).code


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("def f(x: int) -> int: ...\n", "def f(x): ...\n"),
        ("def f(x: int = 3, y=4): ...\n", "def f(x=3, y=4): ...\n"),
        ("def f(*args: int, k: str = 'a', **kw: Any): ...\n", "def f(*args, k='a', **kw): ...\n"),
        ("def f(x: int, /, y: int, *, z: int): ...\n", "def f(x, /, y, *, z): ...\n"),
        ("def f():\n    x: int = 3\n", "def f():\n    x = 3\n"),
        ("def f():\n    x: int\n    x = 3\n", "def f():\n    x = 3\n"),
        ("def f(self):\n    self.x: dict[str, int] = {}\n", "def f(self):\n    self.x = {}\n"),
        ("X: Final = 3\n", "X = 3\n"),
        (
            "class A(NamedTuple):\n    x: int\n    y: int = 3\n",
            "class A(NamedTuple):\n    x: int\n    y: int = 3\n",
        ),
        (
            "class A:\n    def f(self, x: int):\n        y: int = 1\n",
            "class A:\n    def f(self, x):\n        y = 1\n",
        ),
        (
            "def f():\n    class A:\n        x: int\n    y: int = 1\n",
            "def f():\n    class A:\n        x: int\n    y = 1\n",
        ),
        ("f = lambda x: x\n", "f = lambda x: x\n"),
        ("x = a[1:2]  # x: int\n", "x = a[1:2]  # x: int\n"),
    ],
)
def test_annotations_go(typed: str, wanted: str) -> None:
    assert untyped(typed) == wanted


@pytest.mark.parametrize("comment", ["# noqa: S301 - why", "# type: ignore[arg-type]", "# pragma: no cover"])
def test_comments_to_tools_go(comment: str) -> None:
    assert untyped(f"x = 1  {comment}\n") == "x = 1\n"
    assert untyped(f"def f(  {comment}\n    x: int,\n) -> int: ...\n") == "def f(x): ...\n"


def test_comments_to_people_stay() -> None:
    text = "# above\ndef f(x):\n    # inside\n    return x  # beside\n    # last\n"
    assert untyped(text) == text


def test_a_parameter_list_that_fits_goes_on_one_line() -> None:
    assert untyped(
        """
        class A:
            def f(
                self,
                x: int,
                *,
                y: str | None = None,
            ) -> None:
                '''Doc.'''
        """
    ) == ("class A:\n    def f(self, x, *, y=None):\n        '''Doc.'''\n")


def test_a_parameter_list_that_does_not_fit_stays_as_it_is() -> None:
    names = [f"a_parameter_with_a_long_name_{number}" for number in range(4)]
    typed = "def f(\n" + "".join(f"    {name}: int,\n" for name in names) + "): ...\n"
    assert untyped(typed) == typed.replace(": int", "")


def test_a_parameter_list_with_a_comment_stays_as_it_is() -> None:
    assert untyped("def f(\n    x: int,  # why\n): ...\n") == "def f(\n    x,  # why\n): ...\n"


def test_blank_lines_at_the_end_of_a_block_go_and_those_within_stay() -> None:
    text = "def f():\n    x = 1\n\n    # TODO: more\n\n\ny = 1\n"
    assert untyped(text) == text
