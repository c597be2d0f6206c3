"""Answers in PDF files as browsers and LaTeX print notebooks. All texts are our own."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
)

from grader.rubric.find import pages
from grader.rubric.find.answers import Status
from grader.rubric.find.documents import Block, from_blocks

QUESTION = ["Inline Question 2:", "Describe it. Why is this relationship observed?", "Answer:"]
TEXT = ["Small batches give noisy statistics,", "and large ones do not."]
WHOLE = " ".join(TEXT)


@pytest.fixture
def printed():
    """A PDF file of pages; each is a list of ``(left, height, text)`` in the order of painting.

    A text that begins with ``~`` is painted by a form of its own, as browsers paint what is transparent.
    """

    def build(*contents):
        writer = PdfWriter()
        font = DictionaryObject({
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        })  # fmt: skip
        fonts = DictionaryObject({NameObject("/F1"): font})
        for content in contents:
            page = writer.add_blank_page(612, 792)
            forms = DictionaryObject()
            parts = []
            for number, (left, height, text) in enumerate(content):
                shown = f"BT /F1 10 Tf {left} {height} Td ({text.lstrip('~')}) Tj ET"
                if text.startswith("~"):
                    name = f"/X{number}"
                    forms[NameObject(name)] = writer._add_object(_form(shown, fonts))
                    shown = f"q 1 0 0 1 30 -40 cm {name} Do Q"
                parts.append(shown)
            resources = {NameObject("/Font"): fonts, NameObject("/XObject"): forms}
            page[NameObject("/Resources")] = DictionaryObject(resources)
            page[NameObject("/Contents")] = writer._add_object(_stream("\n".join(parts)))
        written = io.BytesIO()
        writer.write(written)
        text, note = pages.pdf_text(written.getvalue(), 1_000_000)
        return from_blocks("hw.pdf", (Block(text),), cells=False, notes=() if note is None else (note,))

    return build


def _stream(text):
    stream = DecodedStreamObject()
    stream.set_data(text.encode("cp1252"))
    return stream


def _form(text, fonts):
    form = _stream(text)
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(FloatObject(value) for value in (-900, -900, 900, 900))
    form[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    form[NameObject("/FormType")] = NumberObject(1)
    return form


def _down(lines, top=740, left=72):
    return [(left, top - 14 * number, line) for number, line in enumerate(lines)]


def _frame(number, total, *, moment="11/30/26, 2:01 AM", address="file:///home/a/hw.html"):
    return [
        (32, 770, moment),
        (300, 770, " BatchNormalization"),
        (32, 17, address),
        (560, 17, f" {number}/{total}"),
    ]


@pytest.mark.parametrize("moment", ["11/30/26, 2:01 AM", "30.11.2026, 14:01", "2026/11/30 14:01"])
def test_what_a_browser_prints_around_a_page(moment, printed, find):
    first = _down([*QUESTION, TEXT[0]]) + _frame(1, 2, moment=moment)
    second = _down([TEXT[1]]) + _frame(2, 2, moment=moment, address="localhost:8888/nbconvert/html/B.ipynb")
    found = find("bn-q2", printed(first, second))
    assert found.text.split() == WHOLE.split()


def test_a_blank_answer_at_the_end_of_a_page(printed, find):
    found = find("bn-q2", printed(_down([*QUESTION]) + _frame(1, 1)))
    assert (found.status, found.text) == (Status.BLANK, "")


@pytest.mark.parametrize(
    "line", ["At 10:30 2/3 of it was noise.", "On 1/2/26 at 3:04 I ran it.", "Half of it: 1/2"]
)
def test_numbers_in_an_answer_are_no_frame(line, printed, find):
    found = find("bn-q2", printed(_down([*QUESTION, line, "More."]), _down(["End."])))
    assert found.text.split() == f"{line} More. End.".split()


def test_prompts_that_are_painted_last(printed, find):
    page = _down(["x = 1", *QUESTION, *TEXT, "solver.train()"])
    prompts = [(32 - 30, 740 + 40, "~In [4]:"), (32 - 30, 740 - 84 + 40, "~In [5]:")]
    found = find("bn-q2", printed(page + prompts + _frame(1, 2), _down(["y = 2"])))
    assert found.text.split() == WHOLE.split()


def test_a_shortened_prompt(printed, find):
    page = _down([*QUESTION, *TEXT, "solver.train()"])
    prompts = [(32, 740 - 70, "In [103"), (70, 740 - 70, "\u2026")]
    for code in ([], [(72, 740 - 84, "x = 1")]):
        assert find("bn-q2", printed([*page, *code, *prompts])).text.split() == WHOLE.split()


def test_output_that_is_painted_last(printed, find):
    page = _down(["print(1)"]) + _down([*QUESTION], top=700) + [(72, 726, "error: 1e-9")]
    found = find("bn-q2", printed(page + _frame(1, 1)))
    assert found.status is Status.BLANK


def test_a_second_column_stays_behind_the_first(printed, find):
    page = _down([*QUESTION, TEXT[0]]) + _down([TEXT[1], "So it is."], left=340)
    assert find("bn-q2", printed(page)).text.split() == f"{WHOLE} So it is.".split()


def test_the_numbers_of_titles(printed, find):
    lines = ["5.1 Inline Question 2:", QUESTION[1], "5.2 Answer:", "5.2.1 What I see", *TEXT]
    after = {
        "5.3 Something else": "5.3 Something else",
        "6 My own experiment": "6 My own experiment",
        "7 Layers are enough": None,  # not the next number
        "6. Six layers": None,  # an item of a list
    }
    for line, ends in after.items():
        found = find("bn-q2", printed(_down([*lines, line, "More of it."])))
        assert found.text.startswith("### What I see\nSmall")
        assert (found.text.endswith("do not.")) == (ends is not None), line


def test_code_of_any_kind_after_an_answer(printed, find):
    for code in (
        "def run(mode):",
        "N, D = 2, 3",
        "for x in y:",
        "class A:",
        "# run",
        "solver.train\\(\\)",
        "x[3] = 1",
    ):
        found = find("bn-q2", printed(_down([*QUESTION, *TEXT, f"[7]: {code}", "    more"])))
        assert found.text.split() == WHOLE.split(), code
    for words in ("because of noise", "noise.", "for it, they say", "if so, why"):
        found = find("bn-q2", printed(_down([*QUESTION, TEXT[0], f"[2]: {words}"])))
        assert found.text.endswith(words), words


def test_titles_and_questions_over_two_lines(printed, find):
    lines = ["Inline Question 1:", "What happens if we do not divide the values being passed through inverse",
             "dropout by p in the dropout layer? Why does", "that happen?", "Answer:"]  # fmt: skip
    after = ["Fully Connected Networks with", "Dropout", "In the file cs231n/classifiers/fc_net.py,",
             "modify your implementation to use it."]  # fmt: skip
    assert find("do-q1", printed(_down([*lines, "The scale differs.", *after]))).text == "The scale differs."
    assert find("do-q1", printed(_down([*lines, *after]))).status is Status.BLANK


def test_an_unreadable_page_is_said_and_the_others_are_read(printed, monkeypatch):
    document = printed(_down([*QUESTION, *TEXT]))
    assert document.notes == ()

    class Page:
        def extract_text(self, **_):
            raise RuntimeError

    class Reader:
        def __init__(self, _):
            self.pages = [Page(), Page()]

    monkeypatch.setattr("pypdf.PdfReader", Reader)
    assert pages.pdf_text(b"", 100) == ("\n", "2 of 2 pages cannot be read")


def test_words_broken_at_the_end_of_a_line():
    assert pages.unwrapped("the rela-\ntion of mini-\nbatches") == "the relation of mini-batches"
    line = "批量越小，统计量的噪声就越大，所以归一化的效果就越差，这就是为什么会这样的"
    assert pages.unwrapped(f"{line}\n原因。\n答案\n因为") == f"{line}原因。\n答案\n因为"
