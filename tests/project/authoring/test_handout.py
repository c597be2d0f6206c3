"""The hand-out at work, each time in a fresh interpreter that can see neither reference nor grader."""

from __future__ import annotations

import ast
import json
import math
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.authoring.layout import Layout

HERE = Path(__file__).parent

# What the stubs give back, where it is not simply as many Nones as there are results.
NOT_ALL_NONE: dict[str, Any] = {
    "sgd": ["ndarray", "dict"],  # handed out
    "sgd_momentum": [None, "dict"],
    "rmsprop": [None, "dict"],
    "adam": [None, "dict"],
    "affine_relu_forward": [None, [None, None]],
    "conv_relu_forward": [None, [None, None]],
    "conv_bn_relu_forward": [None, [None, None, None]],
    "conv_relu_pool_forward": [None, [None, None, None]],
    "TwoLayerNet": [None, [None, None]],
    "FullyConnectedNet": [None, [None, None]],
}


def run(script: str, folder: Path) -> Any:
    """Run a script isolated from this checkout, with every warning an error; its output is JSON."""
    command = [sys.executable, "-I", "-W", "error", str(HERE / script), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def stub_results(stub_folder: Path) -> Any:
    return run("handout_calls.py", stub_folder)


@pytest.fixture(scope="module")
def solved_results(solved_folder: Path) -> Any:
    return run("solved_checks.py", solved_folder)


def test_every_module_imports_on_its_own(stub_folder: Path, layout: Layout) -> None:
    names = [module.path.removesuffix(".py").replace("/", ".") for module in layout.modules]
    handed_out = [name for name in names if (stub_folder / f"{name.replace('.', '/')}.py").exists()]
    assert len(handed_out) == 13
    lines = ["import sys", f"sys.path.insert(0, {str(stub_folder)!r})", "import importlib"]
    lines += ["sys.modules['reference'] = sys.modules['grader'] = None", "first = set(sys.modules)"]
    lines += [f"for name in {handed_out}:"]
    lines += ["    for loaded in set(sys.modules) - first:"]
    lines += ["        if loaded.startswith('cs231n'): del sys.modules[loaded]"]
    lines += ["    importlib.import_module(name)"]
    subprocess.run([sys.executable, "-I", "-W", "error", "-c", "\n".join(lines)], check=True)


def test_every_exercise_was_called(stub_results: Any) -> None:
    assert stub_results["never called"] == []
    assert len(stub_results["results"]) == 50


def test_stubs_give_nones(stub_results: Any) -> None:
    for name, value in stub_results["results"].items():
        wanted = NOT_ALL_NONE.get(name, None if value is None else [None] * len(value))
        assert value == wanted, name


def test_stubs_give_as_many_results_as_the_interface_says(stub_results: Any, root: Path) -> None:
    interface = tomllib.loads((root / "rubrics/cs231n_a2/interface.toml").read_text("utf-8"))
    results = stub_results["results"]
    functions = {
        name: entry for group in interface.values() for name, entry in group.get("functions", {}).items()
    }
    assert functions.keys() <= results.keys()
    for name, entry in functions.items():
        got = len(results[name]) if isinstance(results[name], list) else 1
        assert got == len(entry["gives"]), name


def test_signatures_are_those_of_the_interface(stubs: dict[str, str], root: Path) -> None:
    interface = tomllib.loads((root / "rubrics/cs231n_a2/interface.toml").read_text("utf-8"))
    for group in interface.values():
        for name, entry in {**group.get("functions", {}), **group.get("classes", {})}.items():
            module = entry.get("module", group["module"]).replace(".", "/")
            (node,) = [
                node
                for node in ast.parse(stubs[f"cs231n/{module}.py"]).body
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
            ]
            if isinstance(node, ast.ClassDef):
                init = next(item for item in node.body if isinstance(item, ast.FunctionDef))
                assert [argument.arg for argument in init.args.args[1:]] == entry["takes"], name
            else:
                wanted = [argument.strip("*&") for argument in entry["takes"]]
                assert [argument.arg for argument in node.args.args] == wanted, name


def test_every_stub_keeps_its_contract(stubs: dict[str, str], layout: Layout) -> None:
    for module in layout.modules:
        if module.role == "exercise":
            for node in ast.parse(stubs[module.path]).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    docstring = ast.get_docstring(node) or ""
                    assert "Parameters\n----------" in docstring, node.name


def test_no_annotation_is_left_in_what_students_edit(stubs: dict[str, str], layout: Layout) -> None:
    for module in layout.modules:
        if module.role == "exercise":
            for node in ast.walk(ast.parse(stubs[module.path])):
                assert not isinstance(node, ast.AnnAssign), (module.path, node.lineno)
                assert getattr(node, "annotation", None) is None, module.path
                assert getattr(node, "returns", None) is None, module.path


@pytest.mark.parametrize("variant", ["stub_folder", "solved_folder"])
def test_the_generated_code_passes_the_linter(variant: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(variant)
    ignored = "E501,F403,F405,F841" + (
        ",F401" if variant == "stub_folder" else ""
    )  # NumPy is there to be used
    options = ["--isolated", "--select", "F,E,W,I", "--ignore", ignored, "--line-length", "100"]
    command = [sys.executable, "-m", "ruff", "check", *options, str(folder / "cs231n")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_readme_names_every_file(stubs: dict[str, str]) -> None:
    for path in stubs:
        name = path.removeprefix("cs231n/")
        assert name == "README.md" or name.endswith("__init__.py") or f"`{name}`" in stubs["README.md"], path


def test_the_solved_variant_computes(solved_results: Any) -> None:
    assert solved_results["affine"] == [[21.5]]


def test_the_solved_variant_refuses_wrong_input(solved_results: Any) -> None:
    assert solved_results["refused"].startswith("w: got shape (4, 5), wanted (3, ")


def test_the_solved_variant_gives_the_losses_of_the_course(solved_results: Any) -> None:
    assert solved_results["initial losses"] == pytest.approx(
        [2.3004790897684924, 7.052114776533016], rel=1e-12
    )


def test_the_solved_variant_has_right_gradients(solved_results: Any) -> None:
    assert solved_results["gradient errors"].keys() == {"naive", "fast"}
    assert max(solved_results["gradient errors"].values()) < 1e-7


def test_the_solved_variant_learns(solved_results: Any) -> None:
    assert solved_results["training"]["first"] == pytest.approx(math.log(10), abs=0.05)
    assert solved_results["training"]["last"] < 1.5
