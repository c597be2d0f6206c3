"""Words that say nothing by themselves, and words that announce a reason."""

from __future__ import annotations

from collections.abc import Sequence

from grader.rubric.finds import Hit
from grader.rubric.fold import Folded
from grader.rubric.language import stem
from grader.rubric.schema import Term

CAUSE = "!cause"
TERMS = {
    CAUSE: Term(
        en=(
            "because", "since", "due to", "reason", "reasons", "why", "explanation", "caused by",
            "owing to", "thanks to", "given that", "result of", "results from", "the cause", "explain",
            "as (a|the|it|they|there|with|in|small|this)", "for (the|it|there) .. (is|has|have|are)",
            "explained", "cuz", "bc",
        ),
        zh=("因为", "由于", "原因", "因", "是由", "道理", "归因", "缘故", "毕竟"),
        ko=("때문", "므로", "이유", "해서", "아서", "어서", "니까", "원인"),
        es=(
            "porque", "ya que", "debido", "pues", "puesto que", "dado que", "a causa", "razón", "por el",
            "por la",
        ),
    )
}  # fmt: skip
_WORDS = """
the a an of is are was were be been being in on at to for with by from as that this these those it
its it's they we i you and or but if when while because since so then than not no do does did has have
had will would can could may might should which what there their our more less very also only such
into during between each all both same will's get gets make makes become becomes cause causes lead
leads mean means help helps use uses using have having el la los las un una de del en que es son se
por para con como y o pero si cuando porque más menos no al lo su le les me mi
"""
SMALL_WORDS = frozenset(_WORDS.split())
SMALL_CHARACTERS = frozenset(
    "的是了在有会使为因所以而不和与对就也都这那当到得被把从更越让能可将由于其比要没则时"
)
SMALL_SYLLABLES = frozenset("은는이가을를의에서로도다고며면어아해한할하지된되면")
_FILLERS = """
one two think believe guess would say see seen noticed notice found find my me opinion experiment
experiments results result plot plots graph figure figures shows show shown observe observed clear
clearly according from above below here answer much lot quite rather really indeed just about any
some other another them themselves itself however therefore thus hence overall general generally
always often usually especially case cases way well even still s t don doesn didn isn aren after before
definitely obviously certainly surely yes model models network networks net nets data set give gives
given let compared comparing
"""
_SMALL_STEMS = frozenset(stem(word, False) for word in (_WORDS + _FILLERS).split()) | SMALL_WORDS
_QUIET_TEXT = """
我觉认得看出可以知道图中上下来说明该个种些之很较比另此结果发现网络模型数据答些出且但如果从实验肯定应该当然明显我们认为吧呢
처럼오히려않것수더가장매우또한및등그때우보서니다게좀
"""
_QUIET = SMALL_CHARACTERS | SMALL_SYLLABLES | frozenset(_QUIET_TEXT)
_STANCE_TEXT = """
the a an one is it's it of be would say i i'd think believe guess definitely clearly obviously
certainly surely probably net network model layer function by far my answer opinion experiment case s
la el red de las and or y o both also with that has have two ones pick choose go vote for d do does
"""
_STANCE_CHARACTERS = (
    "是的我觉得认为应该肯定当然明显显然感那个更比较答会有网络函数模型了吧和与及以都两者요입니다이다"
)
STANCE = frozenset(stem(word, False) for word in _STANCE_TEXT.split()) | frozenset(_STANCE_CHARACTERS)
"""What may stand beside the one thing that an answer to "which?" names."""


def loose(
    folded: Folded,
    hits: Sequence[Hit],
    begin: int = 0,
    stop: int | None = None,
    quiet: frozenset[str] | None = None,
) -> float:
    """How many words of a sentence, or a part of it, are neither small ones nor part of what was found.

    Two Chinese or Korean characters count as a word.
    """
    small, little = (quiet, quiet) if quiet else (_SMALL_STEMS, _QUIET)
    taken = {place for hit in hits for place in range(hit.start, hit.end)}
    count = 0.0
    for start in folded.starts:
        if start in taken or not begin <= start < (stop or len(folded.text)):
            continue
        first = folded.text[start]
        if not first.isalpha():
            continue
        if not first.isascii():
            count += 0.5 * (first not in little)
        else:
            count += folded.text[start : folded.text.find(" ", start)] not in small
    return count
