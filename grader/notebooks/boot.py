"""Start what runs around a notebook's kernel: ``python -s -S -P -B boot.py DESCRIPTOR``.

Run by path. The packages on the way are made by hand and stay bare, so that nothing is loaded but the
modules of `grader.notebooks.inside` and of `grader.worker.inside.confine`: no code of the judge.
"""

import importlib
import os
import sys
import types

_BARE = ("grader", "grader.worker", "grader.worker.inside", "grader.notebooks")


def main() -> None:
    """Make the bare packages and hand over."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for name in _BARE:
        package = types.ModuleType(name)
        package.__path__ = [os.path.join(top, *name.split("."))]
        sys.modules[name] = package
    descriptor = int(sys.argv.pop())
    importlib.import_module("grader.notebooks.inside.supervise").main(descriptor)


if __name__ == "__main__":
    main()
