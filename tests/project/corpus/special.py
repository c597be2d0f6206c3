"""What cannot lie in a repository: bombs, links, compiled files, and names that lead elsewhere.

Every function gets the folder with the submission's files and returns what is to be graded, if that
is not the folder itself.
"""

import zipfile
from pathlib import Path

from grader.authoring.drafts import Variant
from grader.authoring.template import build_template


def zip_with_litter(folder: Path) -> Path:
    """A zip as people make them on their laptops."""
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*.py")):
            name = f"a2 final (2)/{file.relative_to(folder)}"
            packed.write(file, name)
            packed.writestr(f"__MACOSX/{Path(name).parent}/._{file.name}", b"\0\5\x16\7")
            packed.writestr(f"{Path(name).parent}/__pycache__/{file.stem}.cpython-37.pyc", b"\x42\r\r\n")
        packed.writestr("a2 final (2)/.git/hooks/layers.py", "raise SystemExit")
        packed.writestr("a2 final (2)/.ipynb_checkpoints/layers.py", "this is not even Python")
        packed.writestr("a2 final (2)/cs231n/im2col_cython.cpython-37m-darwin.so", b"\xcf\xfa\xed\xfe")
        packed.writestr("a2 final (2)/answers.pdf", b"%PDF-1.4")
        packed.writestr("a2 final (2)/kitten.jpg", b"\xff\xd8\xff")
        packed.writestr("a2 final (2)/.DS_Store", b"\0\0\0\1Bud1")
    return archive


def beside_the_stubs(folder: Path) -> None:
    """Another copy of the package, as it was handed out."""
    for path, text in build_template("cs231n_a2", Variant.STUBS).items():
        if path.endswith(".py"):
            file = folder / "backup" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
