"""GitHub: commands that only the grader gives, a summary that fits, a result that Classroom reads."""

import base64
import json
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.report import github, sheet
from grader.report.github import command, harmless, notices, step_summary


def commands(log):
    """What the runner takes for commands, told from its documented rules and a little more severely."""
    for line in re.split(r"\r\n|\r|\n", log):
        bare = re.sub(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]", "", line)
        if bare.startswith("::") or "##[" in line:
            yield line


def test_the_log_of_a_hostile_submission_holds_no_command(student):
    log = sheet.score_sheet(student)
    assert "::error::" in log
    assert [*commands(log)] == []


@pytest.mark.parametrize(
    "line",
    [
        "::error::x",
        "   ::error::x",
        "\t::error file=a::x",
        "\u00a0::error::x",
        "\u200b::error::x",
        "\ufeff \u2060::error::x",
        "a\r::error::x",
        "a\r\n::error::x",
        "a\n\n::stop-commands::x",
        "text ##[error]x",
        "##[group]x",
        "###[error]x",
        ":\u200b:error::x",
    ],
)
def test_nothing_that_looks_like_a_command_stays_one(line):
    assert [*commands(harmless(line))] == []


@given(st.text(st.sampled_from(":# [\r\n\tax\u200b\u00ad"), max_size=30))
def test_no_text_is_a_command_afterwards(text):
    assert [*commands(harmless(text))] == []


@given(st.text(st.characters(exclude_characters=":#\r"), max_size=50))
def test_other_text_is_left_alone(text):
    assert harmless(text) == text


def test_notices_are_the_two_that_classroom_reads_and_a_warning(student):
    first, second, third = notices(student).rstrip("\n").split("\n")
    assert first == "::notice title=Autograding complete::Points 13.33/41"
    assert second == '::notice title=Autograding report::{"totalPoints":13.33,"maxPoints":41}'
    assert third.startswith(
        "::warning title=Not decided yet::6 of 41 points are open, neither earned nor lost"
    )


def test_a_decided_report_has_no_warning(perfect):
    assert notices(perfect) == (
        "::notice title=Autograding complete::Points 2/2\n"
        '::notice title=Autograding report::{"totalPoints":2,"maxPoints":2}\n'
    )


def test_without_points_to_earn_there_is_no_notice(student):
    assert notices(msgspec.structs.replace(student, sections=())) == ""


def test_commands_are_escaped():
    assert (
        command("notice", "a:b,c%\n", "1: 2, 100 %\r\n")
        == "::notice title=a%3Ab%2Cc%25%0A::1: 2, 100 %25%0D%0A"
    )


@pytest.fixture(scope="module")
def result(student):
    data = base64.b64decode(github.classroom_result(student), validate=True)
    assert data.isascii()
    return json.loads(data)


def test_the_classroom_result_has_the_agreed_form(result):
    assert list(result) == ["version", "status", "max_score", "tests"]
    assert (result["version"], result["status"], result["max_score"]) == (3, "error", 41)
    assert type(result["max_score"]) is int
    for test in result["tests"]:
        assert {key: type(value) for key, value in test.items() if key != "score"} == {
            "name": str, "status": str, "message": str, "test_code": str, "filename": str,
            "line_no": int, "duration": float, "task_id": int, "output": str,
        }  # fmt: skip
        assert type(test["score"]) in (int, float)
        assert len(test["output"]) <= 500
        assert [*commands(test["output"])] == []


def test_sections_pass_fail_or_say_that_something_broke(result):
    assert {test["name"]: test["status"] for test in result["tests"]} == {
        "Affine layer": "error",
        "ReLU": "pass",
        "Batch normalization": "fail",
        "Convolution": "error",
        "Max pooling": "error",
        "Fully connected net of any depth": "pass",
        "Inline questions": "error",
        "Fast convolution and pooling": "error",
    }


def test_there_is_always_a_list_of_tests(student):
    empty = msgspec.structs.replace(student, sections=(), checks=())
    assert json.loads(base64.b64decode(github.classroom_result(empty))) == {
        "version": 3,
        "status": "pass",
        "max_score": 0,
        "tests": [],
    }


def rendered(markdown):
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


def test_the_summary_is_a_table_and_details(student):
    page = rendered(step_summary(student))
    assert page.count("<table>") == 1
    assert page.count("<tr>") == 1 + 8 + 1 + 2
    assert page.count("<details>") == page.count("</details>") == 11
    assert page.count("<pre>") == page.count("</pre>") == 11
    assert re.search(r"<td[^>]*>Affine layer</td>\s*<td[^>]*>1.33 / 4</td>", page)


def test_a_students_text_stays_text_in_the_summary(student):
    page = rendered(step_summary(student))
    tags = set(re.findall(r"<(\w+)", page))
    assert tags == {
        "h2", "p", "strong", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "details",
        "summary", "b", "br", "pre",
    } - ({"br"} - tags)  # fmt: skip
    assert "<code>" not in page
    assert "href" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("limit", [4_000, 10_000, 1_000_000])
def test_the_summary_fits_and_says_what_it_leaves_out(student, limit):
    check = next(check for check in student.checks if check.id == "batchnorm.train")
    many = [
        msgspec.structs.replace(check, id=f"batchnorm.{i}", cause=f"{i} <&é✗{'y' * 900}") for i in range(1500)
    ]
    summary = step_summary(msgspec.structs.replace(student, checks=tuple(many)), limit)
    assert limit * 0.8 - 1500 < len(summary.encode()) <= limit
    shown = summary.count("<details>")
    assert f"{1500 - shown} more checks did not pass and would not fit here." in summary
    assert rendered(summary).count("<table>") == 1


def test_the_default_is_below_what_github_takes():
    assert github.SUMMARY_BYTES < 1024 * 1024
