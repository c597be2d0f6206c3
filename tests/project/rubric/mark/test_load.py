"""A wrong question file is refused with all that is wrong with it."""

import pytest
import yaml

from grader.errors import AssignmentError
from grader.rubric.engine import Engine
from grader.rubric.load import load_questions

GOOD = {
    "id": "q",
    "title": "A question",
    "maximum": 1,
    "blank": ["missing"],
    "terms": {"big": {"en": ["big", "large"]}},
    "concepts": {"says-big": {"says": "It is big.", "any": [["big"]]}},
    "items": [
        {"id": "missing", "deduction": 1, "wording": "Not said.", "decided_by": {"spared_by": ["says-big"]}},
    ],
}


def load(folder, **changes):
    (folder / "questions").mkdir(exist_ok=True)
    (folder / "questions" / "q.yaml").write_text(yaml.safe_dump({**GOOD, **changes}), "utf-8")
    return load_questions(folder)


def test_a_good_file_is_read(tmp_path):
    assert load(tmp_path)["q"].maximum == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": 1}, "colour"),
        ({"id": "other"}, "wanted the file's name"),
        ({"maximum": 2}, "blank: got items of 1 points, wanted all 2"),
        ({"blank": ["nothing"]}, "blank: item: 'nothing'"),
        ({"at_most_one_of": [["missing", "lost"]]}, "at_most_one_of: item: 'lost'"),
        ({"topics": ["small"]}, "topics: term: 'small'"),
        ({"concepts": {"says-big": {"says": "x", "any": [["small"]]}}}, "term: 'small'"),
        ({"concepts": {"says-big": {"says": "x", "any": [["perhaps big"]]}}}, "got 'perhaps big'"),
        ({"concepts": {"says-big": {"says": "x"}}}, "wanted either any or choice"),
        (
            {"concepts": {"says-big": {"says": "x", "choice": {"options": [1], "labels": ["big"]}}}},
            "no choices",
        ),
        ({"items": [{**GOOD["items"][0], "deduction": 3}]}, "wanted more than 0 and at most 1"),
        ({"items": GOOD["items"] * 2}, "'missing' stands there twice"),
        ({"items": [{**GOOD["items"][0], "person_only": True}]}, "either decided_by or person_only"),
        ({"items": [{**GOOD["items"][0], "decided_by": {"spared_by": ["unknown"]}}]}, "concept: 'unknown'"),
        ({"examples": [{"answer": "x", "items": ["lost"]}]}, "examples: number 1: item: 'lost'"),
        ({"terms": {"big": {"fr": ["grand"]}}}, "terms: big"),
        ({"terms": {"big": {"en": ["big"], "includes": ["huge"]}}}, "includes: 'huge' is not defined here"),
        ({"describes": ["small"]}, "describes: term: 'small'"),
        ({"opening": "big"}, "opening: topic: 'big'"),
        (
            {"concepts": {"says-big": {"says": "x", "any": [["big|small"]]}}},
            "term: 'small'",
        ),
        (
            {"items": [{**GOOD["items"][0], "decided_by": {"doubted_by": ["unknown"]}}]},
            "concept: 'unknown'",
        ),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, changes, message):
    with pytest.raises(AssignmentError) as refused:
        load(tmp_path, **changes)
    assert message in str(refused.value)
    assert "q.yaml" in str(refused.value)


def test_everything_is_said_at_once(tmp_path):
    with pytest.raises(AssignmentError) as refused:
        load(tmp_path, id="other", topics=["small"], blank=["nothing"])
    assert len(str(refused.value).splitlines()) >= 3


def test_wrong_terms_and_concepts_are_all_named(tmp_path):
    with pytest.raises(AssignmentError) as refused:
        load(tmp_path, terms={"a": {"fr": []}, "b": {"de": []}}, concepts={"c": {"any": []}})
    assert all(name in str(refused.value) for name in ("terms: a", "terms: b", "concepts: c"))


def test_a_key_twice_is_refused(tmp_path):
    load(tmp_path)
    file = tmp_path / "questions" / "q.yaml"
    file.write_text(file.read_text("utf-8") + "\ntitle: again\n", "utf-8")
    with pytest.raises(AssignmentError, match="stands there twice"):
        load_questions(tmp_path)


def test_true_and_no_are_words(tmp_path):
    load(tmp_path)
    file = tmp_path / "questions" / "q.yaml"
    file.write_text(file.read_text("utf-8").replace("- large", "- true\n    - no"), "utf-8")
    assert load_questions(tmp_path)["q"].terms["big"].en == ("big", "true", "no")


def test_a_term_takes_the_phrases_of_others(tmp_path):
    terms = {
        "big": {"en": ["big"], "includes": ["huge"]},
        "huge": {"en": ["huge"], "includes": ["big"], "except": ["not huge"]},
    }
    loaded = load(tmp_path, terms=terms)["q"].terms
    assert set(loaded["big"].en) == set(loaded["huge"].en) == {"big", "huge"}
    assert loaded["big"].except_ == ("not huge",)


def test_clear_signs_come_before_hints_and_doubt_before_the_rest(tmp_path):
    item = {
        "id": "missing",
        "deduction": 1,
        "wording": "Not said.",
        "decided_by": {
            "spared_by": ["says-big"],
            "hints_earned": ["says-small"],
            "doubted_by": ["says-size"],
            "neither": "earned if bare",
        },
    }
    words = {"big": ["big"], "small": ["small"], "size": ["size"]}
    terms = {name: {"en": phrases} for name, phrases in words.items()}
    concepts = {f"says-{name}": {"says": name, "any": [[name]]} for name in words}
    questions = load(tmp_path, items=[item], terms=terms, concepts=concepts)
    engine = Engine(questions)
    answers = {"big and small": "no", "small": "yes", "the size": "unsure", "this": "yes"}
    assert {text: engine.mark("q", text).items[0].state for text in answers} == answers
