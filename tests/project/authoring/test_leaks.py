"""No line of a solution is in the hand-out, and the detector that says so finds one that is."""

from __future__ import annotations

import json

import msgspec
import pytest

from grader.authoring.drafts import Variant
from grader.authoring.layout import Layout
from grader.authoring.leaks import Leak, find_leaks, solution_statements
from grader.authoring.sources import Sources
from grader.authoring.template import build_files
from grader.errors import AssignmentError
from grader.resources import assignment_folder

PLANTED = "dx = (dout @ w.T).reshape(x.shape)"


def planted(stubs: dict[str, str], path: str, text: str) -> dict[str, str]:
    return {**stubs, path: stubs[path] + text}


def test_the_hand_out_holds_no_solution(layout: Layout, sources: Sources, stubs: dict[str, str]) -> None:
    assert find_leaks(layout, sources, stubs) == []


def test_the_detector_knows_the_statements_of_every_exercise(layout: Layout, sources: Sources) -> None:
    places = {place.partition(":")[0] for place, _ in solution_statements(layout, sources)}
    wanted = {
        sources.name(part)
        for module in layout.modules
        if module.role in ("exercise", "solution")
        for part in module.parts
    }
    assert wanted <= places
    assert places - wanted <= {notebook.source for notebook in layout.notebooks}


def test_the_detector_finds_every_statement_in_the_solved_variant(
    layout: Layout, sources: Sources, solved: dict[str, str]
) -> None:
    known = set(layout.known_lines)
    looked_for = {place for place, code in solution_statements(layout, sources) if code not in known}
    assert {leak.source for leak in find_leaks(layout, sources, solved)} == looked_for
    assert len(looked_for) > 200


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("cs231n/layers.py", f"    {PLANTED}\n"),
        ("cs231n/optim.py", f"# {PLANTED}\n"),
        ("cs231n/solver.py", 'X = """Use dx=(dout@w.T).reshape(x.shape) here."""\n'),
        ("cs231n/solver.py", "dx = (\n    dout @ w.T\n).reshape(x.shape)\n"),
        ("README.md", f"The gradient is `{PLANTED}`.\n"),
    ],
)
def test_a_planted_line_is_found(
    layout: Layout, sources: Sources, stubs: dict[str, str], path: str, text: str
) -> None:
    (leak,) = find_leaks(layout, sources, planted(stubs, path, text))
    assert (leak.file, leak.code) == (path, PLANTED)
    assert leak.source.startswith("reference/affine.py:")
    assert path in str(leak)
    assert PLANTED in str(leak)


def test_a_line_planted_in_a_notebook_is_found(layout: Layout, sources: Sources) -> None:
    cell = {"cell_type": "markdown", "source": ["Hint:\n", f"    {PLANTED}\n"]}
    leaks = find_leaks(layout, sources, {"a.ipynb": json.dumps({"cells": [cell]})})
    assert [leak.code for leak in leaks] == [PLANTED]


def test_an_omitted_definition_is_found(layout: Layout, sources: Sources, stubs: dict[str, str]) -> None:
    text = "cache = _state(config, 'cache', w) + dw**2\nout = np.where(x > 0, x, alpha * x)\n"
    (leak,) = find_leaks(layout, sources, planted(stubs, "cs231n/layers.py", text))
    assert leak.source.startswith("reference/activations.py:")


def test_a_hand_out_with_a_leak_is_not_built(layout: Layout, sources: Sources) -> None:
    careless = msgspec.structs.replace(layout, known_lines=())
    folder = assignment_folder("cs231n_a2")
    with pytest.raises(AssignmentError, match="is part of the solution"):
        build_files(careless, sources, folder, Variant.STUBS)
    assert build_files(careless, sources, folder, Variant.SOLVED)


def test_every_known_line_is_still_needed(layout: Layout, sources: Sources, stubs: dict[str, str]) -> None:
    found = {
        leak.code for leak in find_leaks(msgspec.structs.replace(layout, known_lines=()), sources, stubs)
    }
    assert found == set(layout.known_lines)


def test_a_leak_reads_as_a_sentence() -> None:
    assert str(Leak("a.py", "lib/b.py:3", "x = f(y)")) == (
        "a.py: 'x = f(y)' is part of the solution (lib/b.py:3)"
    )
