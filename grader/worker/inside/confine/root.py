"""An empty root directory: after this no path leads anywhere.

In a mount namespace the root is replaced by an empty, read-only tmpfs and the old one is unmounted.
Without one, but as root, the process changes its root into a directory that is then deleted, so
that nothing can be created in it either.
"""

from __future__ import annotations

import ctypes
import os
from typing import Final

from .libc import check, library, syscall
from .seccomp import machine

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_MNT_DETACH: Final = 2
PLAIN: Final = MS_NOSUID | MS_NODEV | MS_NOEXEC
"""For mounts that hold data and nothing else."""


def replace(directory: str) -> None:
    """Make an empty tmpfs the root; needs an own mount namespace.

    Parameters
    ----------
    directory : str
        Any empty directory, as the place to mount on.
    """
    isolate()
    mount("none", directory, "tmpfs", PLAIN, "size=4k,nr_inodes=2,mode=555")
    switch_to(directory)
    freeze()


def isolate() -> None:
    """From now on no change of this mount namespace shows outside."""
    mount(None, "/", None, MS_REC | _MS_PRIVATE, None)


def switch_to(directory: str) -> None:
    """Make a mount the root and take the old root off, so that nothing of it can be reached."""
    os.chdir(directory)
    # With both paths the same, the old root ends up on top of the new one and can be taken off.
    here = ctypes.c_char_p(b".")
    syscall("pivot_root", machine().pivot_root, here, here)
    check(library().umount2(here, _MNT_DETACH), "umount2")
    os.chdir("/")


def freeze(directory: str = "/") -> None:
    """Nothing can be made or changed in a mount any more."""
    mount("none", directory, None, MS_REMOUNT | MS_RDONLY | PLAIN, None)


def change(directory: str) -> None:
    """Change the root into ``directory`` and delete it; needs CAP_SYS_CHROOT.

    A process with that capability could leave again, so it is a wall only around workers that have
    lost theirs (`Layer.OWN_UID`).
    """
    os.chdir(directory)
    os.rmdir(directory)
    os.chroot(".")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None) -> None:
    """mount(2); errors name the target."""
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    call = library().mount
    check(call(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]), f"mount on {target}")
