"""Generated files, made from small packages that the tests write."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.authoring.drafts import Variant
from grader.authoring.imports import Import, relative_module, render_imports
from grader.authoring.layout import Layout
from grader.authoring.modules import build_modules
from grader.authoring.sources import Sources
from grader.errors import AssignmentError

Build = Callable[..., dict[str, str]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write parts, and build the files that are made from them."""

    def build(
        parts: dict[str, str], *modules: dict[str, Any], variant: Variant = Variant.STUBS
    ) -> dict[str, str]:
        for part, text in parts.items():
            file = tmp_path / "lib" / f"{part.replace('.', '/')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        entries = [{"title": "T.", **module} for module in modules]
        layout = msgspec.convert({"sources": "lib", "modules": entries}, Layout)
        return build_modules(layout, Sources("lib", tmp_path / "lib"), variant)

    return build


def body(text: str) -> str:
    """A generated file without its docstring."""
    return text.partition('"""\n')[2].lstrip("\n")


def test_parts_follow_each_other_without_docstrings_and_boilerplate(build: Build) -> None:
    files = build(
        {
            "one": '''
                """The lecture."""

                from __future__ import annotations

                __all__ = ["f"]

                LIMIT = 3  # a constant
                SCALE = 2

                OTHER = 1


                # About f.
                def f(x: int) -> int:
                    """Contract."""
                    return x * LIMIT + SCALE + OTHER
                ''',
            "two": '"""Another."""\n\n\ndef g(): ...\n\n# A remark at the end.\n',
        },
        {"path": "p/m.py", "title": "Title.", "parts": ["one", "two"]},
    )
    assert files == {
        "p/m.py": textwrap.dedent(
            '''\
            """Title."""

            LIMIT = 3  # a constant
            SCALE = 2

            OTHER = 1


            # About f.
            def f(x):
                """Contract."""
                return x * LIMIT + SCALE + OTHER


            def g(): ...
            '''
        )
    }


def test_a_file_without_parts_is_its_docstring(build: Build) -> None:
    assert build({}, {"path": "p/__init__.py", "title": "Title."}) == {"p/__init__.py": '"""Title."""\n'}


def test_only_a_file_with_something_to_do_says_so(build: Build) -> None:
    parts = {
        "a": "def f(x):\n    # BEGIN SOLUTION: Go.\n    y = 1\n    # END SOLUTION\n    return y\n",
        "b": "def g(): ...\n",
    }
    modules = (
        {"path": "a.py", "parts": ["a"], "role": "exercise"},
        {"path": "b.py", "parts": ["b"], "role": "exercise"},
    )
    stubs = build(parts, *modules)
    assert "is for you to write" in stubs["a.py"].partition("def")[0]
    assert stubs["b.py"] == '"""T."""\n\n\ndef g(): ...\n'
    assert "is for you to write" not in build(parts, *modules, variant=Variant.SOLVED)["a.py"]


def test_both_variants_of_a_region(build: Build) -> None:
    part = """
        import math

        # BEGIN SOLUTION
        def helper(): ...
        # END SOLUTION


        def f(x):
            # BEGIN SOLUTION: Go.
            y = math.sqrt(helper())
            # END SOLUTION
            return y
        """
    module = {"path": "m.py", "parts": ["a"], "role": "exercise"}
    assert body(build({"a": part}, module)["m.py"]) == (
        "def f(x):\n    # TODO: Go.\n    y = None\n    return y\n"
    )
    assert body(build({"a": part}, module, variant=Variant.SOLVED)["m.py"]) == (
        "import math\n\n\ndef helper(): ...\n\n\ndef f(x):\n    y = math.sqrt(helper())\n    return y\n"
    )


def test_a_file_that_is_handed_out_complete_keeps_its_regions(build: Build) -> None:
    part = "def f():\n    # BEGIN SOLUTION: Go.\n    return 1\n    # END SOLUTION\n"
    assert body(build({"a": part}, {"path": "m.py", "parts": ["a"]})["m.py"]) == "def f():\n    return 1\n"


