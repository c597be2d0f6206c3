# ruff: noqa: E501 - a cell of a notebook is easier to read on one line
"""Answers in exports of notebooks: Python, HTML and PDF files."""

import io
import textwrap

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from grader.rubric.find.answers import Status
from grader.rubric.find.apart import read_document
from grader.rubric.find.documents import from_text

QUESTION = "Why is this relationship observed?"
TEXT = "Small batches give noisy statistics, and large ones do not."


def test_a_python_export_hard_wrapped(find):
    source = """\
    # In[12]:


    # Answer: a comment of the code
    solver.train()


    # ## Inline Question 2:
    # Describe what you see. Why is this
    # relationship observed?
    #
    # ## Answer:
    # Small batches give noisy statistics,
    # and large ones do not.

    # In[13]:


    # A comment of the code
    print(1)
    """
    found = find("bn-q2", from_text("B.py", textwrap.dedent(source)))
    assert found.text.split() == TEXT.split()


def test_a_percent_script(find):
    source = f"# %% [markdown]\n# ## Inline Question 2:\n# {QUESTION}\n\n# %% [markdown]\n# ## Answer:\n# {TEXT}\n\n# %%\n# code\nx = 1\n"
    assert find("bn-q2", from_text("B.py", source)).text == TEXT


def test_a_marimo_notebook(find):
    cell = '@app.cell\ndef _(mo):\n    mo.md(\n        r"""\n        {}\n        """\n    )\n    return\n\n'
    source = "import marimo\napp = marimo.App()\n\n"
    source += cell.format(f"## Inline Question 2:\n        {QUESTION}\n\n        ## Answer:\n        {TEXT}")
    source += "@app.cell\ndef _(np):\n    x = np.ones(3)\n    return (x,)\n\n" + cell.format("# Update rules")
    assert find("bn-q2", from_text("b.py", source)).text == TEXT


def test_an_nbconvert_markdown_export(find):
    source = (
        f"---\ntitle: B\n---\n\n```python\nplt.show()\n```\n\n![png](output_1_0.png)\n\n## Inline Question 2:\n{QUESTION}"
        f"\n\n## Answer:\n{TEXT}\n\n\n```python\n"
        + "x = 1\n" * 12
        + "```\n\n    (Iteration 1 / 2) loss: 2.3\n"
    )
    assert find("bn-q2", source).text == TEXT


def test_notes_without_markers(find):
    first = f"> Inline Question 2:\n> Describe it.\n\n> {QUESTION}\n\n{TEXT}\n\n## Another chapter\n\nText."
    assert find("bn-q2", first).text == TEXT
    second = f"### Inline Question 2\n\n**{QUESTION}**\n\n{TEXT}\n\nAnd so on.\n\n### Inline Question 9\n\n**Why?**\n\nNo."
    assert find("bn-q2", second).text == f"{TEXT}\n\nAnd so on."


def test_hard_wrapped_options_are_no_answer(find):
    source = (
        "## Inline Question 3:\nHere are four ways. Which one is the counterpart of batch\nnormalization, and which one of layer normalization?\n\n"
        "1. Rescale every image such that within each row of its pixels the values\n   of all RGB channels add up to 1.\n"
        "2. Subtract from every image of the data set the mean\n   image of the data set.\n\n## Answer:\n"
    )
    assert find("bn-q3", source).text == ""
    assert find("bn-q3", source + "The second.").text == "The second."


HTML = """<html><head><title>B</title><style>p {{}}</style></head><body>{}</body></html>"""
LAB = '<div class="jp-Cell jp-{kind}Cell"><div class="jp-RenderedMarkdown">{body}</div></div>'


