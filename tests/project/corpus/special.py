"""What cannot lie in a repository: bombs, links, compiled files, and names that lead elsewhere.

Every function gets the folder with the submission's files and returns what is to be graded, if that
is not the folder itself.
"""

import ast
import gzip
import importlib.util
import io
import json
import marshal
import os
import pickle
import shutil
import socket
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

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
    """Two layers untouched in layers.py and finished in a notebook; and adam, beside a broken file."""
    layers, optim = folder / "cs231n" / "layers.py", folder / "cs231n" / "optim.py"
    lines = layers.read_text().replace("def affine_", "def _my_affine_").split("\n")
    stub = "def affine_forward(x, w, b):\n    out = None\n    # TODO\n    return out, (x, w, b)"
    layers.write_text("\n".join([*lines, stub]))
    backward = """
def affine_backward(dout, cache):
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), rows(x).T @ dout, dout.sum(0)
"""
    cells = [
        "from __future__ import print_function\nimport numpy as np\nfrom cs231n.classifiers.fc_net import *",
        "from cs231n.layers import *\nfrom cs231n.solver import Solver\n%load_ext autoreload",
        "def rows(x):\n    return x.reshape(len(x), -1)\ndef unused(x=undefined_in_a_later_cell):\n    pass",
        "def affine_forward(x, w, b):\n    return rows(x) @ w + b, (x, w, b)",
        backward,
        _function(optim.read_text(), "adam"),
    ]
    optim.write_text(
        optim.read_text().replace("def sgd_momentum(w, dw, config=None):", "def sgd_momentum(w, dw")
    )
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


def with_names_that_act(folder: Path) -> None:
    """Files whose names a terminal, a log or a web page would obey."""
    names = [
        "\x1b[2J.py",
        "a\n::error::b.py",
        "<script>alert(1)<script>.py",
        "\u202etxt.py",
        "$(reboot).py",
        "-rf.py",
    ]
    for number, name in enumerate(names):
        (folder / "cs231n" / name).write_text(f"print({number}\n")
    (folder / "\x1b]0;owned\x07.ipynb").write_text("{")


LOOK_ALIKES = """
    numpy.py numpy/__init__.py builtins.py os.py sitecustomize.py usercustomize.py inspection.py
    conftest.py pytest.py test_affine.py reference/__init__.py grader/__init__.py msgspec.py setup.py
    cs231n/numpy.py cs231n/math.py cs231n/conftest.py __init__.py __main__.py boot.py inside/__init__.py
    cs231n/_checks2.py Layers.py cs231n/LAYERS.PY cs231n/layers.py.py
""".split()  # noqa: SIM905 - twenty-five quoted names are harder to read


def with_look_alikes(folder: Path) -> None:
    """Sources under the names of what others might load."""
    evil = "import sys\nsys.exit(0)\n"
    for name in LOOK_ALIKES:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(evil)
    (folder / "reference" / "affine.py").write_text("affine_forward = print\n")
    (folder / "cs231n.pth").write_text("import sys; sys.exit(0)\n")
    for name in ("pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", ".coveragerc"):
        (folder / name).write_text("[pytest]\naddopts = --collect-only\n")


def compiled(folder: Path) -> None:
    """The finished work, but only in forms that are not source."""
    for path, text in build_template("cs231n_a2", Variant.SOLVED).items():
        if path == "cs231n/layers.py":
            code = compile(text, "layers.py", "exec")
    data = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
    cache = folder / "cs231n" / "__pycache__"
    cache.mkdir()
    (cache / f"layers.{sys.implementation.cache_tag}.pyc").write_bytes(data)
    (folder / "cs231n" / "layers.pyc").write_bytes(data)
    (folder / "cs231n" / "layers.cpython-311-x86_64-linux-gnu.so").write_bytes(b"\x7fELF" + bytes(200))
    (folder / "cs231n" / "layers.pyd").write_bytes(b"MZ" + bytes(200))
    (folder / "cs231n" / "im2col_cython.so").write_bytes(b"\x7fELF" + bytes(200))


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("import os; os._exit(0)",))