def test_imports_are_redirected_and_those_without_use_dropped(build: Build) -> None:
    files = build(
        {
            "low": "def here(): ...\n\n\ndef there(): ...\n",
            "high": """
                import os
                import sys as system
                from collections.abc import Mapping, Sequence
                import numpy as np
                from lib.low import here, there
                from lib import optim
                from lib.other import elsewhere as away

                def f(x: Mapping[str, int]) -> Sequence[int]:
                    Mapping = 1  # a local of the same name
                    return here(), away(), optim.step, np.pi, os.sep, system.path, Mapping
                """,
            "optim": "def step(): ...\n",
            "other": "def elsewhere(): ...\n",
        },
        {"path": "p/m.py", "parts": ["low", "high"]},
        {"path": "p/optim.py", "parts": ["optim"]},
        {"path": "p/q/other.py", "parts": ["other"]},
    )
    head = files["p/m.py"].partition("def ")[0]
    assert head == (
        '"""T."""\n\nimport os\nimport sys as system\n\nimport numpy as np\n\n'
        "from . import optim\nfrom .q.other import elsewhere as away\n\n\n"
    )


def test_imports_from_a_package_are_followed_to_where_the_name_is_defined(build: Build) -> None:
    files = build(
        {
            "norm.__init__": "from lib.norm.batch import bn\n\n__all__ = ['bn']\n",
            "norm.batch": "def bn(): ...\n",
            "net": "from lib.norm import bn\n\n\ndef f():\n    return bn()\n",
        },
        {"path": "p/layers.py", "parts": ["norm.batch"]},
        {"path": "p/nets/net.py", "parts": ["net"]},
    )
    assert body(files["p/nets/net.py"]).startswith("from ..layers import bn\n")


def test_a_starred_import_of_the_layout_serves_public_names(build: Build) -> None:
    files = build(
        {
            "low": "def public(): ...\n\n\ndef _private(): ...\n",
            "high": "from lib.low import _private, public\n\n\ndef f():\n    return public, _private\n",
        },
        {"path": "p/low.py", "parts": ["low"]},
        {"path": "p/high.py", "parts": ["high"], "imports": ["import numpy as np", "from .low import *"]},
    )
    assert body(files["p/high.py"]).startswith(
        "import numpy as np\n\nfrom .low import *\nfrom .low import _private\n\n\ndef f():"
    )


def test_types_are_written_only_where_a_class_needs_them(build: Build) -> None:
    parts = {
        "checks": """
            from typing import Any, TypeAlias
            from numpy.typing import NDArray

            Floats: TypeAlias = NDArray[Any]
            Unused = tuple[int, int]

            def check(x: Floats) -> Floats: ...
            def unused(): ...
            """,
        "layer": """
            from typing import TYPE_CHECKING, NamedTuple, Protocol
            from lib.checks import Floats, check

            if TYPE_CHECKING:
                import nothing

            class Model(Protocol):
                x: int

            # BEGIN SOLUTION
            class Cache(NamedTuple):
                x: Floats
            # END SOLUTION

            def f(x: Floats, m: Model) -> Floats:
                # BEGIN SOLUTION: Go.
                y = check(x)
                # END SOLUTION
                return y
            """,
    }
    modules = (
        {"path": "p/layer.py", "parts": ["layer"], "role": "exercise"},
        {"path": "p/_checks.py", "parts": ["checks"], "role": "helper"},
    )
    stubs = build(parts, *modules)
    assert list(stubs) == ["p/layer.py"]
    assert body(stubs["p/layer.py"]) == "def f(x, m):\n    # TODO: Go.\n    y = None\n    return y\n"
    solved = build(parts, *modules, variant=Variant.SOLVED)
    assert body(solved["p/_checks.py"]) == (
        "from typing import Any\n\nfrom numpy.typing import NDArray\n\n"
        "Floats = NDArray[Any]\n\n\ndef check(x): ...\n"
    )
    assert body(solved["p/layer.py"]).startswith(
        "from typing import NamedTuple\n\nfrom ._checks import Floats, check\n\n\n"
        "class Cache(NamedTuple):\n    x: Floats\n\n\ndef f(x, m):"
    )


def test_omitted_names_are_kept_from_students_only(build: Build) -> None:
    parts = {"a": "def f(): ...\n\n\ndef extra_one(): ...\n\n\ndef extra_two(): ...\n"}
    module = {"path": "m.py", "parts": ["a"], "omit": ["extra_*"]}
    assert body(build(parts, module)["m.py"]) == "def f(): ...\n"
    assert "extra_two" in build(parts, module, variant=Variant.SOLVED)["m.py"]


