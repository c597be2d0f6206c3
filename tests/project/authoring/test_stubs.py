"""What stands in the place of a solution region: the TODO, and a None for every name that is missed."""

from __future__ import annotations

import textwrap

import pytest

from grader.authoring.stubs import with_stubs
from grader.errors import AssignmentError


def stub(text: str, **options: set[str]) -> str:
    return with_stubs(textwrap.dedent(text).lstrip("\n"), "a.py", **options)


def names_set_to_none(text: str, **options: set[str]) -> list[str]:
    return [line.split()[0] for line in stub(text, **options).splitlines() if line.endswith("= None")]


def test_the_text_becomes_a_todo_and_missing_names_become_none() -> None:
    assert stub(
        '''
        def f(x):
            """Twice x."""
            # BEGIN SOLUTION: Double it,
            #: and keep it.
            y = 2 * x
            cache = x
            scratch = 0
            # END SOLUTION
            return y, cache
        '''
    ) == textwrap.dedent(
        '''\
        def f(x):
            """Twice x."""
            # TODO: Double it, and keep it.
            y = None
            cache = None
            return y, cache
        '''
    )


def test_a_long_text_is_wrapped_within_the_margin() -> None:
    text = (
        "def f():\n    # BEGIN SOLUTION: " + "word " * 40 + "\n    x = 1\n    # END SOLUTION\n    return x\n"
    )
    todo = [line for line in with_stubs(text, "a.py").splitlines() if line.strip().startswith("#")]
    assert len(todo) > 1
    assert all(line.startswith("    # ") and len(line) <= 100 for line in todo)
    assert " ".join(line.strip(" #") for line in todo).split() == ["TODO:", *["word"] * 40]


def test_the_same_text_without_regions_is_returned_as_it_is() -> None:
    assert with_stubs("x = 1\n", "a.py") == "x = 1\n"


def test_regions_at_module_and_class_level_disappear() -> None:
    assert stub(
        """
        import math
        # BEGIN SOLUTION
        import secret
        class Cache: ...
        # END SOLUTION
        class Net:
            size = 1
            # BEGIN SOLUTION: Even with a text.
            def helper(self): ...
            # END SOLUTION
        """
    ) == ("import math\nclass Net:\n    size = 1\n")


def test_a_region_without_text_leaves_no_todo() -> None:
    text = """
        def f(x):
            # BEGIN SOLUTION
            x = check(x)
            N = len(x)
            # END SOLUTION
            return N
        """
    assert stub(text) == "def f(x):\n    N = None\n    return N\n"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("a, (b, *c) = x", ["a", "b", "c"]),
        ("a = b = x", ["a", "b"]),
        ("a: int = 1", ["a"]),
        ("for a in x: b = a", ["a", "b"]),
        ("with x as a: pass", ["a"]),
        ("with x as (a, b): pass", ["a", "b"]),
        ("import a, b.d, d as c", ["a", "b", "c"]),
        ("from d import a, e as b", ["a", "b"]),
        ("def a(b): c = 1", ["a"]),
        ("class a: b = 1", ["a"]),
        ("print(a := 1)", ["a"]),
        ("x = [(a := b) for b in x]", ["a"]),
        ("a = lambda b: b", ["a"]),
        ("match x:\n    case [a, *b]: pass\n    case {'k': c}: pass", ["a", "b", "c"]),
        ("try: a = 1\nexcept ValueError as b: pass", ["a", "b"]),
        ("while x: a = 1", ["a"]),
        ("self.a = 1\nx['b'] = 2", []),
    ],
)
def test_every_way_to_bind_a_name_counts(body: str, names: list[str]) -> None:
    region = textwrap.indent(f"# BEGIN SOLUTION: Do it.\n{body}\n# END SOLUTION\n", "    ")
    assert names_set_to_none(f"def f(self, x):\n{region}    return a, b, c\n") == names


def test_a_name_updated_in_place_is_missed_too() -> None:
    text = """
        def f(x):
            # BEGIN SOLUTION: Do it.
            loss = x
            # END SOLUTION
            loss += 1
        """
    assert names_set_to_none(text) == ["loss"]


def test_a_name_read_only_in_an_inner_function_is_missed_too() -> None:
    text = """
        def f(x):
            # BEGIN SOLUTION: Do it.
            a, b = x
            # END SOLUTION
            return lambda: a
        """
    assert names_set_to_none(text) == ["a"]


def test_what_is_read_above_or_in_another_region_is_not_missed() -> None:
    text = """
        def f(x):
            # BEGIN SOLUTION: First.
            a = x
            b = a
            # END SOLUTION
            y = b
            # BEGIN SOLUTION: Second.
            z = a + y
            # END SOLUTION
            return z
        """
    assert names_set_to_none(text) == ["b", "z"]


def test_in_a_loop_what_is_read_above_comes_after_too() -> None:
    text = """
        def f(x):
            for _ in x:
                print(last)
                # BEGIN SOLUTION: Do it.
                last = 1
                # END SOLUTION
        """
    assert names_set_to_none(text) == ["last"]


