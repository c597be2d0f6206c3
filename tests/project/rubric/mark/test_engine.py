"""Parts of the engine: what is seen, how it is cut, what is denied, which options are meant, what it costs."""

import time

import pytest

from grader.rubric.choices import chosen
from grader.rubric.fold import fold
from grader.rubric.language import language_of
from grader.rubric.lexicon import Lexicon, spelled_out
from grader.rubric.reading import read
from grader.rubric.schema import Term
from grader.rubric.sentences import sentences
from grader.rubric.visible import visible

B, L = "batchnorm", "layernorm"


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("**bold** and `code`", "bold and code"),
        (r"$x \rightarrow 0$", "x → 0"),
        (r"$\frac{a}{b}$", "(a)/(b)"),
        ("[text](http://example.org/a_b)", "text"),
        ("ｆｕｌｌ ｗｉｄｔｈ，③", "full width,(3)"),
        ("訓練與測試", "训练与测试"),
        ("a<br>b", "a b"),
        ("in\u200bvisi\u00adble", "invisible"),
    ],
)
def test_the_visible_text(source, seen):
    assert " ".join(visible(source).text.split()) == seen


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the net is less sensitive", "en"),
        ("使用 batch normalization 之后对 initialization 不敏感", "zh"),
        ("batch normalization을 쓰면 덜 민감하다", "ko"),
        ("la red es menos sensible porque no depende de la escala", "es"),
    ],
)
def test_the_language(text, language):
    assert language_of(text) == language


def test_sentences_and_the_numbers_before_them():
    text = "1. Large x, e.g. 1.5 or 2.\n2. None. 第一。第二\n(3) Third"
    found = [(text[one.start : one.end].strip(), one.number) for one in sentences(text)]
    assert found == [
        ("1. Large x, e.g. 1.5 or 2", 1),
        ("2. None", 2),
        ("第一", None),
        ("第二", None),
        ("(3) Third", 3),
    ]


def hits(term, text):
    lexicon = Lexicon({"term": term})
    folded = fold(text, spelling=lexicon.spelling)
    return len(lexicon.find(folded))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("exploding gradients", 1),
        ("it explodes", 1),
        ("explodeing", 1),
        ("expldoing", 1),
        ("梯度爆炸", 1),
        ("a plain word", 0),
        ("the explorer", 0),
    ],
)
def test_stems_misspelt_words_and_chinese(text, count):
    assert hits(Term(en=("exploding",), zh=("爆炸",)), text) == count


def test_gaps_choices_exceptions_and_whole_sentences():
    assert spelled_out(["(big|large) batch"]) == ["big batch", "large batch"]
    assert hits(Term(en=("reduce ... effect",)), "reduces the whole effect") == 1
    assert hits(Term(en=("relu",), except_=("leaky relu",)), "relu and leaky relu") == 1
    assert hits(Term(en=("=layer",)), "Layer.") == 1
    assert hits(Term(en=("=layer",)), "the layer") == 0


def test_short_gaps_and_ends():
    assert hits(Term(en=("large .. batch",)), "a large mini batch") == 1
    assert hits(Term(en=("large .. batch",)), "a large number of epochs per batch") == 0
    assert hits(Term(en=("reduce ... effect",)), "reduce it, the effect") == 0
    assert hits(Term(en=("too=",)), "this one too, I think") == 1
    assert hits(Term(en=("too=",)), "too small") == 0
    assert hits(Term(zh=("批..大",)), "批的大小") == 0


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("It does not overfit", True),
        ("It isn't prone to overfitting", True),
        ("It overfits", False),
        ("not only does it overfit", False),
        ("It doesn't matter, it will overfit", False),
        ("不会过拟合", True),
        ("不仅会过拟合", False),
        ("과적합되지 않는다", True),
        ("no sobreajusta la red", True),
        ("without dropout it overfits", False),
        ("it neither helps nor overfits", True),
        ("It is not true that the whole big net with so many layers overfits", True),
        ("用不用都会过拟合", False),
    ],
)
def test_denials(engine, text, denied):
    reading = read(text, engine.questions["do-q2"], engine._lexicon)
    found = [one for one_read in reading.sentences for one in one_read.found if one.term == "overfit-word"]
    assert [one.denied for one in found] == [denied]


