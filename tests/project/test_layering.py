"""The stages lie in one order, and nothing imports from a later one."""

import ast
from pathlib import Path

import pytest

ORDER = [
    ("grader", "grader.errors", "grader.resources"),
    ("grader.record",),
    ("grader.written",),
    ("grader.model",),
    ("grader.worker", "grader.subject.interface", "grader.subject.outcomes", "grader.subject.edition"),
    ("grader.speed.settings",),
    ("grader.assignment", "grader.suite"),
    ("grader.authoring",),
    ("grader.submission",),
    ("grader.notebooks",),
    ("grader.rubric",),
    ("grader.subject",),
    ("grader.arms", "grader.diagnosis"),
    ("grader.followthrough", "grader.grading"),
    ("grader.speed",),
    ("grader.submitted",),
    ("grader.score",),
    ("grader.report",),
    ("grader.pipeline",),
    ("grader.classroom", "grader.audit", "grader.demo", "grader.demo_answers"),
    ("grader.audit_page", "grader.review"),
    ("grader.cli",),
]
RANKS = {name: rank for rank, names in enumerate(ORDER) for name in names}
GRADER = Path(__file__).parents[2] / "grader"
FILES = sorted(path for path in GRADER.rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(GRADER.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def rank_of(module: str) -> int:
    name = module
    while name not in RANKS:
        name = name.rpartition(".")[0]
        assert name, f"{module}: say in ORDER where it belongs"
    # The package itself only stands for its own __init__, not for whatever is new below it.
    assert name != "grader" or module == "grader", f"{module}: say in ORDER where it belongs"
    return RANKS[name]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                is_module = (GRADER.parent / full.replace(".", "/")).with_suffix(".py").exists()
                is_package = (GRADER.parent / full.replace(".", "/") / "__init__.py").exists()
                found.add(full if is_module or is_package else str(node.module))
    return {name for name in found if name.split(".")[0] in {"grader", "reference", "tests"}}


@pytest.mark.parametrize("path", FILES, ids=lambda path: module_of(path))
def test_nothing_imports_from_a_later_stage(path):
    own = rank_of(module_of(path))
    later = {name for name in imports(path) if name.startswith("grader") and rank_of(name) > own}
    assert not later, f"{module_of(path)} imports {sorted(later)}, which belong to later stages"


def test_the_order_can_be_broken():
    assert rank_of("grader.pipeline") > rank_of("grader.score") > rank_of("grader.worker.client")


@pytest.mark.parametrize("path", FILES, ids=lambda path: module_of(path))
def test_nothing_of_the_grader_imports_its_tests(path):
    assert not {name for name in imports(path) if name.startswith("tests")}


def test_the_reference_knows_nothing_of_the_grader():
    for path in sorted((GRADER.parent / "reference").rglob("*.py")):
        assert not {name for name in imports(path) if name.startswith("grader")}, path


def test_what_runs_around_a_notebook_holds_nothing_of_the_judge():
    """Beside the standard library and Jupyter: its own folder, and the walls that workers have."""
    for path in sorted((GRADER / "notebooks" / "inside").rglob("*.py")):
        allowed = ("grader.worker.inside.confine.", "grader.worker.inside.layers")
        assert not {name for name in imports(path) if not name.startswith(allowed)}, path


def test_the_worker_holds_nothing_of_the_judge():
    """What runs beside the student's code imports the standard library, NumPy, and its own folder."""
    for path in sorted((GRADER / "worker" / "inside").rglob("*.py")):
        assert not imports(path), path
