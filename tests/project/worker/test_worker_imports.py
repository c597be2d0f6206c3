"""Imports inside a worker: the submission's own modules, aliases, stand-ins, and clean errors."""

# ruff: noqa: E501 - sources of small modules

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.worker import Bundle, Limits, Module, Place, StudentError


def modules(**sources: str | bytes) -> tuple[Module, ...]:
    """Modules from ``name=source``, with ``__`` for the dots of a name."""
    result = []
    for name, source in sources.items():
        dotted = name.replace("__", ".")
        code = source if isinstance(source, bytes) else source.encode()
        result.append(Module(dotted, dotted.replace(".", "/") + ".py", code))
    return tuple(result)


def value(lab: Any, bundle: Bundle, module: str, function: str = "f", *arguments: Any) -> Any:
    with lab.server.open(bundle) as worker:
        worker.import_module(module)
        return worker.call(Place(module).attribute(function), *arguments).value


PACKAGE = modules(
    cs231n__layers="def one():\n    return 1",
    cs231n__classifiers__fc_net="from ..layers import *\nfrom ..layer_utils import two\n"
    "from cs231n.layers import one as also\nfrom . import helper\n\ndef f():\n    return one(), two(), also(), helper.three",
    cs231n__classifiers__helper="three = 3",
    cs231n__layer_utils="from .layers import one\n\ndef two():\n    return one() + 1",
)


def test_relative_and_absolute_imports_without_any_init_file(strongest: Any) -> None:
    assert value(strongest, Bundle(PACKAGE), "cs231n.classifiers.fc_net") == (1, 2, 1, 3)


def test_an_init_file_is_run(strongest: Any) -> None:
    init = Module(
        "cs231n.classifiers", "cs231n/classifiers/__init__.py", b"from .fc_net import f", is_package=True
    )
    assert value(strongest, Bundle((*PACKAGE, init)), "cs231n.classifiers") == (1, 2, 1, 3)


def test_a_renamed_package_is_found_under_both_names_and_loaded_once(strongest: Any) -> None:
    renamed = modules(
        my__homework__layers="count = 0\n\nclass Layer:\n    pass",
        my__homework__nets="from cs231n import layers\nimport cs231n.layers as again\nfrom .layers import Layer\n"
        "layers.count += 1\n\ndef f():\n    return layers is again, Layer is layers.Layer, again.count, layers.__name__",
    )
    bundle = Bundle(renamed, aliases={"cs231n": "my.homework"})
    assert value(strongest, bundle, "cs231n.nets") == (True, True, 1, "my.homework.layers")
    assert value(strongest, bundle, "my.homework.nets") == (True, True, 1, "my.homework.layers")


def test_a_flat_hand_in_is_found_as_a_package_and_a_package_flat(strongest: Any) -> None:
    flat = modules(
        layers="x = 1", fc_net="from cs231n.layers import x\nimport cs231n\n\ndef f():\n    return x"
    )
    assert value(strongest, Bundle(flat, aliases={"cs231n": ""}), "cs231n.fc_net") == 1
    canonical = modules(
        cs231n__layers="x = 2",
        cs231n__classifiers__fc_net="from layers import x\nfrom .. import layers\n\ndef f():\n    return x, layers.x",
    )
    bundle = Bundle(canonical, aliases={"layers": "cs231n.layers", "fc_net": "cs231n.classifiers.fc_net"})
    assert value(strongest, bundle, "fc_net") == (2, 2)


def test_the_longest_alias_wins(strongest: Any) -> None:
    both = modules(
        a__x="v = 'a'", b__x="v = 'b'", m="import p.x, p.q.x\n\ndef f():\n    return p.x.v, p.q.x.v"
    )
    assert value(strongest, Bundle(both, aliases={"p": "a", "p.q": "b"}), "m") == ("a", "b")


def test_what_a_module_exports_is_listed(strongest: Any) -> None:
    code = "import numpy as np\nfrom math import sqrt\n\ndef f(): pass\n\nclass C: pass\n\n_x = y = 1\n"
    with strongest.open(code) as worker:
        exported = worker.import_module("student")
    assert [(name.name, name.kind) for name in exported] == [
        ("np", "module"),
        ("sqrt", "function"),
        ("f", "function"),
        ("C", "class"),
        ("y", "value"),
    ]
    assert {name.home for name in exported if name.name in "fC"} == {"student"}


def failure(lab: Any, code: str | bytes) -> StudentError:
    with lab.server.open(Bundle(modules(student=code))) as worker, pytest.raises(StudentError) as caught:
        worker.import_module("student")
    return caught.value


