"""Which files are Python 2: by what stands in them, and by the notebooks beside them."""

import json

import msgspec
import pytest

from grader.submission.contents import Notebook, PythonSummary
from grader.submission.inspection import inspect_notebook, inspect_python, replace_functions
from grader.submission.locate import Package
from grader.submission.python2 import find_python2
from grader.worker.inside.python2 import statements

F = "def f(d, n):\n    "


def read(source):
    return msgspec.convert(inspect_python(source.encode()), PythonSummary)


OLD = {
    "for i in xrange(3): pass": "xrange",
    "x = raw_input()": "raw_input",
    "isinstance(1, (int, long))": "long",
    "isinstance('', basestring) or unicode('')": "basestring",
    F + "for k, v in d.iteritems(): pass": "iteritems()",
    F + "return d.itervalues(), d.iterkeys()": "iterkeys()",
    F + "return d.has_key(n)": "has_key()",
    "import cPickle as pickle": "import cPickle",
    "from cStringIO import StringIO": "import cStringIO",
    "print 'a', 1": "a print statement",
    "print 'a',": "a print statement",
    "if True: print 1": "a print statement",
    "try: pass\nexcept ValueError, error: pass": "an except clause with a comma",
    "raise ValueError, 'text'": "a raise statement with a comma",
    "x = `1`": "backticks",
    "x = 1 <> 2": "the operator <>",
    "x = 10L": "a long literal",
    "x = ur'a'": "a string with ur",
    "from numpy import *\nxrange(3)": "xrange",
}
NO_SIGN = [
    "from past.builtins import xrange\nxrange(3)",
    "from six.moves import xrange as xrange\nxrange(3)",
    "from past.builtins import *\nxrange(3), unicode(1)",
    "xrange = range\nxrange(3)",
    "try:\n    xrange\nexcept NameError:\n    xrange = range\nxrange(3)",
    "try:\n    text = unicode\nexcept NameError:\n    text = str",
    "try:\n    import cPickle\nexcept ImportError:\n    import pickle",
    "import sys\nif sys.version_info[0] < 3:\n    range = xrange",
    "import six\nif six.PY2:\n    x = raw_input()",
    F + "return d.iteritems() if hasattr(d, 'iteritems') else d.items()",
    "import six\n" + F + "return six.iteritems(d)",
    "class Table:\n    def iteritems(self): pass\n" + F + "return Table().iteritems()",
    F + "long = n\n    return long",
    "def f(unicode): return unicode",
    "import numpy as np\nx = np.long",
    F + "return d.has_key",
    "x = 'print 1'\n# print 2",
    "print('a', 1)",
    "print ('a')",
    "x = 7 / 2",
]
NEW = {
    "x = f'{1}'": "an f-string",
    "def f(x: int): pass": "an annotation",
    "def f(x) -> int: pass": "an annotation",
    "x: int = 1": "an annotation",
    "def f():\n    x = 1\n    def g():\n        nonlocal x": "nonlocal",
    F + "return d @ n": "the operator @",
    F + "d @= n": "the operator @",
    "def f(x, *, y=1): pass": "a keyword-only or positional-only argument",
    "def f(x, *rest, y=1): pass": "a keyword-only or positional-only argument",
    "def f(x, /): pass": "a keyword-only or positional-only argument",
    "print(1, end='')": "print with keyword arguments",
    "a, *b = [1, 2]": "a starred expression",
    "x = [*(1, 2)]": "a starred expression",
    "x = {**{}}": "a dict with **",
    "raise ValueError from None": "raise ... from",
    "class A:\n    def f(self): super().f()": "super() without arguments",
    "class A(metaclass=type): pass": "a class with keyword arguments",
    "(x := 1)": "the operator :=",
    "async def f(): pass": "async",
    "def f():\n    yield from ()": "yield from",
    "match 1:\n    case 1: pass": "match",
    "x = 'é'": "a character outside ASCII without a coding line",
}
NOT_NEW = [
    "from __future__ import print_function\nprint(1, end='')",
    "# -*- coding: utf-8 -*-\nx = 'é'",
    "\ufeffx = 'é'",
    "class A(object):\n    def f(self): super(A, self).f()",
    "def f(x, *rest, **options): return {x for x in rest}, {x: x for x in rest}",
    "f = lambda *rest: print_all(*rest, **{})",
    "with open('a') as a, open('b') as b: pass",
]


