"""The report in a terminal: everything is there, in 80 columns, without colour."""

from io import BytesIO, TextIOWrapper

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.model import SectionScore
from grader.report import terminal


@pytest.fixture(scope="module")
def graded(report):
    return terminal.plain(terminal.instructor(report))


@pytest.fixture(scope="module")
def checked(student):
    return terminal.plain(terminal.check(student))


def in_order(text, *parts):
    places = [text.index(part) for part in parts]
    return places == sorted(places)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_too_wide(width, report, student):
    for renderable in (terminal.instructor(report), terminal.check(student)):
        lines = terminal.plain(renderable, width=width).split("\n")
        assert max(map(cell_len, lines)) <= width


def test_plain_text_has_no_escapes(graded):
    assert "\x1b" not in graded


def test_parts_of_the_instructors_report_come_in_order(graded):
    assert in_order(
        graded,
        "submission",
        "level B",
        "Affine layer",
        "Total",
        "Reported apart, not part of the total",
        "What failed",
        "What was skipped, and why",
        "What is not decided (neither earned nor lost)",
        "Total 13.33 / 41",
        "6 of 41 points are open",
    )


def test_each_section_stands_with_its_points(graded):
    line = next(line for line in graded.split("\n") if "Max pooling" in line)
    assert line.split() == [
        "5",
        "Max",
        "pooling",
        "██████??????",
        "2",
        "/",
        "4",
        "(2",
        "open)",
        "1",
        "of",
        "2",
    ]
    assert "Fast convolution and pooling      ????????????  0 / 3 (3 open)       none" in graded


def test_a_bar_is_full_only_for_all_points(report):
    almost = SectionScore(id="affine", title="Affine layer", maximum=100.0, earned=99.9)
    shown = terminal.plain(terminal.instructor(msgspec.structs.replace(report, sections=(almost,))))
    assert "███████████░  99.9 / 100" in shown


def test_lost_points_stand_beside_the_check(graded):
    assert "✗ wrong -1.33: Affine backward is the gradient of affine forward" in graded
    assert "✗ crashed -1.33: Affine forward equals x w + b" in graded
    assert "✗ wrong: Convolution takes inputs that are not contiguous" in graded  # apart: nothing is lost


def like(report, outcome, names):
    """The report with one of its checks many times over, and nothing else."""
    check = next(check for check in report.checks if check.outcome == outcome)
    twins = [
        msgspec.structs.replace(check, id=f"batchnorm.{name}", section="batchnorm", title=title)
        for name, title in names
    ]
    return msgspec.structs.replace(report, checks=tuple(twins))


def test_checks_that_ended_alike_are_explained_once(report):
    names = [(f"n{i}", f"title {i}") for i in range(7)]
    shown = terminal.plain(terminal.instructor(like(report, "CRASH", names)))
    assert shown.count("affine_forward(x, w, b): ValueError") == 1
    assert "✗ crashed -10: 7 hidden checks\n" in shown
    assert all((f"      title {i}\n" in shown) == (i < 4) for i in range(7))
    assert "      ... and 3 more\n" in shown


def test_variants_of_a_check_are_one_line(report):
    names = [("a[rows]", "The title"), ("b", "Another"), ("a[images]", "The title")]
    shown = terminal.plain(terminal.instructor(like(report, "CRASH", names)))
    assert "✗ crashed -10: 3 hidden checks\n      The title (rows, images)\n      Another\n" in shown
    names = [(f"a[a-long-name-of-a-kind-{i}]", "The title") for i in range(3)]
    shown = terminal.plain(terminal.instructor(like(report, "CRASH", names)))
    assert "✗ crashed -10: The title (3 variants) (hidden)\n" in shown


def test_a_known_mistake_is_told_once_in_a_section(report):
    one = next(check for check in report.checks if check.id == "affine.gradient")
    other = msgspec.structs.replace(one, id="affine.other", reason="another cause", finding=None)
    shown = terminal.plain(terminal.instructor(msgspec.structs.replace(report, checks=(one, other))))
    assert shown.count("Is there a mean over") == shown.count("divided by the number of") == 1
    assert "    cause          another cause\n    known mistake  as above\n" in shown


def test_what_is_missing_is_not_listed_check_by_check(report):
    shown = terminal.plain(terminal.instructor(like(report, "MISSING", [("a", "one"), ("b", "two")])))
    assert "✗ not implemented -10: 2 checks\n    cause  " in shown


def test_checks_of_the_same_title_are_told_apart(graded):
    assert "new values (rows) (hidden)" in " ".join(graded.split())


def test_markup_in_a_students_text_is_text(graded):
    assert "[red]" in graded


def test_the_student_reads_failures_first_and_no_points(checked):
    assert in_order(checked, "What failed", "What passed", "What was not checked", "8 checks failed, 6 of 17")
    assert "/ 41" not in checked
    assert "-1.33" not in checked


def test_what_passed_is_one_line_per_section(checked):
    passed = checked.partition("What passed")[2].partition("What was not checked")[0].strip().split("\n")[1:]
    assert [line.split(maxsplit=4)[-1] for line in passed if "✓" in line] == [
        "ReLU",
        "Fully connected net of any depth",
        "unlisted (no part of the grade)",
    ]
    assert any("1 of 3  Affine layer" in line and "✓" not in line for line in passed)


def test_the_student_reads_what_was_not_checked(checked):
    rest = " ".join(checked.partition("What was not checked")[2].split())
    assert "No check here is about: Fast convolution and pooling." in rest
    assert "Not yours to write in this edition: sgd, affine_relu_forward, affine_relu_backward." in rest
    assert (
        "Skipped, because batchnorm_forward does not run, and this check needs it:"
        " 1 of Batch normalization." in rest
    )
    assert "Hidden checks" not in rest


def test_public_checks_alone_say_that_there_are_others(perfect):
    shown = terminal.plain(terminal.check(perfect))
    assert "Hidden checks: your grade also depends on others" in shown
    assert "What failed" not in shown
    assert shown.rstrip().endswith("No check failed, 2 of 2 passed.")


def test_no_check_at_all_is_no_success(perfect):
    shown = terminal.plain(terminal.check(msgspec.structs.replace(perfect, checks=())))
    assert shown.rstrip().endswith("No check ran.")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_unicode_gets_ascii_marks(encoding, report):
    buffer = BytesIO()
    stream = TextIOWrapper(buffer, encoding=encoding, errors="backslashreplace")
    Console(file=stream, width=80, color_system=None).print(terminal.instructor(report))
    stream.flush()
    shown = buffer.getvalue().decode(encoding)
    assert "###########" in shown
    assert "x wrong -1.33: Affine backward" in shown
    assert "\\u2713" not in shown
