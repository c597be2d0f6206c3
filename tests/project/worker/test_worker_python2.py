"""Modules that were written for Python 2, in a real worker: what they do and where they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from grader.worker import Bundle, MemoryExceeded, Module, Place, StudentError

ALL = 10_000
HEAD = """
import numpy as np
from itertools import izip
import operator
import sys

def ints(*values):
    return np.array(values)

class Row(object):
    def __init__(self, value):
        self.value = value
        self.__hidden = value
        self.asked = []
    def __getitem__(self, key):
        self.asked.append(key)
        return self.value
    def __setitem__(self, key, value):
        self.value = value
    def halve(self):
        self.__hidden /= 2
        return self.__hidden

class Own(object):
    def iteritems(self):
        return "its own"
    def keys(self):
        return "its own"

class Table(dict):
    def has_key(self, key):
        return "its own"
"""

# What is written, what it gives in Python 2, and of which kind.
VALUES: dict[str, Any] = {
    # whole numbers
    "7 / 2": 3,
    "-7 / 2": -4,
    "7 / -2": -4,
    "True / 2": 0,
    "2 ** 70 / 3 % 1000": 2**70 // 3 % 1000,
    "10L / 4": 2,
    "np.int64(7) / 2": 3,
    "7 / np.int32(2)": 3,
    "np.bool_(True) / 1": 1,
    "1 + 7 / 2 * 2": 7,
    "(9 / 2) / 2": 2,
    # anything with a fraction
    "7 / 2.0": 3.5,
    "7.0 / 2": 3.5,
    "1e0 * 7 / 2": 3.5,
    "np.float32(7) / 2": 3.5,
    "7 / np.float64(2)": 3.5,
    "(1 + 0j) / 2": 0.5 + 0j,
    "7 // 2.0": 3.0,
    "7 % 4": 3,
    # arrays
    "ints(7, -7) / 2": np.array([3, -4]),
    "7 / ints(2, 3)": np.array([3, 2]),
    "ints(7, 9) / ints(2, 2)": np.array([3, 4]),
    "ints(7, 9) / [2, 2]": np.array([3, 4]),
    "(9, 8) / ints(2, 2)": np.array([4, 4]),
    "ints(7, 9).astype(np.uint8) / 2": np.array([3, 4], np.uint8),
    "(ints(7, 9) > 8) / 2": np.array([0, 0]),
    "(ints(7, 9) > 8) / 0.5": np.array([0.0, 2.0]),
    "ints(7, 9) / 2.0": np.array([3.5, 4.5]),
    "ints(7, 9) / np.array([2.0, 2.0])": np.array([3.5, 4.5]),
    "np.array([7.0, 9.0]) / 2": np.array([3.5, 4.5]),
    "np.array([7.0, 9.0]) / ints(2, 2)": np.array([3.5, 4.5]),
    "np.divide(7, 2)": 3,
    "np.divide(ints(7, 9), 2.0)": np.array([3.5, 4.5]),
    "operator.div(7, 2)": 3,
    # dicts
    "sorted({'a': 1}.iteritems())": [("a", 1)],
    "list({'a': 1}.iterkeys())": ["a"],
    "list({'a': 1}.itervalues())": [1],
    "{'a': 1}.has_key('a'), {'a': 1}.has_key('b')": (True, False),
    "{'a': 1}.keys()[0]": "a",
    "{'a': 1}.values() + [2]": [1, 2],
    "{'a': 1}.items()[0]": ("a", 1),
    "Own().iteritems(), Own().keys()": ("its own", "its own"),
    "Table().has_key(1)": "its own",
    "Table(a=1).keys()": ["a"],
    # built-in functions
    "[i for i in xrange(3)]": [0, 1, 2],
    "range(3) + [9]": [0, 1, 2, 9],
    "map(abs, [-1, 2])[0]": 1,
    "map(None, [1, 2], [3])": [(1, 3), (2, None)],
    "filter(None, [0, 1]) + [2]": [1, 2],
    "filter(lambda c: c != 'b', 'abc')": "ac",
    "zip([1, 2], [3, 4])[1]": (2, 4),
    "list(izip([1], [2]))": [(1, 2)],
    "reduce(lambda a, b: a + b, [1, 2, 3])": 6,
    "round(2.5), round(-0.5), round(0.125, 2), round(1234.0, -2)": (3.0, -1.0, 0.13, 1200.0),
    "cmp(1, 2)": -1,
    "unicode(1), unichr(97), isinstance('a', basestring), long(3)": ("1", "a", True, 3),
    "sys.maxint > 0": True,
    # what it shares with Python 3
    "2 <> 3": True,
    "`1 + 1`": "2",
    "u'a' + ur'\\d'": "a\\d",
}


@pytest.fixture(scope="module")
def ask(strongest: Any) -> Iterator[Callable[[str], Any]]:
    """What an expression gives, in one worker for all of them."""
    source = HEAD + "".join(
        f"\ndef case{number}():\n    return {text}\n" for number, text in enumerate(VALUES)
    )
    student = (Module("student", "student.py", source.encode(), python2_lines=ALL),)
    with strongest.server.open(Bundle(student)) as worker:
        worker.import_module("student")
        yield lambda text: worker.call(Place("student").attribute(f"case{[*VALUES].index(text)}")).value


@pytest.mark.parametrize("text", VALUES)
def test_an_expression_means_what_it_meant(ask: Callable[[str], Any], text: str) -> None:
    got, wanted = ask(text), VALUES[text]
    np.testing.assert_array_equal(got, wanted)
    if isinstance(wanted, np.ndarray):
        assert got.dtype.kind == wanted.dtype.kind
    elif isinstance(wanted, int | float):
        assert isinstance(got, float | np.floating) == isinstance(wanted, float)


def run(lab: Any, body: str, *, head: str = HEAD, lines: int = ALL) -> Any:
    """What a function with this body returns."""
    indented = "".join(f"    {line}\n" for line in body.split("\n"))
    source = f"{head}\ndef f():\n{indented}"
    student = (Module("student", "student.py", source.encode(), python2_lines=lines),)
    with lab.server.open(Bundle(student)) as worker:
        worker.import_module("student")
        return worker.call(Place("student").attribute("f")).value


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("x = 7\nx /= 2\nreturn x", 3),
        ("x = 7.0\nx /= 2\nreturn x", 3.5),
        ("x = ints(7, 9)\ny = x\ny /= 2\nreturn list(x)", [3, 4]),
        ("x = np.array([7.0, 9.0])\ny = x\ny /= 2\nreturn list(x)", [3.5, 4.5]),
        (
            "x = np.arange(6).reshape(2, 3)\nx[:, 1:] /= 2\nx[0] /= 1\nreturn x.tolist()",
            [[0, 0, 1], [3, 2, 2]],
        ),
        ("x = np.ones((4, 4))\nx[::2, ...] /= 4\nreturn x[:, 0].tolist()", [0.25, 1.0, 0.25, 1.0]),
        ("x = ints(4, 5, 6)\nx[x > 4] /= 2\nreturn x.tolist()", [4, 2, 3]),
        ("d = {'a': 7, 'b': 7.0}\nd['a'] /= 2\nd['b'] /= 2\nreturn d['a'], d['b']", (3, 3.5)),
        ("r = Row(7)\nr.value /= 2\nreturn r.value, r.halve()", (3, 3)),
        # operands once, in their order
        ("r = Row(7)\nr[len(r.asked)] /= 2\nreturn r.value, r.asked", (3, [0])),
        (
            (
                "seen = []\ndef at(name, value):\n    seen.append(name)\n    return value\n"
                "at('owner', Row(7))[at('key', 0)] /= at('right', 2)\n"
                "at('left', 7) / at('divisor', 2)\nreturn seen"
            ),
            ["owner", "key", "right", "left", "divisor"],
        ),
        ("x = [7]\ndef half(): x[0] = 100; return 2\nx[0] /= half()\nreturn x", [3]),  # read before
    ],
)
def test_division_in_place(strongest: Any, body: str, wanted: Any) -> None:
    assert run(strongest, body) == wanted


def test_division_of_python_3_where_the_file_asks_for_it(strongest: Any) -> None:
    body = "x = 7\nx /= 2\nreturn x, 7 / 2, 7 // 2, range(2)"
    head = "from __future__ import division, print_function\n"
    assert run(strongest, body, head=head) == (3.5, 3.5, 3, [0, 1])


def test_nothing_changes_for_other_modules(strongest: Any) -> None:
    source = b"def f():\n    return 7 / 2, type(range(2)).__name__, 'xrange' in str(__builtins__)\n"
    old = Module("old", "old.py", b"import student\nhalf = 7 / 2\nall = xrange(2)\n", python2_lines=ALL)
    with strongest.server.open(Bundle((old, Module("student", "student.py", source)))) as worker:
        worker.import_module("old")
        assert worker.call(Place("student").attribute("f")).value == (3.5, "range", False)
        assert worker.get(Place("old").attribute("half")) == 3


def test_lines_that_the_grader_added_keep_their_meaning(strongest: Any) -> None:
    source = b"def old():\n    return 7 / 2\n\ndef new():\n    return 7 / 2\n"
    student = (Module("student", "student.py", source, python2_lines=3),)
    with strongest.server.open(Bundle(student)) as worker:
        worker.import_module("student")
        got = [worker.call(Place("student").attribute(name)).value for name in ("old", "new")]
    assert got == [3, 3.5]


PRINTS = {
    "print 'a', 1": "a 1\n",
    "print 'a',; print 'b'": "a b\n",
    "print": "",
    "print('a')": "a\n",
    "print ('%d') % 3": "3\n",
    "print ('{}').format(3), 4": "3 4\n",
    "print ('a') + 'b'": "ab\n",
    "print >>sys.stderr, 'a', 1": "a 1\n",
    "print >>sys.stderr, 'a: %d' % 3": "a: 3\n",
    "if True: print 'a: b # c'  # d": "a: b # c\n",
    'print """a\nprint b"""': "a\nprint b\n",
    "print 'a' \\\n  'b'": "ab\n",
    "print (1,\n  2), 'a'": "(1, 2) a\n",
    "print lambda: 3 and 4": None,
}


@pytest.mark.parametrize("text", PRINTS)
def test_print_is_a_statement(strongest: Any, text: str) -> None:
    source = f"import sys\n{text}\n".encode()
    student = (Module("student", "student.py", source, python2_lines=ALL),)
    with strongest.server.open(Bundle(student)) as worker:
        worker.import_module("student")
        output = worker.output_since(0)[0]
    if PRINTS[text] is None:
        assert "lambda" in output
    elif text == "print":
        assert not output.strip()
    else:
        assert output == PRINTS[text]


def test_other_statements(strongest: Any) -> None:
    body = (
        "try:\n    raise ValueError, 'text %d' % 3\n"
        "except (KeyError, ValueError), error:\n    return str(error)"
    )
    assert run(strongest, body) == "text 3"


def test_tabs_are_eight_spaces(strongest: Any) -> None:
    source = b"def f(a):\n        if a:\n\t    print 'yes'\n\t    return 1\n\treturn 2\n"
    student = (Module("student", "student.py", source, python2_lines=ALL),)
    with strongest.server.open(Bundle(student)) as worker:
        worker.import_module("student")
        place = Place("student").attribute("f")
        assert [worker.call(place, value).value for value in (True, False)] == [1, 2]


def test_modules_that_are_called_otherwise_now(strongest: Any) -> None:
    head = (
        "import cPickle as pickle\nfrom cStringIO import StringIO\nimport Queue\n"
        "from itertools import imap, izip_longest, count\n"
    )
    body = (
        "return pickle.loads(pickle.dumps(3)), StringIO('a').read(), Queue.Queue().qsize(), "
        "list(imap(abs, [-1])), list(izip_longest([1], [])), next(count())"
    )
    assert run(strongest, body, head=head) == (3, "a", 0, [1], [(1, None)], 0)


def failure(lab: Any, source: str) -> StudentError:
    student = (Module("student", "student.py", source.encode(), python2_lines=ALL),)
    with lab.server.open(Bundle(student)) as worker:
        try:
            worker.import_module("student")
            worker.call(Place("student").attribute("f"))
        except StudentError as error:
            return error
    raise AssertionError("nothing failed")


@pytest.mark.parametrize(
    ("source", "kind", "line", "text"),
    [
        ("def f():\n    print 'a'\n    x = [1] / 2\n", "TypeError", 3, "x = [1] / 2"),
        ("def f():\n    x = 1\n    print 'a'\n    x /= 0\n", "ZeroDivisionError", 4, "x /= 0"),
        ("def f():\n    x = {}\n    x['a'] /= 2\n", "KeyError", 3, "x['a'] /= 2"),
        ("def f():\n    return (3).iteritems()\n", "AttributeError", 2, "return (3).iteritems()"),
        ("print 'a'\ndef f(a, (b, c)):\n    pass\n", "SyntaxError", 2, "def f(a, (b, c)):"),
        ("print 'a'\nprint 'b\n", "SyntaxError", 2, "print 'b"),
        ("def f(:\n", "SyntaxError", 1, "def f(:"),
    ],
)
def test_an_error_is_on_the_students_own_line(
    strongest: Any, source: str, kind: str, line: int, text: str
) -> None:
    error = failure(strongest, source)
    assert error.type_name == kind
    assert (error.frames[-1].line, error.frames[-1].text) == (line, text)
    assert {frame.path for frame in error.frames} == {"student.py"}


def test_long_expressions_and_hostile_ones(strongest: Any) -> None:
    assert run(strongest, f"return {' + '.join(['4 / 3'] * 700)}") == 700
    failure(strongest, f"print 'a'\nx = {'(' * 5000}")
    with pytest.raises((StudentError, MemoryExceeded)):  # which of them depends on Python's version
        raise failure(strongest, "print 'a'\nx = " + "-" * 100_000 + "1")
    assert strongest.is_well()
