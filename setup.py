"""Builds the wheel: the packages, and the top-level data folders as data of ``grader``.

Suites, rubrics and templates live at the top of the repository where people look for them;
in the wheel they travel as ``grader/_data`` (found by ``grader.resources``), so that no
top-level ``tests`` or ``rubrics`` lands in anybody's site-packages.

The kernels of ``reference.fast`` are compiled where there is GCC. Where there is not, or it fails, the
build goes on without them and leaves the reason in ``reference/fast/_not_built.txt``, for
``reference.fast.backend`` (pip shows nothing of what is printed here).
"""

import shutil
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
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


class BuildKernels(build_ext):
    """Compiles the kernels if it can, with OpenMP if it can, and says why if it cannot."""

    reason = ""

    def finalize_options(self) -> None:
        """Keep the generated C out of the sources."""
        super().finalize_options()
        self.cython_c_in_temp = True

    def run(self) -> None:
        """Build, and write down what went wrong."""
        super().run()
        folder = ROOT if self.inplace or self.editable_mode else Path(self.build_lib)
        note = folder / "reference" / "fast" / "_not_built.txt"
        if self.reason:
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(f"the kernels could not be compiled here: {self.reason}\n", "utf-8")
        else:
            note.unlink(missing_ok=True)

    def build_extension(self, ext: Extension) -> None:
        """Try with OpenMP, then without; the extension is optional, so the second error is a warning."""
        try:
            import Cython  # noqa: F401 - without it, setuptools looks for a C file that nobody made
        except ImportError:
            self.reason = "Cython is not installed where the build runs"
            self.warn(self.reason)
            return
        flags = list(ext.extra_compile_args)
        for openmp in (["-fopenmp"], []):
            ext.extra_compile_args, ext.extra_link_args = [*flags, *openmp], openmp
            try:
                super().build_extension(ext)
            except Exception as error:  # noqa: BLE001 - whatever it is, NumPy does the work then
                self.reason = " ".join(str(error).split()) or type(error).__name__
            else:
                self.reason = ""
                return
        self.warn(f"reference.fast runs on NumPy alone: {self.reason}")


KERNELS = Extension(
    "reference.fast._kernels",
    ["reference/fast/_kernels.pyx"],
    depends=sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("reference/fast/kernels/*.h")),
    include_dirs=["reference/fast"],
    # No -march: the kernels contain every instruction set and choose at run time. Contraction (a * b + c
    # as one instruction) is GCC's default, but not under the -std=c99 of some Pythons. The last option
    # keeps loops over a few elements from becoming calls of memset and memcpy.
    extra_compile_args=["-O3", "-g0", "-ffp-contract=fast", "-fno-tree-loop-distribute-patterns"],
    optional=True,
)

setup(cmdclass={"build_py": BuildWithData, "build_ext": BuildKernels}, ext_modules=[KERNELS])