@pytest.mark.parametrize("source", OLD)
def test_signs_of_python_2(source):
    summary = read(source)
    assert summary.python2[0][1] == OLD[source]
    assert not summary.python3
    assert summary.rewritten == (summary.error is not None)


@pytest.mark.parametrize("source", NO_SIGN)
def test_no_sign_of_python_2(source):
    assert read(source).python2 == ()


@pytest.mark.parametrize("source", NEW)
def test_signs_of_python_3(source):
    assert read(source).python3[0][1] == NEW[source]


@pytest.mark.parametrize("source", NOT_NEW)
def test_no_sign_of_python_3(source):
    assert read(source).python3 == ()


def test_signs_have_their_lines():
    summary = read("import numpy\n\ndef f(d):\n    print 'a'\n    for k in d.iteritems():\n        print k\n")
    assert summary.python2 == ((4, "a print statement"), (5, "iteritems()"), (6, "a print statement"))
    assert list(summary.functions) == ["f"]
    assert summary.error.line == 4


# Rewriting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print", "print"),
        ("print a, b", "print( a, b)"),
        ("print a,", 'print( a, end=" ")'),
        ("print (a), b", "print( (a), b)"),
        ("print (a) + (b)", "print( (a) + (b))"),
        ("print (a, b)", "print (a, b)"),
        ("print >>f, a", "print >>f, a"),
        ("print 'a;', b; print c", "print( 'a;', b); print( c)"),
        ("print {1: 2}[1] # print", "print( {1: 2}[1]) # print"),
        ("if a[1:2]: print b", "if a[1:2]: print( b)"),
        ("def f(a=lambda: 0): print a", "def f(a=lambda: 0): print( a)"),
        ("if lambda: a: print b", "if lambda: a: print( b)"),
        ("else: print b", "else: print( b)"),
        ("x = {1: print_it}", "x = {1: print_it}"),
        ("x.print_it, print_all", "x.print_it, print_all"),
        ("'''\nprint a\n'''\nprint b", "'''\nprint a\n'''\nprint( b)"),
        ("print 'it''s', \"\\\"\", '\\''", "print( 'it''s', \"\\\"\", '\\'')"),
        ("print a, \\\n  b", "print( a, \\\n  b)"),
        ("print (a,\n  b), c", "print( (a,\n  b), c)"),
        ("from __future__ import print_function\nprint a", "from __future__ import print_function\nprint a"),
        ("except A, e:", "except A as  e:"),
        ("except (A, B), e:", "except (A, B) as  e:"),
        ("except (A, B):", "except (A, B):"),
        ("except A as e:", "except A as e:"),
        ("raise A, 'b' % (c, d)", "raise A( 'b' % (c, d))"),
        ("raise A(b, c)", "raise A(b, c)"),
        ("raise A, b, c", "raise A, b, c"),
        ("x = `a` + `b`", "x = repr(a) + repr(b)"),
        ("print `a`, `b`", "print( repr(a), repr(b))"),
        ("if a <> b: pass", "if a != b: pass"),
        ("x = 0xFFL + 10l", "x = 0xFF + 10"),
        ("x = ur'a' + u'b' + r'c'", "x = r'a' + u'b' + r'c'"),
        ("x = 'a <> `b` 10L' # 10L <> `", "x = 'a <> `b` 10L' # 10L <> `"),
        ("\tif a:\n        \tb", "        if a:\n                b"),
        ("x = (\n\ta)", "x = (\n\ta)"),
        ("print 'unclosed", "print 'unclosed"),
        ("x = (print a", "x = (print a"),
    ],
)
def test_statements_are_rewritten_where_they_stand(old, new):
    got = statements.rewrite(old)[0]
    if old == "print 'unclosed":  # whatever it becomes, it stays on its line and does not parse
        assert got.count("\n") == 0
    else:
        assert got == new


def test_a_source_that_is_too_long_is_not_rewritten():
    with pytest.raises(SyntaxError):
        statements.parse(f"print 'a'\n{'# long' * 100_000}")


