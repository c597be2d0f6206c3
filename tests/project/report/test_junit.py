"""JUnit XML that strict readers take."""

from datetime import datetime
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.junit import junit_xml


@pytest.fixture(scope="module")
def root(student):
    return ET.fromstring(junit_xml(student))  # noqa: S314 - our own


def case(root, name):
    return next(each for each in root.iter("testcase") if each.get("name") == name)


def test_counts_are_those_of_the_children(root):
    for element in (root, *root):
        cases = [*element.iter("testcase")]
        assert int(element.get("tests")) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.get(count)) == len([*element.iter(tag)])
        assert float(element.get("time")) == pytest.approx(sum(float(c.get("time")) for c in cases), abs=0.01)
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "17",
        "failures": "5",
        "errors": "4",
        "skipped": "2",
    }


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("relu.forward", None),
        ("affine.gradient", "failure"),
        ("batchnorm.train", "failure"),
        ("conv_naive.arity", "failure"),
        ("affine.forward[rows]", "error"),
        ("conv_naive.values", "error"),
        ("conv_naive.backward", "error"),
        ("pool_naive.fault", "error"),
        ("batchnorm.test_mode", "skipped"),
        ("questions.q1", "skipped"),
    ],
)
def test_each_outcome_has_its_verdict(root, name, verdict):
    assert [child.tag for child in case(root, name)] == ([verdict] if verdict else [])


def test_only_what_every_schema_allows_is_used(root):
    assert root.tag == "testsuites"
    for suite in root:
        assert set(suite.attrib) == {
            "name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"
        }  # fmt: skip
        assert datetime.strptime(suite.get("timestamp"), "%Y-%m-%dT%H:%M:%S").year == 2026
        assert [child.tag for child in suite] == ["properties"] + ["testcase"] * (len(suite) - 1)
        for each in suite.iter("testcase"):
            assert set(each.attrib) == {"classname", "name", "time"}
            assert len(each.get("time").partition(".")[2]) == 3
            for verdict in each:
                assert set(verdict.attrib) == (
                    {"message"} if verdict.tag == "skipped" else {"message", "type"}
                )


def test_names_are_unique(root):
    names = [(each.get("classname"), each.get("name")) for each in root.iter("testcase")]
    assert len(names) == len(set(names))


def test_points_are_properties_of_the_suites(root):
    suite = next(each for each in root if each.get("name") == "Max pooling")
    assert {each.get("name"): each.get("value") for each in suite.iter("property")} == {
        "section": "pool_naive",
        "points.earned": "2",
        "points.maximum": "4",
        "points.undecided": "2",
        "points.counted": "true",
    }


def test_the_text_says_what_is_known(root):
    verdict = case(root, "affine.gradient").find("failure")
    assert verdict.get("message") == "Affine backward is the gradient of affine forward: wrong"
    assert "pattern: every entry is 0.5 times what was wanted" in verdict.text
    assert r"\x1b[2J\x1b]8;;http://evil.example\x07" in case(root, "conv_naive.arity").find("failure").text


@given(text=st.text(st.characters(exclude_categories=())))
def test_no_text_breaks_the_document(student, text):
    check = msgspec.structs.replace(student.checks[1], id=f"x{text}", title=text, cause=text)
    section = msgspec.structs.replace(student.sections[0], title=text)
    strange = msgspec.structs.replace(student, assignment=text, sections=(section,), checks=(check,))
    root = ET.fromstring(junit_xml(strange))  # noqa: S314 - our own
    assert len([*root.iter("failure")]) == 1


def test_a_strange_time_is_left_out(student):
    root = ET.fromstring(junit_xml(msgspec.structs.replace(student, started="yesterday")))  # noqa: S314 - our own
    assert all("timestamp" not in suite.attrib for suite in root)
