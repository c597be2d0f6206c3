"""Scripts in percent format become notebooks: same bytes, stable ids, no outputs, no solutions."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest

from grader.authoring.drafts import Variant
from grader.authoring.notebooks import build_notebook
from grader.errors import AssignmentError

SCRIPT = """\
# %% [markdown] id="intro"
# # A heading
#
# Text with *marks* and $x_1$.

# %% id="setup" tags=["setup", "hidden"]
# %matplotlib inline
import numpy as np

# %%
x = np.ones(3)
print(x)

# %% [markdown] id="q1-answer" tags=["answer"]
# **Your answer:**
#
# BEGIN SOLUTION: [Fill this in.]
#: [And this.]
# Because of the chain rule.
# END SOLUTION

# %% id="search"
best = None
# BEGIN SOLUTION: Search for a good rate
#: and keep the best model.
rates = [1, 2]
best = max(rates)
model = best
# END SOLUTION

# %%
print(best, model)
"""


def notebook(script: str = SCRIPT, variant: Variant = Variant.STUBS) -> Any:
    return json.loads(build_notebook(script, "notebooks/SomeNotebook.py", variant))


def sources(made: Any) -> list[str]:
    return ["".join(cell["source"]) for cell in made["cells"]]


def test_the_notebook_is_valid_and_has_fixed_metadata() -> None:
    made = notebook()
    nbformat.validate(made)
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    assert made["metadata"]["kernelspec"] == {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }


def test_cells_keep_their_kind_order_and_text() -> None:
    made = notebook()
    assert [cell["cell_type"] for cell in made["cells"]] == [
        "markdown",
        "code",
        "code",
        "markdown",
        "code",
        "code",
    ]
    assert sources(made)[0] == "# A heading\n\nText with *marks* and $x_1$."
    assert sources(made)[1] == "%matplotlib inline\nimport numpy as np"


def test_code_cells_have_no_output_and_no_count() -> None:
    code = [cell for cell in notebook()["cells"] if cell["cell_type"] == "code"]
    assert len(code) == 4
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_ids_and_tags_come_from_the_script() -> None:
    cells = {cell["id"]: cell["metadata"] for cell in notebook()["cells"]}
    assert cells["setup"] == {"tags": ["setup", "hidden"]}
    assert cells["q1-answer"] == {"tags": ["answer"]}
    assert cells["intro"] == {}


def test_other_ids_depend_on_the_text_of_the_cell_alone() -> None:
    script = "# %%\nx = 1\n\n# %%\ny = 2\n\n# %%\nx = 1\n\n# %%\nx = 1\n"
    one, two, again, once_more = [cell["id"] for cell in notebook(script)["cells"]]
    assert one.startswith("somenotebook-")
    assert len({one, two, again, once_more}) == 4
    assert (again, once_more) == (f"{one}-2", f"{one}-3")
    shifted = [cell["id"] for cell in notebook("# %%\nz = 0\n\n" + script)["cells"]]
    assert shifted[1:] == [one, two, again, once_more]


def test_the_same_script_gives_the_same_bytes() -> None:
    text = build_notebook(SCRIPT, "notebooks/SomeNotebook.py", Variant.STUBS)
    assert text == build_notebook(SCRIPT, "notebooks/SomeNotebook.py", Variant.STUBS)
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")
    assert json.dumps(json.loads(text), sort_keys=True, indent=1, ensure_ascii=False) + "\n" == text


def test_solutions_become_todos() -> None:
    answer, search = sources(notebook())[3:5]
    assert answer == "**Your answer:**\n\n[Fill this in.]\n[And this.]"
    assert search == "best = None\n# TODO: Search for a good rate and keep the best model.\nmodel = None"


def test_the_solved_variant_keeps_solutions_without_markers() -> None:
    answer, search = sources(notebook(variant=Variant.SOLVED))[3:5]
    assert answer == "**Your answer:**\n\nBecause of the chain rule."
    assert search == "best = None\nrates = [1, 2]\nbest = max(rates)\nmodel = best"


def test_both_variants_have_the_same_ids_where_the_script_gives_them() -> None:
    stubs, solved = notebook(), notebook(variant=Variant.SOLVED)
    assert [cell["id"] for cell in stubs["cells"]] == [cell["id"] for cell in solved["cells"]]


@pytest.mark.parametrize(
    ("script", "line", "problem"),
    [
        ("# %%\nx = 1\n\n# %%\n# BEGIN SOLUTION: Go.\nx = 1\n", 5, "never ends"),
        ("# %%\nx = 1\n\n# %% [markdown]\n# Text\n# END SOLUTION\n", 6, "never began"),
        ("# %%\n# BEGIN SOLUTION: Go.\nx = 1\n# %%\n# END SOLUTION\n", 5, "never began"),
        ("# %%\nx = 1\n\n# %%\nx = (\n", 5, "no valid Python"),
    ],
)
def test_mistakes_are_found_with_their_line(script: str, line: int, problem: str) -> None:
    with pytest.raises(AssignmentError, match=problem) as caught:
        notebook(script)
    assert (caught.value.file, caught.value.line) == ("notebooks/SomeNotebook.py", line)


def test_an_id_stands_for_one_cell() -> None:
    with pytest.raises(AssignmentError, match="'a'"):
        notebook('# %% id="a"\nx = 1\n\n# %% id="a"\nx = 2\n')


def test_an_id_that_notebooks_do_not_allow_is_refused() -> None:
    with pytest.raises(AssignmentError, match="no valid notebook"):
        notebook('# %% id="a b"\nx = 1\n')
