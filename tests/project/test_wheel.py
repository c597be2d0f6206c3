"""The wheel: what is in it, and that it works away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]

JUNK = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "datasets", "*.so")


def pip(*arguments: object) -> None:
    """Run pip offline, on what is installed here."""
    options = ["--quiet", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", *map(str, arguments), *options]
    # Away from the checkout, where an earlier build may have left an egg-info that looks installed.
    away = Path(sys.executable).parent
    done = subprocess.run(command, capture_output=True, text=True, cwd=away)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(root, folder / "copy", ignore=JUNK)
    pip("wheel", folder / "copy", "--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment with the wheel; its dependencies are those from here."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    executable = folder / "bin" / "python"
    pip("--python", executable, "install", "--no-deps", wheel)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site_packages / "dependencies.pth").write_text("\n".join(sorted(here)) + "\n")
    return executable


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run([str(python), *arguments], cwd=cwd, env=environment, capture_output=True, text=True)


def grader(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run(python, str(python.with_name("grader")), *arguments, cwd=cwd)


def test_the_wheel_holds_two_packages_and_the_data(wheel: Path, root: Path) -> None:
    names = ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"grader", "reference"}
    data = {name.removeprefix("grader/_data/") for name in names if name.startswith("grader/_data/")}
    assert {name.partition("/")[0] for name in data} <= {"rubrics", "student_template", "suites"}
    for folder, target in [("rubrics", "rubrics"), ("student_template", "student_template")]:
        files = {path.relative_to(root / folder).as_posix() for path in (root / folder).rglob("*.*")}
        packed = {name.removeprefix(f"{target}/") for name in data if name.startswith(f"{target}/")}
        assert packed == {
            name for name in files if (root / folder / name).is_file() and "__pycache__" not in name
        }


def test_the_wheel_holds_every_module_and_notebook(wheel: Path, root: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    for package in ("grader", "reference"):
        files = {path.relative_to(root).as_posix() for path in (root / package).rglob("*.py")}
        assert files <= names
        assert f"{package}/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_the_installed_fast_path_is_compiled_or_says_why_not(python: Path, tmp_path: Path) -> None:
    done = run(python, "-c", "from reference.fast import backend; print(*backend(), sep=': ')", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    if "compiled: " not in done.stdout:
        assert done.stdout.startswith("numpy: the kernels could not be compiled here: ")


def test_without_a_compiler_the_wheel_is_built_and_says_why(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "copy", ignore=JUNK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CC", str(tmp_path / "no-such-compiler"))
        pip("wheel", tmp_path / "copy", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path)
    (built,) = tmp_path.glob("*.whl")
    names = ZipFile(built).namelist()
    assert not [name for name in names if name.endswith((".so", ".pyd"))]
    reason = ZipFile(built).read("reference/fast/_not_built.txt").decode()
    assert reason.startswith("the kernels could not be compiled here: ")
    assert "no-such-compiler" in reason


def test_the_installed_grader_is_not_the_checkout(python: Path, root: Path, tmp_path: Path) -> None:
    script = "import grader, reference; print(grader.__file__, reference.__file__, sep='\\n')"
    done = run(python, "-c", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for file in done.stdout.splitlines():
        assert Path(file).is_relative_to(python.parents[1])


def test_version(python: Path, root: Path, tmp_path: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    done = grader(python, "--version", cwd=tmp_path)
    assert done.stdout == f"backprop-grader, version {project['version']}\n"


def test_the_packed_hand_out_is_what_the_installed_grader_builds(python: Path, tmp_path: Path) -> None:
    done = grader(python, "template", "check", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "up to date" in done.stdout


def test_the_installed_grader_builds_the_hand_out(python: Path, root: Path, tmp_path: Path) -> None:
    done = grader(python, "template", "build", "--to", "handout", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    committed = root / "student_template/cs231n_a2"
    built = {path.relative_to(tmp_path / "handout") for path in (tmp_path / "handout").rglob("*.*")}
    assert Path("cs231n/layers.py") in built
    for path in built:
        if (tmp_path / "handout" / path).is_file():
            assert (tmp_path / "handout" / path).read_bytes() == (committed / path).read_bytes()


def test_the_installed_grader_does_not_write_into_itself(python: Path, tmp_path: Path) -> None:
    done = grader(python, "template", "build", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "Error: an installed grader does not change itself; give a folder with --to\n"


def test_the_installed_grader_writes_data(python: Path, tmp_path: Path) -> None:
    done = grader(python, "data", "cifar10", "images", "--train", "10", "--test", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "images/data_batch_5").is_file()
