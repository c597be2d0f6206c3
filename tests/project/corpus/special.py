"""What cannot lie in a repository: bombs, links, compiled files, and names that lead elsewhere.

Every function gets the folder with the submission's files and returns what is to be graded, if that
is not the folder itself.
"""

import ast
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def loss_methods_of_the_stubs(folder: Path) -> None:
    """Nets whose constructors are done and whose loss is as it was handed out."""
    stubs = build_template("cs231n_a2", Variant.STUBS)
    for path in ("cs231n/classifiers/fc_net.py", "cs231n/classifiers/cnn.py"):
        losses = {name: method for name, method in _methods(stubs[path]) if method.name == "loss"}
        tree = ast.parse((folder / path).read_text())
        for definition in [node for node in tree.body if isinstance(node, ast.ClassDef)]:
            definition.body = [
                losses[definition.name] if getattr(item, "name", "") == "loss" else item
                for item in definition.body
            ]
        (folder / path).write_text(ast.unparse(tree))


def _methods(source: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            yield from ((node.name, item) for item in node.body if isinstance(item, ast.FunctionDef))


def into_notebooks(folder: Path) -> None:
    """Every function in a cell of its own, after an older and wrong version of it."""
    package = folder / "cs231n"
    for title, names in {"All": ("layers", "layer_utils", "classifiers/fc_net"), "Rules": ("optim",)}.items():
        trees = [ast.parse((package / f"{name}.py").read_text()) for name in names]
        functions = [
            node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
        ]
        cells = ["from __future__ import print_function\nimport torch\nfrom google.colab import drive"]
        cells += ["%matplotlib inline\nimport numpy as np\nimport matplotlib.pyplot as plt\n!ls"]
        cells += [f"def {node.name}(*args):\n    return 'my first try'" for node in functions]
        cells += [f"# {node.name}\n{ast.unparse(node)}\nprint('ok')\n?{node.name}" for node in functions]
        cells += ["assert False, 'never run'", "this is no Python", "from cs231n.classifiers.fc_net import *"]
        _write_notebook(folder / f"{title}.ipynb", cells)
    shutil.rmtree(package)


def into_written_files(folder: Path) -> None:
    """All files as cells of one notebook that write them."""
    cells = ["# Assignment 2"]
    for file in sorted((folder / "cs231n").rglob("*.py"), key=lambda file: file.name != "layers.py"):
        cells.append(f"%%writefile {file.relative_to(folder)}\n{file.read_text()}")
    shutil.rmtree(folder / "cs231n")
    _write_notebook(folder / "work.ipynb", cells)


def into_old_notebook(folder: Path) -> None:
    """A notebook of format 3, as IPython 2 wrote them, in the encoding of Windows' editor."""
    source = (folder / "cs231n" / "layers.py").read_text()
    inputs = ["%pylab inline", "print 'Python 2'", source, "%timeit 1+1\n%%bash\nls"]
    cells = [{"cell_type": "code", "language": "python", "input": text.splitlines(True)} for text in inputs]
    heading = {"cell_type": "heading", "level": 2, "source": ["Layers"]}
    document = {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [heading, *cells]}]}
    text = json.dumps(document, indent=1).replace("\n", "\r\n")
    shutil.rmtree(folder / "cs231n")
    (folder / "Übung 2.ipynb").write_bytes(text.encode("utf-8-sig"))


def with_another_definition(folder: Path) -> None:
    """A notebook that defines a function of the package once more, wrongly."""
    _write_notebook(folder / "Scratch.ipynb", ["def affine_forward(x, w, b):\n    return x, x * 2"])


def _write_notebook(path: Path, cells: list[str], **entries: Any) -> None:
    document = {
        "cells": [
            {"cell_type": "code", "source": text, "outputs": [], "metadata": {}, "execution_count": 1}
            for text in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
        **entries,
    }
    path.write_text(json.dumps(document))


def layers_finished_in_a_notebook(folder: Path) -> None:
    """Affine layer in layers.py untouched, the work in a notebook beside it; and adam beside a broken file."""
    layers, optim = folder / "cs231n" / "layers.py", folder / "cs231n" / "optim.py"
    lines = layers.read_text().replace("def affine_", "def _my_affine_").split("\n")
    stub = "def affine_forward(x, w, b):\n    out = None\n    # TODO\n    cache = (x, w, b)\n    return out, cache"
    layers.write_text("\n".join([*lines, stub]))
    cells = [
        "from __future__ import print_function\nimport time, numpy as np\nfrom cs231n.classifiers.fc_net import *",
        "from cs231n.layers import *\nfrom cs231n.solver import Solver\n%load_ext autoreload",
        "def rows(x):\n    return x.reshape(len(x), -1)\ndef unused(x=undefined_in_a_later_cell):\n    pass",
        "def affine_forward(x, w, b):\n    return rows(x) @ w + b, (x, w, b)",
        "def affine_backward(dout, cache):\n    x, w, b = cache\n"
        "    return (dout @ w.T).reshape(x.shape), rows(x).T @ dout, dout.sum(0)",
        _function(optim.read_text(), "adam"),
    ]
    optim.write_text(optim.read_text().replace("def sgd_momentum(w, dw, config=None):", "def sgd_momentum(w, dw"))
    _write_notebook(folder / "Work.ipynb", cells)


def _function(source: str, name: str) -> str:
    found = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
    return ast.unparse(found[-1])


def in_odd_encodings(folder: Path) -> None:
    """The same sources as editors of other systems save them."""
    package = folder / "cs231n"
    layers, optim, utils = (package / f"{name}.py" for name in ("layers", "optim", "layer_utils"))
    layers.write_bytes(layers.read_text().replace("\n", "\r\n").encode("utf-8-sig").rstrip())
    remark = "# -*- coding: latin-1 -*-\n# Müller, Größe und Straße\nNAME = 'Übung'\n\f\n"
    optim.write_bytes((remark + optim.read_text().replace("    ", "\t")).encode("latin-1"))
    utils.write_bytes(utils.read_text().replace("\n", "\r").encode())
