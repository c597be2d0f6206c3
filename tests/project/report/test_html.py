"""The pages: well-formed, self-contained, and nothing in them runs."""

import re
from html.parser import HTMLParser

import msgspec
import pytest

from grader.report import html

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page; complains about tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.text = []
        self._open = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" not in self._open:
            self.text.append(data)

    def words(self):
        return " ".join(" ".join(self.text).split())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module", params=["student", "instructor", "class"])
def page(request, report, student):
    if request.param == "student":
        return Page(html.student(student))
    if request.param == "instructor":
        return Page(html.instructor(report))
    return Page(html.class_page("A <b>class</b>", entries(report)))


def entries(report):
    return [
        html.ClassEntry(name="all", href="all.html", edition="2021", earned=84.0, maximum=84.0),
        html.ClassEntry(name="half", href="half.html", edition="2018", earned=42.0, maximum=84.0),
        html.ClassEntry(name="none", href="none.html", edition="2017", earned=0.0, maximum=84.0),
        html.ClassEntry.of(report, "javascript:alert(1)//?x#y.html"),
        html.ClassEntry(name="broken", problem="broken.zip: <nothing> in it"),
    ]


def test_nothing_runs_and_nothing_is_loaded(page):
    names = {name for name, _ in page.elements}
    assert not names & {
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "audio",
        "video",
    }
    attributes = {name for _, each in page.elements for name in each}
    assert not {name for name in attributes if name.startswith("on")} | attributes & {"src", "srcset"}
    assert all(re.match(r"#s\d+$|[\w%./-]+\.html$", link["href"]) for link in page.all("a"))
    assert {"http-equiv", "content"} <= set(page.all("meta")[2])
    assert page.all("meta")[2]["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_styles_ask_for_nothing(page, student):
    assert "url(" not in html.student(student)
    assert "@import" not in html.student(student)


def test_a_students_text_is_text(report):
    words = Page(html.instructor(report)).words()
    assert "<script>alert('1')</script></pre></style>&amp;<img src=x onerror=alert(1)>{{ 7 * 7 }}" in words


def test_every_part_has_a_name_for_those_who_do_not_see_it(page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(each["aria-labelledby"] in ids for each in page.all("section"))
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1
    assert all({"role", "aria-labelledby"} <= set(each) for each in page.all("svg"))
    assert all(link["href"][1:] in ids for link in page.all("a") if link["href"].startswith("#"))


def test_the_sheet_has_every_section_and_every_check(student):
    page = Page(html.student(student))
    marks = [each["class"] for each in page.all("li") if "class" in each]
    assert len(page.all("section")) == 10
    assert sorted(marks) == sorted(
        ["item passed"] * 6 + ["item failed"] * 8 + ["item skipped"] + ["item open"] * 2
    )
    words = page.words()
    assert "Total points 13.33 / 41" in words
    assert "6 of 41 points are open, neither earned nor lost" in words
    assert "1 Affine layer 1.33 / 4 1 of 3 checks passed" in words
    assert "✗ - 1.33 pts Affine backward is the gradient of affine forward wrong" in words
    assert "No check ran for this section, so its points are open." in words
    assert "Reported apart, not part of the total 9 Beyond the notebook" in words


def test_only_the_instructors_page_has_what_the_code_printed(report, student, canary):
    assert "What the code printed" in html.instructor(report)
    assert "What the code printed" not in html.student(student)
    assert f"seed {canary}" in Page(html.instructor(report)).words()


def test_bars_never_overflow(page):
    widths = [re.findall(r"width: ([\d.]+)%", each.get("style") or "") for each in page.all("span")]
    shares = [float(share) for each in widths for share in each]
    assert shares
    assert all(0 <= share <= 100 for share in shares)


def test_the_class_is_counted_in_the_figures_and_in_the_histogram(report):
    page = Page(html.class_page("A class", entries(report)))
    words = page.words()
    # Median and mean are of the three whose points are all decided.
    assert "submissions 5 median 50% mean 50% with open points 1 not graded 1" in words
    assert "0-10 %: 1 submission;" in words
    assert "30-40 %: 1 submission, 1 of them with open points;" in words
    assert "50-60 %: 1 submission;" in words
    assert "90-100 %: 1 submission" in words
    assert "not graded: broken.zip: <nothing> in it" in words
    heights = [float(each["height"]) for each in page.all("rect")]
    assert sorted(heights)[-4:] == [130.0] * 4
    assert sum(heights) == 4 * 130.0


@pytest.mark.parametrize("maximum", [0.0, 84.0])
def test_a_class_without_points_or_without_anybody_has_a_page(maximum):
    assert "none yet" in html.class_page("nobody", [])
    entry = html.ClassEntry(name="one", maximum=maximum)
    assert Page(html.class_page("one", [entry])).words().count("submissions 1 median") == 1


def test_a_report_without_sections_has_a_page(report):
    empty = msgspec.structs.replace(report, sections=(), checks=())
    assert "0 / 0" in Page(html.instructor(empty)).words()
