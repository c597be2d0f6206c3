"""What a submission may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one worker, and of each request to it. All are measured from outside."""

    wall_seconds: float = 20.0
    """Per request, by the judge's clock: sending, computing and receiving."""
    cpu_seconds: float = 10.0
    """Per request, by the kernel's clock of the worker's process."""
    memory_mib: int = 1024
    """Address space beyond what Python and NumPy themselves take."""
    output_bytes: int = 1 << 16
    """What may be printed over the life of the worker; the rest is dropped."""
    life_cpu_seconds: int = 600
    """Over the life of the worker: the kernel's own limit, in case the judge is stopped."""

    def __post_init__(self) -> None:
        for name in ("wall_seconds", "cpu_seconds", "memory_mib", "output_bytes", "life_cpu_seconds"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: got {getattr(self, name)}, wanted more than 0")
        if self.output_bytes > 1 << 16:
            raise ValueError(f"output_bytes: got {self.output_bytes}, wanted at most {1 << 16}")


STARTING: Final = Limits(wall_seconds=30.0, cpu_seconds=30.0)
"""Of what happens before a line of a submission runs."""