def refused(build: Build, parts: dict[str, str], *modules: dict[str, Any]) -> str:
    with pytest.raises(AssignmentError) as caught:
        build(parts, *modules)
    return str(caught.value)


def test_a_pattern_that_omits_nothing_is_a_mistake(build: Build) -> None:
    message = refused(build, {"a": "x = 1\n"}, {"path": "m.py", "parts": ["a"], "omit": ["f_*"]})
    assert "m.py" in message
    assert "'f_*'" in message


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ("def helper(): ...\n", "defines helper"),
        ("from os import helper\nx = helper\n", "helper is defined by one part and imported by another"),
        ("from math import sqrt\nx = sqrt\n", "imports sqrt"),
    ],
)
def test_a_name_means_one_thing_in_a_file(build: Build, second: str, problem: str) -> None:
    first = "from cmath import sqrt\n\ndef helper():\n    return sqrt(1)\n"
    module = {"path": "m.py", "parts": ["one", "two"]}
    assert problem in refused(build, {"one": first, "two": second}, module)


def test_handed_out_code_must_not_need_a_solution(build: Build) -> None:
    part = "# BEGIN SOLUTION\ndef g(): ...\n# END SOLUTION\n\ndef f():\n    return g()\n"
    message = refused(build, {"a": part}, {"path": "m.py", "parts": ["a"], "role": "exercise"})
    assert "f uses g, which is not handed out" in message


@pytest.mark.parametrize(
    "entry",
    [
        {"parts": ["low"], "role": "exercise"},
        {"parts": ["low"], "omit": ["g"]},
        {"parts": ["low"], "role": "solution"},
    ],
)
def test_handed_out_code_must_not_need_a_solution_of_another_file(
    build: Build, entry: dict[str, Any]
) -> None:
    low = "# BEGIN SOLUTION\ndef g(): ...\n# END SOLUTION\nx = 1\n"
    parts = {"low": low, "high": "from lib.low import g\n\ndef f():\n    return g()\n"}
    message = refused(build, parts, {"path": "low.py", **entry}, {"path": "high.py", "parts": ["high"]})
    assert "high.py: uses g of low.py, which is not handed out" in message


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("from lib.absent import f\nx = f\n", "'absent'"),
        ("from lib.spare import absent\nx = absent\n", "absent is imported from here"),
        ("from lib.spare import g\nx = g\n", "'spare', which is in no file"),
        ("from lib.spare import *\n", "cannot follow the import"),
        ("import lib.spare\n", "cannot follow the import"),
        ("from .spare import g\n", "cannot follow the import"),
        ("def f():\n    from lib.spare import g\n    return g\n", "a function imports a part"),
    ],
)
def test_an_import_that_cannot_be_followed_is_refused(build: Build, part: str, problem: str) -> None:
    parts = {"a": part, "spare": "def g(): ...\n"}
    assert problem in refused(build, parts, {"path": "m.py", "parts": ["a"]})


def test_a_missing_part_is_named(build: Build) -> None:
    assert "'absent'" in refused(build, {}, {"path": "m.py", "parts": ["absent"]})


def test_sources_need_a_package() -> None:
    with pytest.raises(AssignmentError, match="no_such_package"):
        Sources.of_package("no_such_package")


@pytest.mark.parametrize(
    ("importer", "imported", "module"),
    [
        ("p/a.py", "p/b.py", ".b"),
        ("p/q/a.py", "p/b.py", "..b"),
        ("p/a.py", "p/q/b.py", ".q.b"),
        ("p/q/a.py", "p/r/b.py", "..r.b"),
    ],
)
def test_relative_modules(importer: str, imported: str, module: str) -> None:
    assert relative_module(importer, imported) == module


def test_imports_are_sorted_grouped_and_wrapped() -> None:
    names = [Import("pkg", f"a_long_function_name_{number}") for number in range(5)]
    text = render_imports(
        [
            Import(".b", "f"),
            Import("..a", "*"),
            Import("numpy", None, "np"),
            Import("typing", "Any"),
            Import("os"),
            Import("typing", "abc"),
            Import("typing", "CONSTANT"),
            Import("typing", "Any"),
            *names,
        ]
    )
    wrapped = "".join(f"    {item.name},\n" for item in names)
    assert text == (
        "import os\nfrom typing import CONSTANT, Any, abc\n\nimport numpy as np\n"
        f"from pkg import (\n{wrapped})\n\nfrom ..a import *\nfrom .b import f\n"
    )
