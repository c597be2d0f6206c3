"""Kernels to try things in, where this machine can confine them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from grader.notebooks import NotebookLimits, require_confinement
from grader.notebooks.process import Outcome, run_cells
from grader.worker import ConfinementTooWeak

LIMITS = NotebookLimits(
    cell_seconds=20.0, notebook_seconds=60.0, memory_mib=1024, folder_mib=8, printed_mib=4
)

Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def confined() -> None:
    """Skips where notebooks cannot be confined."""
    try:
        require_confinement()
    except ConfinementTooWeak as error:
        pytest.skip(f"{error}; not tried: what a notebook can do here")


@pytest.fixture(scope="session")
def run(confined: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run cells in a kernel: ``run(*cells, filtered=True, **limits)``."""

    def run_some(*cells: str, filtered: bool = True, **limits: Any) -> Outcome:
        own = NotebookLimits(
            **{**{name: getattr(LIMITS, name) for name in LIMITS.__struct_fields__}, **limits}
        )
        return run_cells(cells, tmp_path_factory.mktemp("stage"), "", own, filtered=filtered)

    return run_some


@pytest.fixture(scope="session")
def bare(run: Run) -> Run:
    """The same without the system-call filter: what holds if it had a hole."""
    return partial(run, filtered=False)


@pytest.fixture(scope="session")
def solved_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-out with its solutions."""
    from grader.authoring.drafts import Variant
    from grader.authoring.template import build_template, write_template

    folder = tmp_path_factory.mktemp("solved") / "hand-in"
    write_template(build_template("cs231n_a2", Variant.SOLVED), folder)
    return folder


def errors(outcome: Outcome) -> dict[int, str]:
    """The name of the error of each cell that failed, by place."""
    assert outcome.document is not None
    return {failure.place: failure.error for failure in outcome.document.failures}