def test_a_missing_module_is_named_with_the_line(strongest: Any) -> None:
    error = failure(strongest, "import numpy\n\nfrom torch import nn\n")
    assert error.type_name == "ModuleNotFoundError"
    assert error.missing_module == "torch"
    (frame,) = error.frames
    assert (frame.path, frame.line, frame.text) == ("student.py", 3, "from torch import nn")
    assert not frame.provided


@pytest.mark.parametrize(
    ("code", "kind", "line"),
    [
        ("x = 1\nprint 'Python 2'\n", "SyntaxError", 2),
        ("def f():\nreturn 1\n", "IndentationError", 2),
        ("if True:\n\tx = 1\n        y = 2\n", "TabError", 3),
        ("x = 1\nraise SystemExit(0)\n", "SystemExit", 2),
        ("x = 1\nx.y\n", "AttributeError", 2),
        ("# coding: latin-1\nx = 1\n\xa0y = 2\n".encode("latin-1"), "SyntaxError", 3),
        (b"\n\nx = 1\n" + b"\xff\n", "SyntaxError", 4),
        ("x = \u201chello\u201d\n", "SyntaxError", 1),
        ("%matplotlib inline\n", "SyntaxError", 1),
        (b"x = 1\0\n", "SyntaxError", None),
        ("x = (" * 300, "SyntaxError", None),
    ],
)
def test_code_that_cannot_be_run_is_an_error_with_its_line(
    strongest: Any, code: str | bytes, kind: str, line: int | None
) -> None:
    error = failure(strongest, code)
    if isinstance(code, bytes) and b"\0" in code:
        assert error.type_name in ("SyntaxError", "ValueError")  # the type depends on Python's version
    else:
        assert error.type_name == kind
    if line is not None:
        assert error.frames[-1].line == line


def test_an_error_in_another_file_shows_the_way_there(strongest: Any) -> None:
    student = modules(a="from b import broken\n", b="def helper():\n    return 1 / 0\n\nbroken = helper()\n")
    with strongest.server.open(Bundle(student)) as worker, pytest.raises(StudentError) as caught:
        worker.import_module("a")
    places = [(frame.path, frame.line, frame.function) for frame in caught.value.frames]
    assert places == [("a.py", 1, "<module>"), ("b.py", 4, "<module>"), ("b.py", 2, "helper")]
    assert str(caught.value.frames[-1]) == 'File "b.py", line 2, in helper\n  return 1 / 0'


def test_a_failed_import_fails_again_and_harms_no_other(strongest: Any) -> None:
    student = modules(bad="import torch", good="def f():\n    return 3")
    with strongest.server.open(Bundle(student)) as worker:
        for _ in range(2):
            with pytest.raises(StudentError):
                worker.import_module("bad")
        worker.import_module("good")
        assert worker.call(Place("good").attribute("f")).value == 3


@pytest.mark.parametrize(
    "code",
    [
        b"\xef\xbb\xbfdef f():\n    return 'caf\xc3\xa9'\n",
        b"# -*- coding: latin-1 -*-\ndef f():\n    return 'caf\xe9'\n",
        "# coding: gb18030\ndef f():\n    return 'caf\u00e9'\n".encode("gb18030"),
        b"def f():\r\n    return 'caf\xc3\xa9'\r\n",
        b"def f():\r    return 'caf\xc3\xa9'\r",
        b"def f(): return 'caf\xc3\xa9'",
    ],
    ids=["bom", "latin-1", "gb18030", "crlf", "cr", "no last newline"],
)
def test_files_as_editors_write_them(strongest: Any, code: bytes) -> None:
    assert value(strongest, Bundle(modules(student=code)), "student") == "caf\u00e9"


def test_a_file_named_like_a_library_shadows_nothing(strongest: Any) -> None:
    student = modules(
        numpy="raise RuntimeError('the wrong numpy')",
        random="raise RuntimeError('the wrong random')",
        _grader_worker="raise RuntimeError('the wrong worker')",
        student="import numpy, random\n\ndef f():\n    return float(numpy.sum([1, random.random() < 2]))",
    )
    assert value(strongest, Bundle(student), "student") == 2.0


def test_provided_files_are_used_and_marked(strongest: Any) -> None:
    provided = modules(cs231n__solver="def solve(f):\n    return f()")
    student = modules(cs231n__nets="from .solver import solve\n\ndef f():\n    return solve(lambda: 1 / 0)")
    bundle = Bundle(student, provided)
    with strongest.server.open(bundle) as worker, pytest.raises(StudentError) as caught:
        worker.call(Place("cs231n.nets").attribute("f"))
    assert [(frame.path, frame.provided) for frame in caught.value.frames] == [
        ("cs231n/nets.py", False),
        ("cs231n/solver.py", True),
        ("cs231n/nets.py", False),
    ]


