"""From an entry of the corpus to a hand-in on disk, as a student would send it."""

import functools
import tarfile
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from corpus import special
from corpus.entry import FOLDER, Entry, entries
from grader.authoring.drafts import Variant
from grader.authoring.template import build_template

ASSIGNMENT = "cs231n_a2"
VARIANTS = {"solved": Variant.SOLVED, "stubs": Variant.STUBS}


def build(entry: Entry, where: Path, places: dict[str, str]) -> Path:
    """Put a hand-in together.

    Parameters
    ----------
    entry : Entry
    where : Path
        An empty folder.
    places : dict
        What hostile submissions are told: name to text. ``{{name}}`` in their sources becomes it.

    Returns
    -------
    Path
        What is to be graded.
    """
    folder = where / entry.name
    folder.mkdir()
    for path, data in contents(entry).items():
        for name, text in places.items():
            data = data.replace(b"{{%s}}" % name.encode(), text.encode())
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    if entry.make:
        make = getattr(special, entry.make)
        return make(folder) or folder
    return pack(folder, entry.pack)


def contents(entry: Entry) -> dict[str, bytes]:
    """The files by path, before anything special is done to them."""
    files = dict(_base(entry.base))
    for change in entry.replace:
        old, new = change.old.encode(), change.new.encode()
        found = [path for path, data in files.items() if fnmatchcase(path, change.files) and old in data]
        assert found, f"{entry.name}: {change.old!r} is in no file {change.files}"
        files |= {path: files[path].replace(old, new) for path in found}
    for path, data in _files(entry.folder / "appended").items():
        files[path] = files[path] + b"\n\n" + data
    files = {path: data for path, data in files.items() if not any(fnmatchcase(path, p) for p in entry.drop)}
    files = {_moved(path, entry.move): data for path, data in files.items()}
    return files | _files(entry.folder / "files")


def pack(folder: Path, form: str) -> Path:
    """The folder, or an archive of it."""
    members = sorted(file for file in folder.rglob("*") if file.is_file())
    if form == "zip":
        with zipfile.ZipFile(archive := folder.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as packed:
            for file in members:
                packed.write(file, file.relative_to(folder.parent))
        return archive
    if form == "tar.gz":
        with tarfile.open(archive := folder.with_name(f"{folder.name}.tar.gz"), "w:gz") as packed:
            for file in members:
                packed.add(file, str(file.relative_to(folder.parent)))
        return archive
    return folder


@functools.cache
def _base(name: str) -> dict[str, bytes]:
    if name == "nothing":
        return {}
    if name in VARIANTS:
        files = build_template(ASSIGNMENT, VARIANTS[name])
        # Notebooks take a second to read, and most submissions are not about them.
        return {path: text.encode() for path, text in files.items() if path.endswith(".py")}
    return contents(next(entry for entry in entries() if entry.kind == "honest" and entry.name == name))


def _files(folder: Path) -> dict[str, bytes]:
    found = sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def _moved(path: str, folders: dict[str, str]) -> str:
    for old, new in folders.items():
        if path.startswith(f"{old}/"):
            return PurePosixPath(new, path.removeprefix(f"{old}/")).as_posix()
    return path


__all__ = ["FOLDER", "build", "contents", "pack"]
