"""What every worker process does at its start: it takes its pipes, yields to the server, and ends
with it.

Both ways are JSON, a line each. The server reads `READY` first, then an answer for each request.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

READY = b"ready\n"
_OOM_SCORE = "1000"  # proc(5): when memory runs out, this process is killed first


def yield_to_server() -> None:
    """Low priority, first to go when memory runs out, and ends when the server ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C: the server ends this process
    if sys.platform == "win32":
        return
    os.nice(10)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the server, out of reach of libraries that print by themselves."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    return requests, answers


def end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