@pytest.mark.parametrize(
    "above",
    [
        "y = 1",
        "y: int = 1",
        "if x: y = 1\nelse: y = 2",
        "if x: return 0\nelse: y = 2",
        "with x: y = 1",
        "try: y = 1\nexcept ValueError: y = 2",
        "try: pass\nfinally: y = 1",
        "import y",
        "# BEGIN SOLUTION\nif x: y = 3\n# END SOLUTION",
    ],
)
def test_a_name_that_is_certain_to_be_bound_keeps_its_value(above: str) -> None:
    region = "# BEGIN SOLUTION: Do it.\ny = 2\nz = 3\n# END SOLUTION\nreturn y, z"
    text = "def f(x):\n" + textwrap.indent(f"{above}\n{region}\n", "    ")
    after_above = with_stubs(text, "a.py").partition("TODO: Do it.")[2]
    assert "y = None" not in after_above
    assert "z = None" in after_above


@pytest.mark.parametrize(
    "above",
    [
        "if x: y = 1",
        "for _ in x: y = 1",
        "for y in x: pass",
        "while x: y = 1",
        "try: y = 1\nexcept ValueError: pass",
        "x.y = 1",
        "def g(): y = 1",
        "[y for y in x]",
        "y: int",
    ],
)
def test_a_name_that_may_be_unbound_becomes_none(above: str) -> None:
    region = "# BEGIN SOLUTION: Do it.\ny = 2\n# END SOLUTION\nreturn y"
    text = "def f(x):\n" + textwrap.indent(f"{above}\n{region}\n", "    ")
    assert names_set_to_none(text) == ["y"]


def test_parameters_and_loop_variables_keep_their_value() -> None:
    text = """
        def f(a, b=1, *c, d, **e):
            for g in a:
                with a as h:
                    # BEGIN SOLUTION: Do it.
                    a = b = c = d = e = g = h = i = 0
                    # END SOLUTION
                    print(a, b, c, d, e, g, h, i)
        """
    assert names_set_to_none(text) == ["i"]


def test_each_branch_gets_its_own_stub() -> None:
    text = """
        def f(mode):
            if mode == "train":
                # BEGIN SOLUTION: Train.
                out = 1
                # END SOLUTION
            else:
                # BEGIN SOLUTION: Test.
                out = 2
                # END SOLUTION
            return out
        """
    assert names_set_to_none(text) == ["out", "out"]
    namespace: dict[str, object] = {}
    exec(stub(text), namespace)  # noqa: S102 - our own text
    assert namespace["f"]("train") is None  # type: ignore[operator]
    assert namespace["f"]("test") is None  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            'def f():\n    """Doc."""\n    # BEGIN SOLUTION: A.\n    return 1\n    # END SOLUTION\n',
            'def f():\n    """Doc."""\n    # TODO: A.\n    pass\n',
        ),
        (
            "def f(x):\n    if x:\n        # BEGIN SOLUTION: A.\n        x()\n        # END SOLUTION\n",
            "def f(x):\n    if x:\n        # TODO: A.\n        pass\n",
        ),
        (
            "class A:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n",
            "class A:\n    pass\n",
        ),
        (
            "def f(x):\n"
            + "".join(f"    # BEGIN SOLUTION: {t}.\n    x()\n    # END SOLUTION\n" for t in "AB"),
            "def f(x):\n    # TODO: A.\n    pass\n    # TODO: B.\n",
        ),
    ],
)
def test_a_block_that_would_be_empty_gets_a_pass(text: str, wanted: str) -> None:
    assert with_stubs(text, "a.py") == wanted
    compile(wanted, "a.py", "exec")


def test_a_decorated_function_goes_with_its_decorator() -> None:
    text = "x = 1\n# BEGIN SOLUTION\n@decorate\ndef f(): ...\n# END SOLUTION\n"
    assert with_stubs(text, "a.py") == "x = 1\n"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("def f(:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n", 1, "no valid Python"),
        ("def f():\n    # BEGIN SOLUTION\n    # END SOLUTION\n    return 1\n", 2, "no statement"),
        ("# BEGIN SOLUTION\n# Nothing.\n# END SOLUTION\n", 1, "no statement"),
        (
            "if x:\n    y = 1\n# BEGIN SOLUTION\nelse:\n    y = 2\n# END SOLUTION\n",
            3,
            "cuts a statement",
        ),
        (
            "if x:\n    y = 1\n# BEGIN SOLUTION\nelif z:\n    y = 2\n# END SOLUTION\n",
            3,
            "cuts a statement",
        ),
        ("y = [\n    # BEGIN SOLUTION\n    1,\n    # END SOLUTION\n]\n", 2, "no statement"),
        ("def f():\n# BEGIN SOLUTION\n    return 1\n# END SOLUTION\n", 2, "cuts a statement|not aligned"),
    ],
)
def test_a_region_is_made_of_whole_statements(text: str, line: int, problem: str) -> None:
    with pytest.raises(AssignmentError, match=problem) as caught:
        with_stubs(text, "some/file.py")
    assert (caught.value.file, caught.value.line) == ("some/file.py", line)


def test_the_top_level_of_a_cell_is_like_a_body() -> None:
    text = "best = 1\n# BEGIN SOLUTION: Search.\nbest = 2\nother = 3\nscratch = 4\n# END SOLUTION\n"
    assert stub(text, read_below={"other", "best"}) == "best = 1\n# TODO: Search.\nother = None\n"
    assert stub(text, read_below=set()) == "best = 1\n# TODO: Search.\n"
    assert stub(text) == "best = 1\n"
