"""Text that shows and never acts; points that do not mislead."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.text import counted, fraction, one_line, points, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb", r"a\rb"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\ud800", r"\ud800"),
        ("\ufffe", r"\ufffe"),
        ("\u2028", r"\u2028"),
        ("\ufeff\u200b", r"\ufeff\u200b"),
        ("\U000e0041", r"\U000e0041"),
        ("a\tb", "a   b"),
        ("a\r\nb\nc", "a\nb\nc"),
        ("Zoë 李 می\u200cخواهم ✓ 👩\u200d🔬", "Zoë 李 می\u200cخواهم ✓ 👩\u200d🔬"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_what_acts_is_shown_as_an_escape_and_the_rest_as_it_is(text, shown):
    assert visible(text) == shown


@given(ANY_TEXT)
def test_nothing_that_acts_gets_through(text):
    kinds = {unicodedata.category(c) for c in visible(text) if c not in "\n\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(ANY_TEXT)
def test_one_line_is_one_line_in_every_sense(text):
    assert len(one_line(text).splitlines()) <= 1


def test_long_text_is_cut_and_says_so():
    assert visible("x" * 5000, limit=10) == "xxxxxxxxxx ... (4990 more characters)"


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (2.5, "2.5"), (2 / 3, "0.67"), (-0.001, "0"), (10, "10"), (100.0, "100")]
)
def test_points_have_at_most_two_decimals_and_none_to_spare(value, text):
    assert points(value) == text


@pytest.mark.parametrize(
    ("earned", "text"),
    [(4.0, "4 / 4"), (0.0, "0 / 4"), (3.999, "3.999 / 4"), (0.0004, "0.0004 / 4"), (4 - 1e-12, "4 / 4")],
)
def test_some_points_look_neither_like_all_nor_like_none(earned, text):
    assert fraction(earned, 4.0) == text


@given(st.integers(1, 40), st.integers(1, 400), st.data())
def test_the_fraction_says_all_or_none_only_if_it_is(maximum, parts, data):
    part = data.draw(st.integers(0, parts))
    shown, of, limit = fraction(maximum * part / parts, maximum).partition(" / ")
    assert of
    assert (shown == limit) == (part == parts)
    assert (shown == "0") == (part == 0)
    assert float(shown) == pytest.approx(maximum * part / parts, abs=0.0051)


def test_one_is_singular():
    assert [counted(n, "check") for n in (0, 1, 2)] == ["0 checks", "1 check", "2 checks"]
