"""Loops in Python are named with their line, wherever the function gets to; nothing is run for that."""

import json
import textwrap

import numpy as np
import pytest

from grader.speed.loop_search import find_loops, loops_as_json
from grader.speed.loops import loops_of
from grader.submission.assemble import Program
from grader.worker import ForkServer, Module


def loops(function="f", **files):
    texts = {name.replace("__", "."): textwrap.dedent(text).encode() for name, text in files.items()}
    return find_loops(texts, "fast_layers", function)


@pytest.mark.parametrize(
    "body",
    [
        "for n in range(3): pass",
        "while x: x -= 1",
        "return [x[i] for i in range(3)]",
        "return sum(x[i] for i in np.arange(3))",
        "return {i: 1 for i in np.ndindex(2, 2)}",
        "return np.vectorize(abs)(x)",
        "return np.apply_along_axis(max, 0, x)",
    ],
)
def test_a_loop_is_found(body):
    assert loops(fast_layers=f"def f(x):\n    y = 1\n    {body}\n") == [("fast_layers", 3, "f")]


@pytest.mark.parametrize(
    "body",
    [
        "return x @ x",
        "return tuple(size for size in x.shape)",
        "return [d[key] for key in ('stride', 'pad')]",
        "return np.einsum('ij,jk', x, x)",
        "'''for n in range(3): in a docstring'''",
    ],
)
def test_what_is_no_loop_over_numbers_is_not(body):
    assert loops(fast_layers=f"def f(x):\n    {body}\n") == []


def test_loops_of_other_functions_are_not_this_ones():
    assert loops(fast_layers="def f(x): return x\ndef g(x):\n    for n in x: pass\n") == []


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("from .im2col import columns", "columns(x)"),
        ("from .im2col import columns as c", "c(x)"),
        ("from .im2col import *", "columns(x)"),
        ("from . import im2col", "im2col.columns(x)"),
        ("from . import im2col as im", "im.columns(x)"),
        ("from cs231n.im2col import *", "columns(x)"),
        ("import cs231n.im2col as im", "im.columns(x)"),
        ("", "by_another_name(x)"),
    ],
)
def test_the_way_leads_through_helpers_and_files(line, call):
    found = loops(
        fast_layers=f"{line}\ndef f(x): return {call}\ndef by_another_name(x):\n    while x: pass\n",
        im2col="def columns(x):\n    for n in x:\n        pass\n",
    )
    inner = ("im2col", 2, "columns") if line else ("fast_layers", 4, "by_another_name")
    assert found == [inner]


def test_a_function_that_is_only_imported_is_followed():
    found = loops(fast_layers="from .other import *\n", other="def f(x):\n    for n in x: pass\n")
    assert found == [("other", 2, "f")]


def test_its_own_loops_come_first_and_calls_in_a_circle_end():
    found = loops(
        fast_layers="""\
        def f(x):
            g(x)
            for a in x:
                for b in a: pass
        def g(x):
            while f(x): pass
        """
    )
    assert found == [("fast_layers", 3, "f"), ("fast_layers", 4, "f"), ("fast_layers", 6, "g")]


@pytest.mark.parametrize("text", ["def f(:", "x = " + "(" * 5000, "\0", "def f(): \xff"])
def test_a_file_that_does_not_parse_has_none(text):
    assert find_loops({"fast_layers": text.encode("latin-1")}, "fast_layers", "f") == []


def test_a_worker_gets_bytes_and_answers_in_json():
    sources = {"fast_layers": np.frombuffer(b"def f():\n    while 1: pass\n", np.uint8)}
    answer = json.loads(loops_as_json(sources, "fast_layers", ["f", "g"]).tobytes())
    assert answer == {"f": [["fast_layers", 2, "f"]], "g": []}


@pytest.fixture(scope="module")
def server():
    with ForkServer() as server:
        yield server


def program(text):
    return Program((Module("cs231n.fast_layers", "src/fast_layers.py", text),), (), (), {})


def test_the_judge_shows_the_line_of_its_own_copy(server):
    text = b"def f(x):\n    for n in x:  # slowly\n        pass\n"
    (loop,) = loops_of(server, program(text), "cs231n", "fast_layers", ["f"])["f"]
    assert (loop.path, loop.line, loop.function) == ("src/fast_layers.py", 2, "f")
    assert loop.text == "for n in x:  # slowly"


def test_a_file_that_no_parser_gets_through_costs_nothing(server):
    assert loops_of(server, program(b"f = " + b"-" * 500_000 + b"1"), "cs231n", "fast_layers", ["f"]) in (
        {},
        {"f": ()},
    )