@pytest.mark.parametrize(
    ("answer", "labels"),
    [
        ("BN:3 LN:2", {2: L, 3: B}),
        ("3 -> BN\n2 -> LN", {2: L, 3: B}),
        ("2. layer norm, 3. batch norm", {2: L, 3: B}),
        ("the second is layer norm and the third is batch norm", {2: L, 3: B}),
        ("3 and 2 are batch normalization and layer normalization respectively", {2: L, 3: B}),
        ("Batch Norm\n3\n\nLayer Norm\n2", {2: L, 3: B}),
        ("第三个是BN，第一个和第二个是LN", {1: L, 2: L, 3: B}),
        ("(1)(2)是LN,(3)是BN", {1: L, 2: L, 3: B}),
        ("1, 2번은 LN이고 3번은 BN이다", {1: L, 2: L, 3: B}),
        ("(b) is LN, (c) is BN", {2: L, 3: B}),
        ("BN是c，LN是b", {2: L, 3: B}),
        ("②LN ③BN", {2: L, 3: B}),
        ("Number two is layer norm, number three is batch norm", {2: L, 3: B}),
        ("BN: option 3, LN: option 2, the others are neither", {2: L, 3: B}),
        ("X.mean(axis=0) is number 3, BN. LN works along axis 1, number 2.", {2: L, 3: B}),
        ("LN is 2, and also 1. BN is 3.", {1: L, 2: L, 3: B}),
        ("2 and 3 or 3 and 2 are BN and LN", {}),
        ("La opción 2 es layer normalization y la opción 3 es batch normalization", {2: L, 3: B}),
        (
            "2 scales so that all values sum up to 1, like layer norm. 3 is batch norm; 4 gives 0 or 1.",
            {2: L, 3: B},
        ),
        (
            "1. Scaling each image, row by row.\n2. Scaling each image.  layer\n3. Subtracting the mean image.  batch",
            {2: L},
        ),
    ],
)
def test_options_and_labels(engine, answer, labels):
    question = engine.questions["bn-q3"]
    picked = chosen(read(answer, question, engine._lexicon), question.choices)
    given = {option: next(iter(each)) for option, each in picked.labels.items()}
    assert {option: label for option, label in given.items() if label in (B, L)} == labels


def test_the_evidence_stands_where_it_says(engine):
    marked = engine.mark("do-q3", "I think that we should **increase** $p$, as the capacity is smaller.")
    spans = [span for item in marked.items for span in item.evidence]
    assert spans
    assert all(marked.text[span.start : span.end] == span.words for span in spans)


def test_the_same_answer_gets_the_same_marks(engine):
    answer = "五层网络更敏感，因为梯度会消失。"
    assert engine.mark("fc-q2", answer) == engine.mark("fc-q2", answer)


def test_an_unsure_item_leaves_the_score_open(engine):
    marked = engine.mark(
        "do-q2", "The curves with dropout look interesting and remind me of rolling hills in my country."
    )
    assert marked.score is None
    assert marked.unsure == ("incorrect-insufficient",)
    assert marked.suggested_score == 0


@pytest.mark.slow
def test_a_class_takes_seconds(engine):
    examples = [
        (name, one.answer) for name, question in engine.questions.items() for one in question.examples
    ]
    start = time.process_time()  # other work on the machine does not count
    for number in range(3000):
        name, answer = examples[number % len(examples)]
        engine.mark(name, answer)
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "piece",
    [
        "sigmoid ",
        "1, 2, 3, ",
        "五层网络比三层网络不敏感梯度消失",
        "not five, three, hard, ",
        "batch norm is not 1 2 3 and large ",
    ],
)
def test_a_long_text_without_a_stop_takes_no_time(engine, piece):
    start = time.process_time()
    for name in engine.questions:
        engine.mark(name, piece * (8000 // len(piece)))
    assert time.process_time() - start < 30
