"""Which lines of a cell are not run, and that all others are."""

from __future__ import annotations

import pytest

from grader.notebooks.skip import COLAB, FOLDER, INSTALLING, SHELL, without_what_is_not_run

COLAB_CELL = """\
# This mounts your Google Drive to the Colab VM.
from google.colab import drive
drive.mount('/content/drive')

FOLDERNAME = None
assert FOLDERNAME is not None, "[!] Enter the foldername."

import sys
sys.path.append('/content/drive/My Drive/{}'.format(FOLDERNAME))

%cd /content/drive/My\\ Drive/$FOLDERNAME/cs231n/datasets/
!bash get_datasets.sh
%cd /content/drive/My\\ Drive/$FOLDERNAME"""


def test_the_cell_that_colab_begins_with() -> None:
    kept, left_out = without_what_is_not_run(COLAB_CELL)
    assert [(line[:24], reason) for line, reason in left_out] == [
        ("from google.colab import", COLAB),
        ("drive.mount('/content/dr", COLAB),
        ("assert FOLDERNAME is not", FOLDER),
        ("%cd /content/drive/My\\ D", FOLDER),
        ("!bash get_datasets.sh", SHELL),
        ("%cd /content/drive/My\\ D", FOLDER),
    ]
    assert kept.split("\n")[1] == "from google.colab import drive", "a stand-in is there"
    assert len(kept.split("\n")) == len(COLAB_CELL.split("\n")), "line numbers stay"
    compile(kept, "cell", "exec")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("!python setup.py build_ext --inplace", SHELL),
        ("  !ls", SHELL),
        ("!pip install numpy --upgrade", INSTALLING),
        ("%pip install h5py", INSTALLING),
        ("%conda install h5py", INSTALLING),
        ("%cp -r notebook_images/ /content/cs231n/", SHELL),
        ("%mkdir -p cs231n/notebook_images", SHELL),
        ("%sx ls", SHELL),
        ("%cd cs231n", FOLDER),
        ("!cd cs231n", FOLDER),
        ("os.chdir('/content/drive/MyDrive')", FOLDER),
        ("assert FOLDERNAME is not None", FOLDER),
    ],
)
def test_a_line_that_is_not_run(line: str, reason: str) -> None:
    kept, left_out = without_what_is_not_run(f"a = 1\nif a:\n    {line.strip()}\nb = 2")
    assert left_out == ((line.strip(), reason),)
    assert kept == "a = 1\nif a:\n    pass\nb = 2"


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\n%load_ext autoreload\n%autoreload 2",
        "%timeit f(x)",
        "%%time\nf(x)",
        "print('loss: %f'\n      % loss)",
        "x = (a\n     != b)",
        "x = 17 %cda",
        "os.chdir('cs231n')",
        "assert x is not None",
        "text = 'so!'",
    ],
)
def test_everything_else_is(source: str) -> None:
    assert without_what_is_not_run(source) == (source, ())


def test_what_a_shell_would_say_is_an_empty_list() -> None:
    assert without_what_is_not_run("files = !ls\nlen(files)") == (
        "files = []\nlen(files)",
        (("files = !ls", SHELL),),
    )


def test_a_command_over_several_lines() -> None:
    kept, left_out = without_what_is_not_run("!wget \\\n   -q \\\n   http://x\ny = 1")
    assert kept == "pass\n\n\ny = 1"
    assert [line for line, _ in left_out] == ["!wget \\", "-q \\", "http://x"]


@pytest.mark.parametrize("first", ["%%bash", "%%sh", "%%script perl", "\n%%system", "!!ls"])
def test_a_whole_cell_for_the_shell(first: str) -> None:
    assert without_what_is_not_run(f"{first}\nrm -rf /") == ("", ((first.strip(), SHELL),))
