"""The folder that a notebook finds around itself: the hand-in's files, and what the course gives.

The hand-in's Python files stand where they stood. The package is the one that is graded: the
assignment's own solver, gradient checks, data loader and the like in the place of the student's copies
(`grader.submission.assemble`). A small data set in the format of CIFAR-10 is where the notebooks look for
it, and drawn pictures are where they open some; neither are ever the student's.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

from grader.notebooks.standins import STANDINS
from grader.submission.assemble import Program
from grader.submission.contents import Notebook
from reference.data.sample import sample_images, write_sample_cifar10

LARGEST: Final = 48 << 20
"""How many bytes of a hand-in's files are taken along."""

_LARGEST_FILE: Final = 1 << 20

DATA_SET: Final = "datasets/cifar-10-batches-py"

_LOADER: Final = "data_utils.py"
_FROM_LOADER: Final = re.compile(r"from (?:[\w.]*\.)?data_utils import (.+)")
_DEFINED: Final = re.compile(r"^(?:(?:def|class) )?(\w+)(?= ?[=(:])", re.MULTILINE)

_SUFFIXES: Final = {".py", ".txt"}
_PICTURE: Final = re.compile(r"""['"]([^'"\n]{1,200}\.(?:jpe?g|png))['"]""", re.IGNORECASE)
_OPENING: Final = re.compile(r"imread|open\(")
_HEIGHT, _WIDTH = 300, 400
_MOST_PICTURES: Final = 20


class Unfit(Exception):
    """The hand-in's files cannot be put into a folder; the message says why."""


def package_root(program: Program, package: str, content: Collection[str]) -> str | None:
    """The folder of the hand-in that is the package; None if it has none.

    Parameters
    ----------
    program : Program
    package : str
        The name under which the program knows it.
    content : collection of str
        The paths of the hand-in's files.
    """
    roots: Counter[str] = Counter()
    for module in program.student:
        name = module.name.removeprefix(f"{package}.").replace(".", "/")
        for tail in (f"{name}.py", f"{name}/__init__.py"):
            if module.path in content and f"/{module.path}".endswith(f"/{tail}"):
                roots[module.path[: -len(tail)].rstrip("/")] += 1
    # A module may have been found elsewhere; most stand in the package.
    return roots.most_common(1)[0][0] if roots else None


def furnish(
    folder: Path, content: Mapping[str, bytes], program: Program, package: str, notebook: Notebook, cwd: str
) -> None:
    """Write everything to a folder of the judge's, from which the kernel gets a copy.

    Parameters
    ----------
    folder : Path
    content : mapping
        The hand-in's files.
    program : Program
    package : str
    notebook : Notebook
    cwd : str
        The notebook's folder within the hand-in.

    Raises
    ------
    Unfit
        If the hand-in's files are more than `LARGEST`, or the notebook's folder has an odd name.
    """
    if cwd and not _safe(cwd):
        raise Unfit("its folder has a name that is not used here")
    files = {
        path: data
        for path, data in content.items()
        if PurePosixPath(path).suffix in _SUFFIXES and len(data) <= _LARGEST_FILE
    }
    if sum(map(len, files.values())) > LARGEST:
        raise Unfit(f"the hand-in's files are more than {LARGEST >> 20} MiB")
    usual = _joined(cwd, package)
    root = package_root(program, package, content)
    modules = _modules(program, package)
    if _LOADER in modules:
        theirs = content.get(_joined(root or "", _LOADER))
        modules[_LOADER] = _with_their_loaders(modules[_LOADER], theirs, notebook)
    # Of a hand-in without folders, the modules are in the package; `Program.aliases` leads to them.
    flat = root == cwd
    for module in program.student:
        if module.path in files:
            files[module.path] = module.code
    for name in modules if flat else ():
        files.pop(_joined(cwd, name), None)
    roots = [usual] if flat or root in (None, usual) else [usual, root]
    for place in roots:
        files |= {_joined(place, name): code for name, code in modules.items()}
    files |= dict.fromkeys(_pictures(notebook, cwd), _picture())
    _write(folder / "work", files)
    _write(folder / "standins", {name: text.encode() for name, text in STANDINS.items()})
    (folder / "work" / cwd).mkdir(parents=True, exist_ok=True)
    for place in roots:
        _write(folder / "work" / place / DATA_SET, _data_set())


def _modules(program: Program, package: str) -> dict[str, bytes]:
    """All modules of the program, by file within the package."""
    taken = {module.name for module in program.student}
    handed_out = (*program.provided, *(each for each in program.fast_path if each.name not in taken))
    files = {}
    for module in (*program.student, *handed_out):
        name = module.name.removeprefix(f"{package}.").replace(".", "/")
        files[f"{name}/__init__.py" if module.is_package else f"{name}.py"] = module.code
    return files


def _with_their_loaders(ours: bytes, theirs: bytes | None, notebook: Notebook) -> bytes:
    """Our module of data loaders; below theirs, if the notebook wants a loader that we do not have."""
    imported = (match.group(1) for line in notebook.imports if (match := _FROM_LOADER.match(line)))
    wanted = {part.partition(" as ")[0].strip() for names in imported for part in names.split(",")}
    return ours if theirs is None or wanted <= {"*", *_defined(ours)} else theirs + b"\n\n\n" + ours


def _defined(source: bytes) -> set[str]:
    return set(_DEFINED.findall(source.decode()))


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _pictures(notebook: Notebook, cwd: str) -> Collection[str]:
    """Where the notebook opens pictures, as paths within the hand-in."""
    found: dict[str, None] = {}
    for cell in notebook.cells:
        for line in cell.source.split("\n") if cell.type == "code" else ():
            if _OPENING.search(line):
                found |= dict.fromkeys(_joined(cwd, name) for name in _PICTURE.findall(line) if _safe(name))
    return list(found)[:_MOST_PICTURES]


def _safe(path: str) -> bool:
    """Whether a path stays below where it is put."""
    parts = path.split("/")
    printable = path.isprintable() and "\\" not in path and len(path.encode()) < 1000
    return printable and not any(part in ("", ".", "..") or len(part.encode()) > 200 for part in parts)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path in _writable(files):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[path])


def _writable(paths: Iterable[str]) -> Iterator[str]:
    """The paths that can be written: a file cannot be a folder for another one."""
    known = sorted(path for path in paths if _safe(path))
    folders = {str(parent) for path in known for parent in PurePosixPath(path).parents}
    yield from (path for path in known if path not in folders)


@cache
def _data_set() -> Mapping[str, bytes]:
    """The files of a small data set in the format of CIFAR-10, made once."""
    with tempfile.TemporaryDirectory(prefix="grader-data-") as folder:
        root = write_sample_cifar10(Path(folder, "sample"))
        return {file.name: file.read_bytes() for file in sorted(root.iterdir())}


@cache
def _picture() -> bytes:
    """A drawn picture, wider than it is high."""
    from PIL import Image

    images, _ = sample_images(1)
    drawn: Any = Image.fromarray(images[0]).resize((_WIDTH, _HEIGHT))
    stream = io.BytesIO()
    drawn.save(stream, "JPEG")
    return stream.getvalue()
