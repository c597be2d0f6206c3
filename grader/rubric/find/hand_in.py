"""Which files of a hand-in answers may stand in."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import PurePosixPath

from grader.rubric.find.apart import read_document
from grader.rubric.find.documents import Document, from_notebook
from grader.submission.contents import Notebook

_EXPORTS = {".html", ".htm", ".pdf"}


def texts(
    notebooks: Mapping[str, Notebook], files: Mapping[str, bytes], modules: Container[str]
) -> Iterator[Document]:
    """Notebooks, Markdown, plain text, and Python files that are exports of notebooks.

    Parameters
    ----------
    notebooks : mapping
        By path, as a worker has read them.
    files : mapping
        All files by path.
    modules : container of str
        The files of the package, in which nobody answers.
    """
    for path, notebook in notebooks.items():
        yield from_notebook(path, notebook)
    for path, data in files.items():
        suffix = PurePosixPath(path).suffix.lower()
        if path not in modules and path not in notebooks and suffix not in _EXPORTS:
            document = read_document(path, data)
            if document is not None:
                yield document


def exports(files: Mapping[str, bytes]) -> Iterator[Document]:
    """HTML and PDF files: slow to read, so asked for only where an answer is missing."""
    for path, data in files.items():
        if PurePosixPath(path).suffix.lower() in _EXPORTS:
            document = read_document(path, data)
            if document is not None:
                yield document
