"""What the judge asks for, as it comes in: one JSON object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ROOM: Final = "/room"
"""The one folder that can be written to: ``work`` (the hand-in), ``home``, ``tmp``, ``run``, ``standins``."""

TEMPORARY: Final = f"{ROOM}/tmp"  # noqa: S108 - a folder of the room
CONNECTION: Final = f"{ROOM}/run/kernel.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """How one notebook is run."""

    parent: int
    """The judge's process."""
    root: str
    """An empty folder, to mount the new root on."""
    stage: str
    """The folder whose contents the room begins with."""
    binds: list[str]
    """Files and folders of the installation, to be seen under the same names, read-only."""
    links: dict[str, str]
    """Other names of them: link to target."""
    covered: list[str]
    """Folders in them that must look empty: the grader itself."""
    folders: list[str]
    """Where Python finds libraries."""
    cwd: str
    """Where the notebook runs, below ``work``."""
    uid: int
    """To take when root."""
    key: str
    """What the messages of the kernel are signed with."""
    aliases: dict[str, str]
    """Other names of the hand-in's modules: dotted prefix to dotted prefix."""
    compatibility: str
    """Python code that puts removed names back; may be empty."""
    cells: list[str]
    cell_seconds: float
    notebook_seconds: float
    memory_bytes: int
    folder_bytes: int
    printed_bytes: int
    processes: int
    """How many processes and threads the kernel's user may have."""
    filtered: bool
    """Whether there is a system-call filter. Only tests say no."""