STUBBED = """
from __future__ import print_function
from builtins import object, range
from past.builtins import xrange
from past.utils import old_div
from six.moves import cPickle as pickle, range, zip
import six
import six.moves.cPickle
from future import standard_library
standard_library.install_aliases()
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib import pyplot, cm
import mpl_toolkits.mplot3d
from imageio import imread
from PIL import Image
from tqdm import tqdm, trange

plt.rcParams["figure.figsize"] = (10.0, 8.0)
figure, axes = plt.subplots(2, 2)
axes[0].plot([1, 2], "o")
with plt.style.context("ggplot"):
    plt.show()

def f():
    total = sum(i for i in xrange(3)) + sum(tqdm(range(3))) + sum(trange(3))
    return total, old_div(7, 2), old_div(7.0, 2), dict(six.iteritems({"a": 1})), pickle.loads(pickle.dumps(5))

def g():
    return imread("cat.jpg")
"""


def test_plotting_and_python_2_helpers_are_stood_in_for(strongest: Any) -> None:
    with strongest.open(STUBBED) as worker:
        worker.import_module("student")
        assert worker.call(Place("student").attribute("f")).value == (9, 3, 3.5, {"a": 1}, 5)
        with pytest.raises(StudentError, match=r"imageio\.imread is not available while grading"):
            worker.call(Place("student").attribute("g"))


def test_stand_ins_that_are_not_offered_are_missing(strongest: Any) -> None:
    with strongest.open("import matplotlib", stubs=()) as worker, pytest.raises(StudentError) as caught:
        worker.import_module("student")
    assert caught.value.missing_module == "matplotlib"


def test_code_that_looks_for_its_folder_finds_one(strongest: Any) -> None:
    code = """
    import os, sys
    sys.path.append(os.path.dirname(os.path.abspath(__file__)))
    sys.path.append(os.path.abspath(".."))

    def f():
        return __file__, os.getcwd()
    """
    assert strongest.value(code) == ("/submission/student.py", "/submission")


def test_compiled_files_and_paths_are_never_loaded(strongest: Any) -> None:
    code = """
    import sys, importlib.util

    def f():
        sys.path[:] = ["/usr/lib/python3", "/var/lib", "."]
        results = []
        for name in ("im2col_cython", "xml.dom.minidom", "sqlite3"):
            try:
                __import__(name)
                results.append("loaded")
            except ImportError as error:
                results.append(type(error).__name__)
        return results
    """
    assert strongest.value(code) == ["ModuleNotFoundError"] * 3


def test_scipy_is_there_only_where_the_assignment_says_so(strongest: Any) -> None:
    pytest.importorskip("scipy")
    assert failure(strongest, "import scipy.special").missing_module == "scipy"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Bundle(modules(a="") * 2), "module: got 'a' twice"),
        (lambda: Bundle((Module("a", "x.py", b""), Module("b", "x.py", b""))), "path: got 'x.py' twice"),
        (lambda: Bundle((Module("a-b", "x.py", b""),)), "wanted dotted identifiers"),
        (lambda: Bundle((Module("a", "x.py", b" " * (2**20 + 1)),)), "wanted at most 1048576"),
        (
            lambda: Bundle((), aliases={"a": "b.c", "b": "d"}),
            "aliases: got 'a' for 'b.c', where 'b' is an alias too",
        ),
        (lambda: Bundle((), aliases={"cs231n": "cs231n.cs231n"}), "where 'cs231n' is an alias too"),
        (lambda: Bundle((), stubs=("torch",)), "stubs: got"),
        (lambda: Bundle((), served={"layers": ("a.b",)}), "wanted an identifier"),
        (lambda: Limits(wall_seconds=0), "wall_seconds: got 0"),
        (lambda: Limits(cpu_seconds=float("nan")), "cpu_seconds: got nan"),
        (lambda: Limits(output_bytes=1 << 20), "wanted at most 65536"),
    ],
)
def test_wrong_settings_are_refused_with_a_reason(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_many_and_large_files_are_fine(strongest: Any) -> None:
    line = b"x = 1  # " + b"." * 90 + b"\n"
    student = tuple(Module(f"m{i}", f"m{i}.py", line * 10_000 + b"y = %d\n" % i) for i in range(10))
    with strongest.server.open(Bundle(student)) as worker:
        for i in (0, 9):
            worker.import_module(f"m{i}")
            assert worker.get(Place(f"m{i}").attribute("y")) == i


def test_numpy_as_a_whole_can_be_imported(strongest: Any) -> None:
    names = (
        "linalg",
        "random",
        "fft",
        "ma",
        "polynomial",
        "testing",
        "lib.stride_tricks",
        "lib.format",
        "ctypeslib",
    )
    code = (
        "\n".join(f"import numpy.{name}" for name in names)
        + "\nimport numpy as np\ndef f():\n    return np.__version__"
    )
    assert strongest.value(code) == np.__version__
