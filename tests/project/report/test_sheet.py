"""The score sheet in a log."""

from rich.cells import cell_len

from grader.report.sheet import score_sheet


def test_every_section_stands_with_its_points_at_the_right_edge(student):
    lines = score_sheet(student).split("\n")
    assert "1 Affine layer" + "1.33 / 4".rjust(66) in lines
    assert "5 Max pooling" + "2 / 4 (2 open)".rjust(67) in lines
    assert "9 Beyond the notebook (apart, not part of the total)" + "0 / 6".rjust(28) in lines
    assert "TOTAL POINTS" + "13.33 / 41".rjust(68) in lines
    assert "TOTAL" + "13.33 / 41 (6 open)".rjust(75) in lines


def test_every_check_stands_with_what_it_costs(student):
    lines = score_sheet(student).split("\n")
    assert "  [+] - 0 pts     Affine forward gives the values printed in the notebook" in lines
    assert "  [x] - 1.33 pts  wrong: Affine backward is the gradient of affine forward" in lines
    assert "  [-] - 3.33 pts  skipped: Batch normalization in test mode uses the running" in lines
    assert "  [?] 2 open      grader fault: Max pooling on windows that overlap (hidden)" in lines
    assert "  [?] no check ran" in lines
    assert (
        sum(line.startswith(("  [+]", "  [x]", "  [-]", "  [?]")) for line in lines)
        == len(student.checks) + 1
    )


def test_it_fits_into_80_columns_without_colour(student):
    sheet = score_sheet(student)
    assert max(map(cell_len, sheet.split("\n"))) <= 81  # a mark that disarms a command costs a column
    assert "\x1b" not in sheet
    assert sheet.endswith("\n")
    assert not any(line.endswith(" ") for line in sheet.split("\n"))


def test_a_perfect_submission_has_a_short_sheet(perfect):
    assert score_sheet(perfect).split("\n")[5:] == [
        "TOTAL POINTS" + "2 / 2".rjust(68),
        "",
        "-" * 80,
        "1 ReLU" + "2 / 2".rjust(74),
        "  [+] - 0 pts     ReLU forward",
        "  [+] - 0 pts     ReLU backward",
        "",
        "=" * 80,
        "TOTAL" + "2 / 2".rjust(75),
        "[+] passed   [x] points lost   [-] skipped   [?] open, neither earned nor lost",
        "",
    ]
