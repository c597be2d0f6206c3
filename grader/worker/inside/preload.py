"""What a submission may import: all of it is loaded once, before the walls go up.

Afterwards no file can be opened, so the search path is emptied: a module that is not here is an
ordinary ``ModuleNotFoundError`` at the student's own line.
"""

from __future__ import annotations

import codecs
import importlib
import os
import platform
import sys
import time
import traceback
import types
import warnings
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

NUMPY: Final = (
    *("numpy", "numpy.char", "numpy.core", "numpy.core.numeric", "numpy.core.multiarray", "numpy.ctypeslib"),
    *("numpy.dtypes", "numpy.exceptions", "numpy.fft", "numpy.lib", "numpy.lib.array_utils"),
    *("numpy.lib.format", "numpy.lib.introspect", "numpy.lib.mixins", "numpy.lib.npyio"),
    *("numpy.lib.recfunctions", "numpy.lib.scimath", "numpy.lib.stride_tricks", "numpy.linalg"),
    *("numpy.ma", "numpy.ma.extras", "numpy.ma.mrecords", "numpy.matlib", "numpy.matrixlib"),
    *("numpy.polynomial", "numpy.random", "numpy.rec", "numpy.strings", "numpy.testing", "numpy.typing"),
)

SCIPY: Final = (
    *("scipy", "scipy.constants", "scipy.fft", "scipy.integrate", "scipy.interpolate", "scipy.linalg"),
    *("scipy.ndimage", "scipy.optimize", "scipy.signal", "scipy.sparse", "scipy.sparse.linalg"),
    *("scipy.spatial", "scipy.spatial.distance", "scipy.special", "scipy.stats"),
)

STANDARD_LIBRARY: Final = (
    *("__future__", "abc", "argparse", "array", "ast", "atexit", "base64", "binascii", "bisect", "builtins"),
    *("bz2", "calendar", "cmath", "codecs", "collections", "collections.abc", "contextlib", "contextvars"),
    *("copy", "copyreg", "csv", "ctypes", "dataclasses", "datetime", "decimal", "difflib", "dis", "enum"),
    *("errno", "fnmatch", "fractions", "functools", "gc", "getopt", "getpass", "glob", "graphlib", "gzip"),
    *("hashlib", "heapq", "html", "importlib", "importlib.util", "inspect", "io", "itertools", "json"),
    *("keyword", "linecache", "locale", "logging", "lzma", "math", "mmap", "numbers", "opcode", "operator"),
    *("os", "os.path", "pathlib", "pickle", "platform", "pprint", "queue", "random", "re", "reprlib"),
    *("resource", "secrets", "select", "shutil", "signal", "site", "socket", "stat", "statistics", "string"),
    *("struct", "subprocess", "sys", "sysconfig", "tempfile", "textwrap", "threading", "time", "timeit"),
    *("token", "tokenize", "traceback", "types", "typing", "unicodedata", "unittest", "urllib"),
    *("urllib.parse", "uuid", "warnings", "weakref", "zipfile", "zlib", "zoneinfo"),
    *("_strptime", "_thread", "_pydatetime", "_colorize", "_suggestions"),  # loaded by others on first use
)

#: In which a source may say that it is written, by its coding line.
ENCODINGS: Final = (
    *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "iso8859-2", "iso8859-15", "mac-roman"),
    *("cp437", "cp850", "cp1250", "cp1251", "cp1252", "koi8-r", "big5", "gb2312", "gbk", "gb18030"),
    *("shift_jis", "euc_jp", "euc_kr", "cp949", "idna", "unicode_escape", "raw_unicode_escape", "rot13"),
)


def load(folders: Iterable[str], *, scipy: bool) -> list[str]:
    """Import everything that submissions may use.

    Parameters
    ----------
    folders : iterable of str
        Where NumPy and SciPy are: the interpreter runs without its site, so that nothing else that
        is installed, and no start-up hook of a virtual environment, gets in.
    scipy : bool
        Whether the assignment allows SciPy.

    Returns
    -------
    list of str
        The names that could not be imported: platforms and versions differ. NumPy must be there.
    """
    sys.path += [folder for folder in folders if folder not in sys.path]
    missing = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are deprecated, which is the student's business
        importlib.import_module("numpy")
        for name in (*NUMPY, *STANDARD_LIBRARY, *(SCIPY if scipy else ())):
            try:
                importlib.import_module(name)
            except ImportError:
                missing.append(name)
        _use_once()
    return missing


def define(name: str, code: str) -> None:
    """Import a module of the grader's own, given as text."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(code, f"{name}.py", "exec", dont_inherit=True), module.__dict__)  # noqa: S102


def close() -> None:
    """Nothing can be imported from files any more."""
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    for finder in [*sys.meta_path]:
        if getattr(finder, "__name__", "") == "PathFinder":
            sys.meta_path.remove(finder)


def _use_once() -> None:
    """Do what loads or reads something on its first use."""
    import numpy as np  # after the search path has been set

    for name in ENCODINGS:
        with suppress(LookupError):
            codecs.lookup(name)
    with suppress(OSError):
        platform.uname()
    platform.python_version()
    time.localtime()
    time.strptime("2000", "%Y")
    try:
        raise ValueError
    except ValueError:
        traceback.format_exc()
    np.array2string(np.linspace(0, 1, 3))
    np.einsum("ij,jk->ik", np.eye(2), np.eye(2), optimize=True)
    np.linalg.svd(np.eye(3))
    np.random.default_rng(0).standard_normal(2)
    np.random.seed(0)
    os.environ.clear()
