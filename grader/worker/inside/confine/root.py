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

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 1, 2, 4, 8, 32
_MS_REC, _MS_PRIVATE = 16384, 1 << 18
_MNT_DETACH: Final = 2
_TMPFS_FLAGS: Final = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC


def replace(directory: str) -> None:
    """Make an empty tmpfs the root; needs an own mount namespace.

    Parameters
    ----------
    directory : str
        Any empty directory, as the place to mount on.
    """
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE, None)  # nothing of this shows outside
    _mount("none", directory, "tmpfs", _TMPFS_FLAGS, "size=4k,nr_inodes=2,mode=555")
    os.chdir(directory)
    # With both paths the same, the old root ends up on top of the new one and can be taken off.
    here = ctypes.c_char_p(b".")
    syscall("pivot_root", machine().pivot_root, here, here)
    check(library().umount2(here, _MNT_DETACH), "umount2")
    os.chdir("/")
    _mount("none", "/", None, _MS_REMOUNT | _MS_RDONLY | _TMPFS_FLAGS, None)


def change(directory: str) -> None:
    """Change the root into ``directory`` and delete it; needs CAP_SYS_CHROOT.

    A process with that capability could leave again, so it is a wall only around workers that have
    lost theirs (`Layer.OWN_UID`).
    """
    os.chdir(directory)
    os.rmdir(directory)
    os.chroot(".")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None) -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind, options)]
    mount = library().mount
    check(mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]), "mount")
