"""The root directory of a kernel and its listener: what they can see at all.

============================  ===================================================================
the installation              Python, its libraries and the system's: read-only, the grader covered
``/dev``                      null, zero, full, random, urandom
``/proc``                     this pid namespace's own
``/etc``                      who the user is, and where the system's libraries are
``/room``                     the only folder that can be written to: in memory, of limited size
============================  ===================================================================

Needs a mount namespace and a pid namespace of its own.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from grader.worker.inside.confine import root
from grader.worker.inside.confine.libc import syscall

from .plan import ROOM, TEMPORARY, Plan

_MOUNT_SETATTR: Final = 442  # on every architecture; Linux 5.12
_HERE: Final = -100
_RECURSIVE: Final = 0x8000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8

_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_MOST_FILES: Final = 20_000


def build(plan: Plan) -> None:
    """Make the root directory of ``plan`` and go there.

    Raises
    ------
    OSError
        If some part of it cannot be made.
    """
    root.isolate()
    top = plan.root
    root.mount("none", top, "tmpfs", root.PLAIN, "size=1m,nr_inodes=8k,mode=755")
    for path in plan.binds:
        _bind(path, top + path, _READ_ONLY | _NO_SUID | _NO_DEVICES)
    for link, target in plan.links.items():
        _link(top, link, target)
    for path in plan.covered:
        root.mount("none", top + path, "tmpfs", root.PLAIN | root.MS_RDONLY, "size=4k,nr_inodes=2,mode=555")
    for name in _DEVICES:
        _bind(f"/dev/{name}", f"{top}/dev/{name}", _NO_SUID | _NO_PROGRAMS)
    _make_etc(top, plan)
    os.makedirs(f"{top}/proc")
    mount_proc(f"{top}/proc")
    _make_room(top + ROOM, plan)
    if not os.path.lexists(f"{top}/tmp"):  # noqa: S108 - in a root of our own
        os.symlink(TEMPORARY, f"{top}/tmp")  # noqa: S108
    root.switch_to(top)
    root.freeze()


def mount_proc(target: str = "/proc") -> None:
    """Mount a /proc that shows the processes of this pid namespace, and as little else as possible."""
    flags = root.PLAIN | root.MS_RDONLY
    try:
        root.mount("none", target, "proc", flags, "subset=pid")
    except OSError:  # before Linux 5.8
        root.mount("none", target, "proc", flags, None)


def _bind(source: str, target: str, attributes: int) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        Path(target).touch()
    root.mount(source, target, None, root.MS_BIND | root.MS_REC, None)
    words = ctypes.create_string_buffer(struct.pack("=4Q", attributes, 0, 0, 0), 32)
    path = ctypes.c_char_p(os.fsencode(target))
    flags, size = ctypes.c_uint(_RECURSIVE), ctypes.c_size_t(32)
    syscall(f"mount_setattr on {target}", _MOUNT_SETATTR, ctypes.c_int(_HERE), path, flags, words, size)


def _link(top: str, link: str, target: str) -> None:
    folder = os.path.dirname(top + link)
    # Until the root is changed, links in it still lead to the machine's own folders.
    if os.path.realpath(folder) == os.path.normpath(folder):
        os.makedirs(folder, exist_ok=True)
        with suppress(FileExistsError):
            os.symlink(target, top + link)


def _make_etc(top: str, plan: Plan) -> None:
    user = plan.uid if os.geteuid() == 0 else os.geteuid()
    etc = Path(top, "etc")
    etc.mkdir(exist_ok=True)
    (etc / "passwd").write_text(f"notebook:x:{user}:{user}::{ROOM}/home:/bin/false\n")
    (etc / "group").write_text(f"notebook:x:{user}:\n")


def _make_room(room: str, plan: Plan) -> None:
    """The folder to work in, with the hand-in's files."""
    os.mkdir(room)
    options = f"size={plan.folder_bytes},nr_inodes={_MOST_FILES},mode=700"
    root.mount("none", room, "tmpfs", root.PLAIN, options)
    shutil.copytree(plan.stage, room, dirs_exist_ok=True)
    for name in ("home", "tmp", "run", "work"):
        os.makedirs(f"{room}/{name}", exist_ok=True)
    if os.geteuid() == 0:
        for folder, _, files in os.walk(room):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                os.chown(path, plan.uid, plan.uid, follow_symlinks=False)
