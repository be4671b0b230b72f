"""What a worker may use: pixels, and address space by the memory of the machine."""

from __future__ import annotations

import contextlib
from pathlib import Path, PurePosixPath

import psutil

MAX_PIXELS = 100_000_000  # of one frame: three times 8K
MAX_MEMORY_BYTES = 8 << 30
MIN_MEMORY_BYTES = 3 << 29
_CGROUPS = Path("/sys/fs/cgroup")


def memory_per_worker(workers: int) -> int:
    """Bytes of address space for each of so many workers: their share of the machine's memory.

    1.5 GiB at least, which 8K needs; where that is more than there is, the system ends workers
    before it ends the server (see `worker`).
    """
    return min(max(memory_bytes() // workers, MIN_MEMORY_BYTES), MAX_MEMORY_BYTES)


def memory_bytes() -> int:
    """The machine's memory, or what the control group of this process may use (cgroup v2)."""
    found = [psutil.virtual_memory().total]
    with contextlib.suppress(OSError, ValueError, IndexError):
        group = PurePosixPath(Path("/proc/self/cgroup").read_text().split("0::", 1)[1].strip())
        for place in (group, *group.parents):
            with contextlib.suppress(OSError, ValueError):  # no file at the root, or "max"
                found.append(int((_CGROUPS / str(place).strip("/") / "memory.max").read_text()))
    return min(found)
