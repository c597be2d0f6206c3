"""The command line: what it prints, where it writes, and the exit code that it ends with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader import cli as cli_package
from grader.authoring.drafts import Variant
from grader.authoring.template import build_template, compare_template
from grader.cli import COMMANDS, cli, main
from grader.errors import GraderFault, UnreadableSubmission


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A small assignment in a folder of its own."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "assignment.toml").write_text(
        '[template]\nsources = "reference"\n[[template.modules]]\n'
        'path = "own/layers.py"\ntitle = "Own."\nrole = "exercise"\nparts = ["affine"]\n'
        '[[template.modules]]\npath = "own/_checks.py"\ntitle = "Checks."\n'
        'role = "helper"\nparts = ["_checks"]\n'
    )
    return folder


def test_version_and_help() -> None:
    assert grader("--version").output.startswith("backprop-grader, version ")
    for arguments in (["--help"], ["-h"]):
        result = grader(*arguments)
        assert result.exit_code == 0
        assert all(name in result.output for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = grader(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["template", "nonsense"], ["data", "cifar10"], ["--nonsense"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    result = grader(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


def test_template_build_writes_to_a_new_folder(tmp_path: Path) -> None:
    result = grader("template", "build", "--to", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert "files written" in result.output
    assert compare_template(build_template("cs231n_a2"), tmp_path / "new") == []


def test_template_build_solved(own: Path, tmp_path: Path) -> None:
    result = grader("template", "build", own, "--solved", "--to", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert compare_template(build_template(str(own), Variant.SOLVED), tmp_path / "new") == []


def test_template_build_in_the_default_place(own: Path) -> None:
    assert grader("template", "build", own).exit_code == 0
    assert compare_template(build_template(str(own)), own / "template") == []
    assert grader("template", "build", own).exit_code == 0, "building again is fine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "cs999"], "cs999: no such assignment"),
        (["check", "cs999"], "cs999: no such assignment"),
        (["build", "--solved"], "--to"),
        (["build", "--to", "."], "there already"),
    ],
)
def test_template_usage_errors(arguments: list[str], message: str) -> None:
    result = grader("template", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_template_check_of_a_fresh_folder(own: Path) -> None:
    grader("template", "build", own)
    result = grader("template", "check", own)
    assert result.exit_code == 0
    assert "up to date" in result.output


def test_template_check_lists_what_drifted(own: Path) -> None:
    grader("template", "build", own)
    layers = own / "template/own/layers.py"
    layers.write_text(layers.read_text().replace("dx = None", "dx = [1]"))
    (own / "template/extra.txt").write_text("")
    result = grader("template", "check", own)
    assert result.exit_code == 1
    assert "extra   extra.txt" in result.stdout
    assert "changed own/layers.py" in result.stdout
    assert "-    dx = None" in result.stdout
    assert "+    dx = [1]" in result.stdout
    assert "2 of its files not as built" in result.stdout


def test_template_check_shortens_long_differences(own: Path) -> None:
    grader("template", "build", own)
    (own / "template/own/layers.py").write_text("")
    result = grader("template", "check", own)
    assert result.exit_code == 1
    assert "more lines" in result.stdout
    assert len(result.stdout.splitlines()) < 30


def test_template_check_of_another_folder(tmp_path: Path, own: Path) -> None:
    grader("template", "build", own, "--to", tmp_path / "copy")
    assert grader("template", "check", own, "--folder", tmp_path / "copy").exit_code == 0
    (tmp_path / "copy/own/layers.py").unlink()
    result = grader("template", "check", own, "--folder", tmp_path / "copy")
    assert result.exit_code == 1
    assert "missing own/layers.py" in result.stdout


def test_a_mistake_in_an_assignment_ends_with_3(own: Path) -> None:
    (own / "assignment.toml").write_text("[template]\nsources = 1\n")
    result = grader("template", "build", own)
    assert result.exit_code == 3
    assert f"{own / 'assignment.toml'}: [template]" in result.stderr


def test_data_cifar10(tmp_path: Path) -> None:
    from reference.data import load_CIFAR10

    result = grader("data", "cifar10", tmp_path / "images", "--train", 10, "--test", 3, "--seed", 1)
    assert result.exit_code == 0, result.output
    X, y, X_test, y_test = load_CIFAR10(tmp_path / "images")
    assert (X.shape, y.shape, X_test.shape, y_test.shape) == ((10, 32, 32, 3), (10,), (3, 32, 32, 3), (3,))


def test_data_mnist(tmp_path: Path) -> None:
    from reference.data import load_mnist

    result = grader("data", "mnist", tmp_path / "digits.mat", "--train", 20, "--test", 5)
    assert result.exit_code == 0, result.output
    data = load_mnist(tmp_path / "digits.mat")
    assert len(data["X_train"]) + len(data["X_val"]) == 20
    assert len(data["X_test"]) == 5


def test_data_defaults_are_those_of_the_functions() -> None:
    result = grader("data", "cifar10", "--help")
    assert "default: 1500" in result.output
    assert "default: 231" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cifar10", "{}/new", "--train", "1"], "num_train"),
        (["cifar10", "{}/real"], "holds a data set already"),
        (["mnist", "{}/real/data_batch_1/digits.mat"], "data_batch_1"),
    ],
)
def test_data_errors(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/data_batch_1").write_text("")
    result = grader("data", *(argument.format(tmp_path) for argument in arguments))
    assert result.exit_code == 2
    assert message in result.stderr
    assert (tmp_path / "real/data_batch_1").read_text() == ""


@pytest.mark.parametrize(("error", "code"), [(GraderFault("broken"), 3), (UnreadableSubmission("broken"), 4)])
def test_errors_of_the_grader_become_one_line_and_a_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("grader.cli.template.build_template", fail)
    result = grader("template", "check")
    assert (result.exit_code, result.stderr) == (code, "Error: broken\n")


def test_a_bug_keeps_its_traceback_and_ends_with_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(cli_package, "cli", fail)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 3
    assert "RuntimeError: a bug" in capsys.readouterr().err


def test_commands_are_imported_only_when_asked_for(root: Path) -> None:
    script = "import sys, grader.cli; print({'libcst', 'numpy', 'jupytext', 'rich'} & sys.modules.keys())"
    run = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
