"""Becomes the Jupyter kernel: this process, behind its walls, goes on as `ipykernel`."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

from . import put_back
from .absent import Absent
from .aliases import Aliases
from .plan import CONNECTION, ROOM, TEMPORARY, Plan

ENVIRONMENT = {
    "HOME": f"{ROOM}/home",
    "IPYTHONDIR": f"{ROOM}/home/ipython",
    "JUPYTER_CONFIG_DIR": f"{ROOM}/home/jupyter",
    "JUPYTER_DATA_DIR": f"{ROOM}/home/jupyter",
    "JUPYTER_RUNTIME_DIR": f"{ROOM}/run",
    "MPLCONFIGDIR": f"{ROOM}/home/matplotlib",
    "PATH": "/nowhere",
    "TMPDIR": TEMPORARY,
    "USER": "notebook",
}

_ARGUMENTS = [
    f"--IPKernelApp.connection_file={CONNECTION}",
    "--IPKernelApp.capture_fd_output=False",
    "--IPKernelApp.log_level=50",
    "--HistoryManager.enabled=False",
    "--InteractiveShell.colors=nocolor",
    "--InteractiveShell.xmode=Minimal",
]


def main(plan: Plan) -> NoReturn:
    """Be a kernel until the namespace ends."""
    os.umask(0o077)
    enter_python(plan.folders)
    sys.path.append(f"{ROOM}/standins")
    os.chdir(f"{ROOM}/work/{plan.cwd}")
    put_back.install(plan.compatibility)
    sys.meta_path += [Aliases(plan.aliases), Absent()]
    # A hand-in may have modules that are called as ours are.
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        del sys.modules[name]
    sys.argv[:] = ["kernel"]

    from ipykernel import kernelapp

    _do_without_loopback(kernelapp)
    application: Any = kernelapp.IPKernelApp.instance()
    application.initialize(_ARGUMENTS)
    sys.path.insert(0, "")  # not before: a hand-in may have a random.py that Jupyter would trip over
    application.start()
    os._exit(0)


def _do_without_loopback(kernelapp: Any) -> None:
    """Keep the kernel from listening on TCP for what its child processes print: it can have none."""
    thread = kernelapp.IOPubThread

    def without_pipe(*arguments: Any, **options: Any) -> Any:
        return thread(*arguments, **{**options, "pipe": False})

    kernelapp.IOPubThread = without_pipe


def enter_python(folders: list[str]) -> None:
    """Let this process find the installed libraries, and nothing of where it came from."""
    os.environ.clear()
    os.environ.update(ENVIRONMENT, LC_ALL="C.UTF-8", TZ="UTC0", OPENBLAS_NUM_THREADS="1")
    sys.path += folders
