"""Which answers say the same: one decision must never reach an answer that says something else."""

import pytest

from grader.review.groups import Answered, grouped
from grader.written import ItemMark, WrittenAnswer

LONG = "The larger network needs a small keep probability because it has more capacity to overfit the data"


def answered(name, text, *, applies=None):
    items = (ItemMark(id="i", wording="w", deduction=1.0, applies=applies, suggestion=True, confidence=0.5),)
    return Answered(
        name,
        WrittenAnswer(
            question="do-q3", title="t", maximum=1.0, earned=0.0, undecided=1.0, suggested=0.0,
            status="found", text=text, items=items, digest=text,
        ),
    )  # fmt: skip


def sizes(*texts):
    found = grouped([answered(f"s{number}", text) for number, text in enumerate(texts)])
    return [len(group.members) for group in found]


@pytest.mark.parametrize(
    "other",
    [
        LONG,
        LONG.upper() + "!",
        LONG.replace("data", "dataset"),
        LONG.replace("The larger", "the  larger"),
        LONG.replace("because", "since"),
    ],
)
def test_nearly_the_same_words_are_one_group(other):
    assert sizes(LONG, other) == [2]


@pytest.mark.parametrize(
    "other",
    [
        LONG.replace("needs", "does not need"),
        LONG.replace("larger", "smaller"),
        LONG.replace("small keep", "large keep"),
        LONG.replace("more capacity", "less capacity"),
        LONG + " 2",
        LONG.replace("has more", "has no more"),
        "Something else altogether, in other words and about another thing.",
    ],
)
def test_what_denies_compares_or_counts_differently_is_another_group(other):
    assert sizes(LONG, other) == [1, 1]


def test_a_denial_that_stands_twice_is_not_one_that_stands_once():
    assert sizes(f"not {LONG}", f"not {LONG} not") == [1, 1]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("增大p，因为容量变小，过拟合风险降低了", "增大p,因为容量变小 过拟合风险降低了", [2]),
        ("增大p，因为容量变小，过拟合风险降低了", "减小p，因为容量变小，过拟合风险降低了", [1, 1]),
        ("不需要修改p，因为每一层的单元数量变少了", "需要修改p，因为每一层的单元数量变少了", [1, 1]),
    ],
)  # fmt: skip
def test_chinese_answers_are_told_apart_as_well(one, other, expected):
    assert sizes(one, other) == expected


def test_answers_that_were_marked_differently_are_not_one_group():
    found = grouped([answered("a", LONG, applies=True), answered("b", LONG, applies=None)])
    assert [len(group.members) for group in found] == [1, 1]


def test_empty_answers_are_nobodys_group():
    assert sizes("", "", "...") == [1, 1, 1]


def test_only_long_answers_look_copied():
    (short,) = grouped([answered("a", "2 and 3"), answered("b", "2 and 3")])
    (long,) = grouped([answered("a", LONG), answered("b", LONG)])
    (alone,) = grouped([answered("a", LONG)])
    assert not short.may_be_copied
    assert long.may_be_copied
    assert not alone.may_be_copied


def test_a_class_is_grouped_in_the_order_of_its_first_answers():
    found = grouped([answered(str(number), text) for number, text in enumerate([LONG, "x", LONG, "y"])])
    assert [[one.submission for one in group.members] for group in found] == [["0", "2"], ["1"], ["3"]]


def test_nothing_is_no_group():
    assert grouped([]) == ()