def test_a_function_is_replaced_among_statements_of_python_2():
    source = b"def a():\n    print 'a'\ndef b():\n    print 'b'\ndef c():\n    print 'c'\n"
    replaced = replace_functions(source, {"b": "def b():\n    return 7 / 2"})
    assert replaced.split("\n")[:6] == ["def a():", "    print 'a'", "", "", "def c():", "    print 'c'"]
    assert statements.parse(replaced).tree.body[-1].name == "b"


# Notebooks ----------------------------------------------------------------------------------------


def notebook(*cells, metadata):
    code = [{"cell_type": "code", "source": text, "outputs": [], "metadata": {}} for text in cells]
    document = {"cells": code, "nbformat": 4, "nbformat_minor": 0, "metadata": metadata}
    return msgspec.convert(inspect_notebook(json.dumps(document).encode()), Notebook)


def ran_by(version="", kernel="", cells=("from cs231n.layers import *",)):
    metadata = {"kernelspec": {"name": kernel}} if kernel else {}
    if version:
        metadata["language_info"] = {"name": "python", "version": version}
    return notebook(*cells, metadata=metadata)


@pytest.mark.parametrize(
    ("metadata", "python"),
    [
        ({"kernelspec": {"name": "python2", "display_name": "Python 2"}}, "2"),
        ({"kernelspec": {"name": "python3"}}, "3"),
        ({"language_info": {"version": "2.7.12"}}, "2"),
        ({"language_info": {"version": "2.7.12+"}, "kernelspec": {"name": "cs231n"}}, "2"),
        # The one that has really run it.
        ({"language_info": {"version": "3.6.4"}, "kernelspec": {"name": "python2"}}, "3"),
        ({"kernelspec": {"name": "conda-root-py"}}, ""),
        ({}, ""),
        ({"kernelspec": "python2", "language_info": [2]}, ""),
        ({"kernelspec": {"name": ["python2"]}, "language_info": {"version": 2.7}}, "2"),
        ([1], ""),
    ],
)
def test_which_python_ran_a_notebook(metadata, python):
    found = notebook("x = 1", metadata=metadata)
    assert found.python == python
    assert found.error is None


def test_cells_of_python_2_are_read_in_its_notebooks_only():
    cell = "def affine_forward(x, w, b):\n    print 'x', x\n    return x / 2, None"
    old, new = (ran_by(kernel=kernel, cells=[cell]) for kernel in ("python2", "python3"))
    assert old.definitions["affine_forward"].source.count("\n") == 2
    assert "print( 'x', x)" in old.definitions["affine_forward"].source
    assert new.definitions == {}


# The rule -----------------------------------------------------------------------------------------

PLAIN = "def affine_forward(x, w, b):\n    return x.shape[0] / 2\n"
XRANGE = "def sgd(w, dw):\n    return xrange(3)\n"
MODERN = "def relu_forward(x):\n    return f'{x}'\n"
TWO, THREE = ran_by("2.7.12"), ran_by("3.6.4")
AWAY = ran_by("2.7.12", cells=["import tensorflow as tf"])


def ask(files, books=(), *, wanted=True):
    """Module to whether it is Python 2, and what is said of it."""
    summaries = {f"cs231n/{name.replace('.', '/')}.py": read(text) for name, text in files.items()}
    paths = dict(zip(files, summaries, strict=True))
    found = find_python2(
        Package("cs231n", paths, ("cs231n",), ()),
        summaries,
        {f"{number}.ipynb": book for number, book in enumerate(books)},
        frozenset({"affine_forward", "relu_forward", "sgd"}),
        replaced=("solver", "vis_utils"),
        wanted=wanted,
    )
    old = {name: found.speaks(summaries[path]) for name, path in paths.items()}
    return old, found.notes({path: summaries[path] for name, path in paths.items() if old[name]})


