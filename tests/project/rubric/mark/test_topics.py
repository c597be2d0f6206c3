"""What something is said of: topics named, inherited, joined, compared, numbered, or the only thing named."""

import pytest

from grader.rubric.reading import read


def topics_of(engine, question, answer, term):
    reading = read(answer, engine.questions[question], engine._lexicon)
    return [set(found.topics) for one in reading.sentences for found in one.found if found.term == term]


@pytest.mark.parametrize(
    ("answer", "topics"),
    [
        ("The sigmoid is dead here.", [{"sigmoid"}]),
        ("Sigmoid and ReLU are dead here.", [{"sigmoid", "relu"}]),
        ("Sigmoid works, ReLU is dead.", [{"relu"}]),
        ("There is the sigmoid. It is dead.", [{"sigmoid"}]),
        ("ReLU, unlike the sigmoid, is dead.", [{"relu"}]),
        ("The second is dead.", [{"relu"}]),
        ("The first two are dead.", [{"sigmoid", "relu"}]),
        ("Not the sigmoid. The other two are dead.", [{"relu", "leaky"}]),
        ("1. fine\n2. dead", [{"relu"}]),
        ("b) dead", [{"relu"}]),
        ("When it is dead, ReLU stays so.", [{"relu"}]),
        ("前两个会死亡", [{"sigmoid", "relu"}]),
        ("sigmoid (other than ReLU) is dead", [{"sigmoid"}]),
    ],
)
def test_what_it_is_said_of(engine, answer, topics):
    assert topics_of(engine, "fc-q1", answer, "trouble") == topics


@pytest.mark.parametrize(
    ("answer", "compared"),
    [
        ("It is worse than the three-layer net.", True),
        ("Compared to the three-layer net it is bad.", True),
        ("比三层网络更敏感", True),
        ("与三层网络相比更敏感", True),
        ("3층보다 더 민감하다", True),
        ("es más sensible que la de tres capas", True),
        ("The three-layer net is worse.", False),
        ("三层网络比较敏感", False),
    ],
)
def test_what_is_only_compared_with(engine, answer, compared):
    reading = read(answer, engine.questions["fc-q2"], engine._lexicon)
    found = [found for one in reading.sentences for found in one.found if found.term == "three"]
    assert [one.compared for one in found] == [compared]


@pytest.mark.parametrize(
    ("answer", "alone"),
    [
        ("The five-layer net.", True),
        ("I think it is the five-layer one, because of the gradients.", True),
        ("五层，因为梯度消失", True),
        ("The five-layer net: hard", False),
        ("In the five-layer net, gradients vanish.", False),
        ("Not the five-layer net.", False),
        ("The five-layer net was fun.", False),
    ],
)
def test_what_is_all_that_is_named(engine, answer, alone):
    reading = read(answer, engine.questions["fc-q2"], engine._lexicon)
    found = [found for one in reading.sentences for found in one.found if found.term == "five"]
    assert found[0].alone is alone


def test_a_remark_in_brackets_changes_no_topic(engine):
    answer = "五层网络需要更大的尺度（三层用小的就行）。它更敏感。"
    assert {"five"} in topics_of(engine, "fc-q2", answer, "hard")


@pytest.mark.parametrize(
    ("answer", "bare"),
    [
        ("Increase p.", True),
        ("We should increase the keep probability.", True),
        ("应该增大p。", True),
        ("Increase p, for an orchestra with few players needs every single one.", False),
        ("Increase p because elephants never forget anything.", False),
    ],
)
def test_a_bare_answer(engine, answer, bare):
    question = engine.questions["do-q3"]
    assert (read(answer, question, engine._lexicon).bare <= question.bare) is bare
