"""Builds the wheel: the packages, and the top-level data folders as data of ``grader``.

Suites, rubrics and templates live at the top of the repository where people look for them;
in the wheel they travel as ``grader/_data`` (found by ``grader.resources``), so that no
top-level ``tests`` or ``rubrics`` lands in anybody's site-packages.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
DATA = {"rubrics": "rubrics", "student_template": "student_template", "tests/suites": "suites"}
JUNK = shutil.ignore_patterns("__pycache__", "*.pyc", ".ipynb_checkpoints", "datasets")


class BuildWithData(build_py):
    """Copies the data folders beside the ``grader`` package."""

    def run(self) -> None:
        """Build the packages, then copy the data (an editable install reads the checkout)."""
        super().run()
        if self.editable_mode:
            return
        for source, target in DATA.items():
            folder = ROOT / source
            if folder.is_dir():
                shutil.copytree(
                    folder,
                    Path(self.build_lib, "grader", "_data", target),
                    ignore=JUNK,
                    dirs_exist_ok=True,
                )


setup(cmdclass={"build_py": BuildWithData})