@pytest.mark.parametrize(
    ("files", "books", "old"),
    [
        ({"layers": PLAIN}, [], set()),
        # by a file
        ({"layers": PLAIN, "optim": XRANGE}, [], {"layers", "optim"}),
        ({"layers": PLAIN, "optim": XRANGE}, [THREE, THREE], {"layers", "optim"}),
        ({"layers": "print 'a'\n" + PLAIN}, [], {"layers"}),
        # a helper counts if it is imported
        ({"layers": "from .mine import *\n" + PLAIN, "mine": XRANGE}, [], {"layers", "mine"}),
        ({"layers": PLAIN, "setup": XRANGE}, [], {"setup"}),
        # the grader's own copies are used in their place
        ({"layers": PLAIN, "vis_utils": XRANGE, "solver": "print 'a'"}, [], {"vis_utils", "solver"}),
        # by the notebooks
        ({"layers": PLAIN}, [TWO], {"layers"}),
        ({"layers": PLAIN}, [TWO, TWO, THREE], {"layers"}),
        ({"layers": PLAIN}, [TWO, THREE], set()),
        ({"layers": PLAIN}, [TWO, ran_by()], set()),
        ({"layers": PLAIN}, [TWO, THREE, THREE], set()),
        ({"layers": PLAIN}, [THREE, AWAY, AWAY], set()),
        ({"layers": PLAIN}, [AWAY], set()),
        ({"layers": PLAIN}, [TWO, ran_by(cells=["def affine_forward(x, w, b): pass"])], {"layers"}),
        ({"layers": PLAIN}, [ran_by("2.7.12", cells=["import cs231n_other"])], set()),
        # Python 3 for certain
        ({"layers": PLAIN, "optim": MODERN}, [TWO, TWO], set()),
        ({"layers": PLAIN, "solver": MODERN}, [TWO, TWO], set()),
        ({"layers": PLAIN, "setup": MODERN}, [TWO, TWO], {"layers"}),
        ({"layers": MODERN + XRANGE}, [TWO], set()),
        # of both kinds: each file for itself
        ({"layers": PLAIN, "optim": XRANGE, "classifiers.cnn": MODERN}, [TWO], {"optim"}),
        # names that come from another file
        (
            {"layers": "from past.builtins import xrange", "optim": "from .layers import *\n" + XRANGE},
            [],
            set(),
        ),
        ({"layers": "xrange = range\n", "optim": XRANGE}, [], {"layers", "optim"}),
        # a file that is broken in both Pythons speaks for itself alone
        ({"layers": PLAIN, "optim": "print 'a'\ndef f(:\n"}, [], {"optim"}),
        ({"layers": PLAIN, "optim": "def f(:\n"}, [], set()),
    ],
)
def test_who_is_python_2(files, books, old):
    assert {name for name, is_old in ask(files, books)[0].items() if is_old} == old
    assert not any(ask(files, books, wanted=False)[0].values())


def test_what_is_said_of_it():
    _, (note,) = ask({"layers": PLAIN, "optim": XRANGE + "print 'a'\n"})
    assert note.startswith("written for Python 2 (cs231n/optim.py, line 2: xrange): run with its meaning")
    assert note.endswith("no loss of points; statements rewritten in cs231n/optim.py")
    _, (note,) = ask({"layers": PLAIN}, [TWO, THREE, TWO])
    assert "(Python 2 ran 2 of 3 notebooks: 0.ipynb; 2.ipynb)" in note
    _, (note,) = ask({"layers": MODERN, "optim": XRANGE})
    assert note.startswith("written for Python 2 in part (cs231n/optim.py, line 2: xrange), which is run")
    _, (note,) = ask({"layers": MODERN}, [TWO])
    assert note.startswith("run as Python 3 (cs231n/layers.py, line 2: an f-string), although Python 2 ran 1")
    assert ask({"layers": PLAIN}, [THREE])[1] == []
    assert ask({"layers": PLAIN, "optim": XRANGE}, wanted=False)[1] == []


def test_what_is_known_of_a_file_depends_on_what_it_is():
    text = "def affine_forward(x, w, b):\n    print 'a'\n"
    broken = "print 'a'\ndef f(a, (b, c)): pass\n"
    package = Package("", {"layers": "layers.py"}, (), ())
    for source, wanted, line in ((text, True, None), (text, False, 2), (broken, True, 2), (broken, False, 1)):
        summary = read(source)
        found = find_python2(package, {"layers.py": summary}, {}, frozenset(), replaced=(), wanted=wanted)
        settled = found.settled(summary)
        assert (settled.error.line if settled.error else None) == line
        assert list(settled.functions) == (["affine_forward"] if line is None else [])
