"""Whether something that was found in a clause is denied there."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from grader.rubric.finds import Hit
from grader.rubric.fold import Folded
from grader.rubric.plain import SMALL_CHARACTERS, SMALL_WORDS
from grader.rubric.schema import Term

REACH_WORDS, REACH_CHARACTERS = 6, 8
"""How far a denial reaches, in words, and in characters of Chinese or Korean."""

BEFORE, AFTER, ALL = "!denied before", "!denied after", "!denied all"
TERMS = {
    ALL: Term(
        en=(
            "not true that", "not the case that", "false that", "untrue that", "wrong that", "not think",
            "not believe", "doubt that", "not mean that",
        ),
        zh=("并不意味着", "不意味着", "我不认为", "不觉得", "不认为"),
        es=("no es cierto que", "no creo que", "es falso que"),
    ),
    BEFORE: Term(
        en=(
            "not", "no", "never", "without", "neither", "nor", "hardly", "barely",
            "rarely", "rather than", "fails to", "none", "no longer", "far from", "free of", "free from",
            "lack of", "lacks", "nothing"
        ),
        zh=("不", "没", "无", "未", "别", "并非", "不是", "毫无", "难以", "无法", "很少", "绝非", "而非"),
        ko=("안 ",),
        es=("no", "sin", "nunca", "ni", "tampoco", "ningun", "ninguna", "jamas"),
        except_=(
            "not only", "not just", "no matter", "not merely", "not necessarily only", "no doubt",
            "no wonder",
            "不仅", "不只", "不但", "不光", "无论", "不管", "不论", "不同", "不断", "不过", "不得不",
            "无穷", "不只是", "无疑",
            "不禁", "不一样", "不妨", "不少", "没错", "未来", "特别", "分别", "区别", "差别", "个别",
            "类别", "级别", "加不加", "用不用", "会不会", "能不能", "是不是", "有没有", "要不要",
            "可不可", "对不对",
            "不然", "不得", "改不改", "变不变", "需不需", "好不好", "不仅仅", "不用说", "不止",
            "no solo", "no obstante",
        ),
    ),
    AFTER: Term(
        ko=("지 않", "지않", "지 못", "지는 않", "지도 않", "없", "못하", "못한", "아니",
        "지 않는", "않는", "않다", "않은", "않을"),
        zh=("是错的", "是错误的", "不成立", "不存在", "不明显", "没有了"),
        en=("is false", "is wrong", "is incorrect", "is not true", "is not the case", "isn't true",
        "is untrue",
            "are false", "are wrong"),
        es=("es falso", "es incorrecto"),
        except_=("뿐만 아니", "뿐 아니", "관계없", "상관없", "문제없"),
    ),
}  # fmt: skip


class Denials:
    """The denials of a sentence, each with the other phrases that it belongs to."""

    def __init__(self, hits: Sequence[Hit], folded: Folded) -> None:
        self._text = folded.text
        whole = [hit for hit in hits if hit.term == ALL]
        self._denials = [
            (denial, [other for other in hits if self._belongs(denial, other)])
            for denial in hits
            if denial.term in TERMS
            and not (
                folded.text.startswith("nor ", denial.start) and " neither " in folded.text[: denial.start]
            )
            and not (denial.term == BEFORE and any(_covers(other, denial) for other in whole))
        ]

    def _belongs(self, denial: Hit, other: Hit) -> bool:
        covered = other.term not in TERMS and _covers(other, denial)
        return covered and not _only_denies(self._text[denial.end : other.end])

    def reach(self, hit: Hit, start: int, stop: int) -> bool:
        """Whether an odd number of denials reaches the hit, within the clause from ``start`` to ``stop``.

        A denial that belongs to another phrase (``without dropout``) denies nothing beyond it.
        """
        count = 0
        for denial, others in self._denials:
            if not start <= denial.start < stop or _covers(hit, denial):
                continue
            if any(other.end <= hit.start or hit.end <= other.start for other in others):
                continue
            if denial.term == AFTER:
                count += denial.start >= hit.end and _near(self._text[hit.end : denial.start])
            elif denial.end <= hit.start:
                count += denial.term == ALL or _near(self._text[denial.end : hit.start])
        return count % 2 == 1


def _goes_with_neither(denial: Hit, folded: Folded) -> bool:
    """Whether it is the "nor" of a "neither", which denies but once with it."""
    return folded.text.startswith("nor ", denial.start) and " neither " in folded.text[: denial.start]


def _covers(hit: Hit, other: Hit) -> bool:
    return hit.start <= other.start and other.end <= hit.end


_WORD = regex.compile(r"[a-z]+|\p{Han}")


def _only_denies(rest: str) -> bool:
    """Whether a phrase does nothing but deny, as "does not" and "不会" do when they are the answer.

    "without dropout" needs its own denial; these deny what follows.
    """
    words = _WORD.findall(rest)
    return all(word in SMALL_WORDS or word in SMALL_CHARACTERS for word in words)


def _near(between: str) -> bool:
    east = sum(not character.isascii() for character in between)
    return len(between.split()) + (east > 0) <= REACH_WORDS + 1 and east <= REACH_CHARACTERS
