"""Start the inside of a worker: ``python -s -S -P -B boot.py server|solo DESCRIPTOR``.

Run by path, so that neither the ``grader`` package nor anything that it imports is loaded. The
folder becomes a package of a name of its own.
"""

import importlib
import importlib.util
import os
import sys

NAME = "_grader_worker"


def main() -> None:
    """Load this folder as a package and hand over to the part that was asked for."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None  # noqa: S101 - a path that ends in .py always has one
    assert spec.loader is not None  # noqa: S101
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    part, descriptor = sys.argv[1:]
    del sys.argv[1:]
    importlib.import_module(f"{NAME}.{part}").main(int(descriptor))


if __name__ == "__main__":
    main()
