"""The walls around a worker, by name; the order is from the outside in."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Layer(StrEnum):
    """One wall. The value is the name that people see."""

    USER_NAMESPACE = "user namespace"
    PID_NAMESPACE = "pid namespace"
    NET_NAMESPACE = "network namespace"
    IPC_NAMESPACE = "ipc namespace"
    UTS_NAMESPACE = "uts namespace"
    MOUNT_NAMESPACE = "mount namespace"
    EMPTY_ROOT = "empty root"
    OWN_UID = "own uid"
    NO_CAPABILITIES = "no capabilities"
    NO_NEW_PRIVILEGES = "no new privileges"
    DEATH_SIGNAL = "death signal"
    LIMITS = "resource limits"
    SEALED_OUTPUT = "sealed output"
    LANDLOCK = "landlock"
    SECCOMP = "system-call filter"
    SANDBOX_EXEC = "sandbox-exec profile"


#: Put up once, by the fork server, around all workers.
AROUND_SERVER: Final = (
    Layer.USER_NAMESPACE,
    Layer.PID_NAMESPACE,
    Layer.NET_NAMESPACE,
    Layer.IPC_NAMESPACE,
    Layer.UTS_NAMESPACE,
    Layer.MOUNT_NAMESPACE,
    Layer.EMPTY_ROOT,
)

#: Put up by each worker around itself, before it has seen a byte of the submission.
AROUND_WORKER: Final = (
    Layer.LIMITS,
    Layer.OWN_UID,
    Layer.NO_CAPABILITIES,
    Layer.DEATH_SIGNAL,
    Layer.NO_NEW_PRIVILEGES,
    Layer.LANDLOCK,
    Layer.SECCOMP,
)

ALL: Final = frozenset(Layer)

#: What a layer answers when it stands; anything else is the reason why it does not.
STANDS: Final = ""
NOT_WANTED: Final = "switched off"
NOT_NEEDED: Final = "not needed here"