def with_data_to_load(folder: Path) -> None:
    """Pickles and arrays of objects that run code where they are loaded, and a zip to import from."""
    package = folder / "cs231n"
    (package / "answers.pkl").write_bytes(pickle.dumps(_Evil()))
    np.save(package / "answers.npy", np.array([_Evil()], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(package / "answers.zip", "w") as packed:
        packed.writestr("answers.py", "from numpy import *\ndef layernorm_forward(*a): return a")
    (package / "answers.so").write_bytes(b"\x7fELF" + bytes(200))


def with_notebook_bombs(folder: Path) -> None:
    """Documents that cost a careless reader its memory or its stack."""
    (folder / "deep.ipynb").write_text('{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}")
    (folder / "odd.ipynb").write_text(
        '{"cells": [1, null, "x", [], {"source": {"a": [1e999]}, "outputs": 5}]}'
    )
    (folder / "number.ipynb").write_text("9" * 5_000_000)
    (folder / "words.ipynb").write_text("This is not JSON.")
    (folder / "surrogate.ipynb").write_text('{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}')
    (folder / "empty.ipynb").write_bytes(b"")
    (folder / "noise.ipynb").write_bytes(bytes(range(256)) * 100)
    cell = '{"cell_type":"code","source":"def affine_forward(x, w, b): return x","outputs":[]}'
    (folder / "many.ipynb").write_text('{"cells": [' + ",".join([cell] * 200_000) + "]}")
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 15_000_000}}
    _write_notebook(folder / "picture.ipynb", ["1"])
    document = json.loads((folder / "picture.ipynb").read_text())
    document["cells"][0]["outputs"] = [picture]
    (folder / "picture.ipynb").write_text(json.dumps(document))
    (folder / "huge.ipynb").write_text('{"cells": [' + " " * 25_000_000 + "]}")
    source = "def relu_forward(x):\n" + "".join(f"    if x:\n{'    ' * 2}pass\n" for _ in range(50_000))
    _write_notebook(folder / "long.ipynb", [source, "(" * 100_000, "-" * 100_000 + "1", "x = 9**9**9**9"])


def zip_bomb(folder: Path) -> Path:
    """Small on disk, large in memory."""
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*.py")):
            packed.write(file, file.relative_to(folder))
        with packed.open("cs231n/layers_copy.py", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(bytes(1 << 20))
        packed.writestr("cs231n/datasets.bin", bytes(1 << 26))
    return archive


def zip_of_lies(folder: Path) -> Path:
    """Headers that contradict each other."""
    archive = zip_bomb(folder)
    data = bytearray(archive.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1  # encrypted
    data[place + 20 : place + 28] = b"\xff\xff\xff\x7f" * 2  # sizes
    data[place + 42 : place + 46] = b"\1\0\0\0"  # where it begins
    archive.write_bytes(data)
    return archive


def tar_bomb(folder: Path) -> Path:
    """Three gigabytes of nothing."""
    archive = folder.with_name("bomb.tar.gz")
    info = tarfile.TarInfo("cs231n/data.bin")
    info.size = 3 << 30
    with gzip.open(archive, "wb", compresslevel=1) as stream:
        stream.write(info.tobuf())
        stream.write(bytes(1 << 22))  # and there it ends
    return archive


def zip_of_many(folder: Path) -> Path:
    """More members than anybody has written."""
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(50_000):
            packed.writestr(f"cs231n/{number}.py", "")
    return archive


def tar_with_names_that_lead_out(folder: Path) -> Path:
    """Members that a careless reader would write all over the disk."""
    archive = folder.with_name("slip.tar")
    evil = b"raise SystemExit\n"
    with tarfile.open(archive, "w") as packed:
        for file in sorted(folder.rglob("*.py")):
            packed.add(file, str(file.relative_to(folder)))
        for name in (
            "../layers.py",
            "/etc/layers.py",
            "cs231n/../../optim.py",
            "..\\..\\optim.py",
            "C:\\optim.py",
        ):
            info = tarfile.TarInfo(name)
            info.size = len(evil)
            packed.addfile(info, io.BytesIO(evil))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"cs231n/extra{kind.decode()}.py")
            info.type, info.linkname = kind, "/etc/passwd"
            packed.addfile(info)
    return archive


def with_links(folder: Path) -> None:
    """Links where files should be."""
    package = folder / "cs231n"
    (package / "optim.py").unlink()
    (package / "optim.py").symlink_to("/proc/self/environ")
    (package / "secret.py").symlink_to(folder.parents[1] / "secret.txt")
    (package / "device.py").symlink_to("/dev/zero")
    (package / "loop").symlink_to(folder)
    (package / "gone.py").symlink_to("nowhere")
    os.mkfifo(package / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        path = os.path.relpath(package / "socket.py")
        if len(path) < 100:
            server.bind(path)


def broken_sources(folder: Path) -> None:
    """Files that are called Python."""
    package = folder / "cs231n"
    optim, fc_net, cnn = (
        package / "optim.py",
        package / "classifiers" / "fc_net.py",
        package / "classifiers" / "cnn.py",
    )
    optim.write_bytes(optim.read_bytes() + b"\0\0\0")
    fc_net.write_bytes(fc_net.read_text().encode("utf-16"))
    cnn.write_text(cnn.read_text().replace('"', "”"))
    (package / "noise.py").write_bytes(bytes(range(256)) * 1000)
    (package / "code.py").write_bytes(importlib.util.MAGIC_NUMBER + bytes(1000))
    (package / "cookie.py").write_bytes(b"# coding: undefined\nx = 1\n")
    (package / "rot.py").write_bytes(b"# coding: rot13\ncevag(1)\n")


def parser_bombs(folder: Path) -> None:
    """Files under a megabyte that cost far more than that to read."""
    package = folder / "cs231n"
    optim, fc_net, cnn = (
        package / "optim.py",
        package / "classifiers" / "fc_net.py",
        package / "classifiers" / "cnn.py",
    )
    optim.write_text(optim.read_text() + "\nx = " + "(" * 300_000)
    fc_net.write_text(fc_net.read_text() + "\nx = " + "-" * 500_000 + "1\n")
    cnn.write_text(cnn.read_text() + "\nx = " + "[" * 90 + "9**9**9" + "]" * 90 + "\ny = 9**9**9**9\n")
    (package / "statements.py").write_text("x=1;" * 200_000)
    (package / "entries.py").write_text("x = {" + ",".join(f"{i}:{i}" for i in range(60_000)) + "}")
    (package / "strings.py").write_text("x = " + "f'{" * 30_000)
    (package / "nests.py").write_text("".join(f"{' ' * i}if x:\n" for i in range(95)) + " " * 95 + "x")
    (package / "large.py").write_text("# " + "x" * (2 << 20))
    (package / "attributes.py").write_text("x" + ".a" * 100_000)
    (package / "sums.py").write_text("x = " + "1+" * 150_000 + "1")


def with_disguised_files(folder: Path) -> None:
    """Names that people read as others, and paths longer than anybody reads."""
    evil = "def affine_forward(x, w, b):\n    return None, None\n"
    for name in (
        "Layers.py",
        "layers .py",
        "layers\u200b.py",
        "l\u0430yers.py",
        "layers.PY",
        " layers.py",
        "layers.py~",
    ):
        (folder / "cs231n" / name).write_text(evil)
    deep = folder
    for _ in range(40):
        deep = deep / ("d" * 60)
    deep.mkdir(parents=True)
    (deep / "notes.py").write_text(evil)
