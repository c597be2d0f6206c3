"""What is read off the syntax of a hand-in."""

import json

import pytest

from grader.submission.inspection import (
    inspect_notebook,
    inspect_python,
    notebook_definitions,
    replace_functions,
)

STUB = b'''
def affine_forward(x, w, b):
    """What it does."""
    out = None
    # TODO
    return out, (x, w, b)
'''


def form(source):
    return inspect_python(source)["functions"]["f"]["form"]


def test_functions_classes_and_imports():
    found = inspect_python(
        b"import numpy as np\nfrom .layers import *\nfrom cs682.optim import adam\n"
        b"def f(a, b=1, *, c=2): return a\n"
        b"class Net(object):\n    def __init__(self, hidden_dims, dropout=1): self.x = hidden_dims * 2\n"
    )
    assert found["functions"]["f"]["parameters"] == ["a", "b"]
    assert found["functions"]["f"]["keyword_only"] == ["c"]
    assert found["classes"]["Net"]["__init__"]["parameters"] == ["self", "hidden_dims", "dropout"]
    assert found["imports"] == ["numpy", ".layers", "cs682.optim"]


def test_a_class_that_is_its_own_base_keeps_its_methods():
    found = inspect_python(
        b"from nets import Other\n"
        b"class Net(Base):\n    def __init__(self, reg): pass\n    def loss(self, X): pass\n"
        b"class Net(Net):\n    def loss(self, X, y=None): pass\n"
        b"class Other(Other):\n    pass\n"
    )
    assert {name: method["parameters"] for name, method in found["classes"]["Net"].items()} == {
        "__init__": ["self", "reg"],
        "loss": ["self", "X", "y"],
    }
    assert found["bases"] == {"Net": ["Base"], "Other": ["Other"]}


@pytest.mark.parametrize(
    "variant",
    [
        b"def f(x):\n    return x + 1\n",
        b'def f(x):\n    """Doc."""\n    return x + 1  # comment\n',
        b"def f(x: float) -> float:\n\n    return (x + 1)\n",
        b"def f(x):\n    pass\n    return x+1\n",
        "\ufeffdef f(x):\r\n    return x + 1\r\n".encode(),
    ],
)
def test_the_form_is_blind_to_layout(variant):
    assert form(variant) == form(b"def f(x):\n    return x + 1\n")


def test_the_form_sees_code():
    assert form(b"def f(x):\n    return x + 1\n") != form(b"def f(x):\n    return x + 2\n")


def test_a_stub_is_hollow_and_work_is_not():
    assert inspect_python(STUB)["functions"]["affine_forward"]["hollow"]
    worked = STUB.replace(b"# TODO", b"out = x.dot(w)")
    assert not inspect_python(worked)["functions"]["affine_forward"]["hollow"]


def test_python_2_is_recognised_with_its_line():
    error = inspect_python(b"x = 1\nprint 'loss', x\n")["error"]
    assert error["line"] == 2
    assert error["python2"]
    assert not inspect_python(b"def f(:\n")["error"]["python2"]


@pytest.mark.parametrize("source", [b"x = (" * 3000, b"\x00", b"-" * 200_000 + b"1", "x = “1”".encode()])
def test_hostile_sources_become_an_error(source):
    assert inspect_python(source)["error"] is not None


def notebook(*cells, version=4):
    document = {"cells": list(cells), "nbformat": version, "nbformat_minor": 5, "metadata": {}}
    return json.dumps(document).encode()


def code(source):
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}


def test_notebook_definitions_take_the_last_one():
    cells = inspect_notebook(
        notebook(
            code("import numpy as np\n%matplotlib inline\ndef relu_forward(x):\n    return 0, x"),
            {"cell_type": "markdown", "source": "def not_code(): pass", "metadata": {}},
            code(["!pip install numpy\n", "def relu_forward(x):\n", "    return np.maximum(0, x), x"]),
            code("%%writefile cs231n/optim.py\ndef sgd(w, dw): return w"),
            code("%%timeit\nbroken("),
            code("syntax error here ("),
        )
    )["cells"]
    found = notebook_definitions(cells)
    assert found["definitions"]["relu_forward"]["cell"] == 2
    assert "np.maximum" in found["definitions"]["relu_forward"]["source"]
    assert found["imports"] == ["import numpy as np"]
    assert found["files"]["cs231n/optim.py"] == {"cell": 3, "source": "def sgd(w, dw): return w"}