def test_html_of_a_notebook(find):
    cells = [
        LAB.format(kind="Code", body="<pre>solver.train()</pre>"),
        LAB.format(kind="Markdown", body=f"<h2>Inline Question 2:<a class='anchor-link'>¶</a></h2><p>{QUESTION}</p><h2>Answer:</h2><p>{TEXT}</p><ol><li>a &lt; b</li><li>c</li></ol>"),
        LAB.format(kind="Markdown", body="<h1>Layer Normalization</h1><p>Text.</p>"),
    ]  # fmt: skip
    document = read_document("B.html", HTML.format("".join(cells)).encode())
    found = find("bn-q2", document)
    assert (found.status, found.cell) == (Status.FOUND, 1)
    assert found.text.split("\n") == [TEXT, "", "1. a < b", "2. c"]


def test_html_of_anything_and_what_it_hides(find):
    body = f"<h3>Inline Question 2</h3><blockquote>{QUESTION}</blockquote><p><b>Answer:</b> {TEXT} <!-- secret --><span style='color:white'>noise</span></p><h2>More</h2>"
    found = find("bn-q2", read_document("B.htm", HTML.format(body).encode()))
    assert found.text == TEXT
    assert found.hidden_text == ("secret", "noise")


def _pdf(lines):
    """A page of text; a line that begins with ``~`` is painted white."""
    writer = PdfWriter()
    page = writer.add_blank_page(612, 792)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    parts = ["BT /F1 10 Tf 50 750 Td 14 TL"]
    for line in lines:
        parts.append(f"{'1 1 1' if line.startswith('~') else '0 0 0'} rg ({line.lstrip('~')}) Tj T*")
    stream = DecodedStreamObject()
    stream.set_data("\n".join([*parts, "ET"]).encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


LINES = [
    "5.1 Inline Question 2:",
    "Describe it. Why is this rela-",
    "tionship observed?",
    "5.2 Answer:",
    "Small batches give noisy statistics,",
    "and large ones do not.",
    "12",
    "6 Train a good model!",
    "Train the best fully-connected model that you can.",
]


def test_a_pdf_file(find):
    found = find("bn-q2", read_document("hw.pdf", _pdf(LINES)))
    assert found.status is Status.FOUND
    assert found.text.split() == TEXT.split()


def test_white_text_in_a_pdf_file(find):
    found = find("bn-q2", read_document("hw.pdf", _pdf([*LINES[:6], "~noise noise", *LINES[6:]])))
    assert found.text.split() == TEXT.split()
    assert found.hidden_text == ("noise noise",)


@pytest.mark.parametrize("name", ["a.pdf", "a.html"])
def test_a_damaged_file_is_a_document_without_blocks_or_text(name):
    document = read_document(name, b"%PDF-1.7 \x00\xff nothing")
    assert document.notes or not "".join(block.text for block in document.blocks).replace(
        "nothing", ""
    ).strip("%PDF-1.7 \x00\ufffdÿ")


def test_a_slow_file_is_given_up():
    document = read_document("a.html", b"<p>text" * 1000, seconds=0.001)
    assert document.blocks == ()
    assert "longer than" in document.notes[0]


def test_deep_html_is_read_or_given_up():
    document = read_document("a.html", b"<div>" * 20_000 + b"text")
    assert document.notes or "text" in document.blocks[0].text


def test_other_files_are_no_documents():
    assert read_document("a.png", b"") is None


def test_a_notebook_goes_before_its_export(notebook, find):
    cell = f"## Inline Question 2:\n{QUESTION}\n\n## Answer:\n"
    same = find("bn-q2", from_text("a.md", cell + TEXT), notebook(cell + TEXT))
    assert (same.file, same.notes) == ("Work.ipynb", ())
    other = find("bn-q2", from_text("a.md", cell + "Quite another text."), notebook(cell + TEXT))
    assert (other.file, other.notes) == ("Work.ipynb", ("another answer stands in a.md",))
    only = find("bn-q2", from_text("a.md", cell + TEXT), notebook(cell))
    assert (only.file, only.status, only.text) == ("a.md", Status.MOVED, TEXT)