def test_old_notebooks_have_worksheets_and_headings():
    document = {
        "nbformat": 3,
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 2, "source": ["Title"]},
                    {
                        "cell_type": "code",
                        "input": ["x = 1"],
                        "outputs": [{"output_type": "stream", "text": ["1"]}],
                    },
                ]
            }
        ],
    }
    cells = inspect_notebook(json.dumps(document).encode())["cells"]
    assert cells[0]["source"] == "## Title"
    assert cells[1]["source"] == "x = 1"
    assert cells[1]["outputs"] == ["1"]


@pytest.mark.parametrize("source", [b"", b"{", b"[]", b'{"cells": [1, 2]}', b"[" * 100_000, b"\xff\xfe"])
def test_damaged_notebooks_become_an_error(source):
    found = inspect_notebook(source)
    assert found["cells"] == []
    assert found["error"]


def test_replacing_a_function_keeps_the_other_lines_in_place():
    source = b"def a(x):\n    return 1\n\n@decorated\ndef b(x):\n    return 2\n\ndef c(x):\n    return 3\n"
    replaced = replace_functions(source, {"b": "def b(x):\n    return 20"})
    namespace = {"decorated": None}
    exec(compile(replaced, "layers.py", "exec"), namespace)  # noqa: S102 - the test's own source
    assert (namespace["a"](0), namespace["b"](0), namespace["c"](0)) == (1, 20, 3)
    assert namespace["c"].__code__.co_firstlineno == 8


def test_a_notebook_that_was_cut_off_keeps_the_cells_before():
    whole = notebook(
        code("x = 1"), {"cell_type": "markdown", "source": ["## Answer:\n", "noise"]}, code("y = 2")
    )
    found = inspect_notebook(whole[: whole.index(b"y = 2")])
    assert [cell["source"] for cell in found["cells"]] == ["x = 1", "## Answer:\nnoise"]
    assert found["error"].startswith("damaged, 2 cells could be read")


def test_a_notebook_left_in_the_middle_of_a_merge_keeps_its_cells():
    cells = [json.dumps(code(f"x = {number}"), indent=1) for number in range(3)]
    text = f'{{"cells": [\n{cells[0]},\n<<<<<<< HEAD\n{cells[1]},\n=======\n{cells[2]}\n>>>>>>> other\n],\n'
    found = inspect_notebook(f'{text} "metadata": {{"id": 1}}, "nbformat": 4}}'.encode())
    assert [cell["source"] for cell in found["cells"]] == ["x = 0", "x = 1", "x = 2"]
    assert "damaged" in found["error"]


@pytest.mark.parametrize(
    "odd",
    [
        {"metadata": None}, {"metadata": {"tags": None}}, {"metadata": {"tags": "a"}}, {"outputs": None},
        {"outputs": [None, {"data": None}, {"text": None}]}, {"id": None}, {"level": "x"}, {"extra": 1},
    ],
)  # fmt: skip
def test_odd_cells_are_read(odd):
    found = inspect_notebook(notebook({"cell_type": "code", "source": "x = 1"} | odd, code("y = 2")))
    assert [cell["source"] for cell in found["cells"]] == ["x = 1", "y = 2"]
    assert found["error"] is None


def test_what_is_no_cell_is_left_out_and_said():
    found = inspect_notebook(notebook("text", None, {"cell_type": "markdown", "source": None}, code("y = 2")))
    assert [(cell["number"], cell["source"]) for cell in found["cells"]] == [(2, ""), (3, "y = 2")]
    assert found["error"] == "damaged, 2 of 4 cells cannot be read"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_of_editors(encoding):
    assert (
        inspect_notebook(notebook(code("x = 1")).decode().encode(encoding))["cells"][0]["source"] == "x = 1"
    )


def test_bytes_that_are_no_text_cost_no_more_than_themselves():
    source = notebook(code("x = 1"), code("y = 2")).replace(b"x = 1", b"x = \xff1")
    assert [cell["source"] for cell in inspect_notebook(source)["cells"]] == ["x = \ufffd1", "y = 2"]


def test_of_a_long_output_the_beginning_and_the_end_are_kept():
    output = {"output_type": "stream", "text": "begin\n" + "(Iteration 1 / 9) loss: 2\n" * 3000 + "end: 0.5"}
    (text,) = inspect_notebook(notebook(code("x") | {"outputs": [output]}))["cells"][0]["outputs"]
    assert text.startswith("begin\n")
    assert text.endswith("\nend: 0.5")
    assert len(text) < 21_000
