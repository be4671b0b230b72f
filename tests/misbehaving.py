"""Jobs that go wrong the way decoders do. Imported by worker processes, hence a module."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import av


def hang(*_: Any) -> None:
    while True:
        time.sleep(1)


def crash(*_: Any) -> None:
    ctypes.string_at(0)


def notices_a_new_parent() -> bool:
    """Whether a process whose watchdog was told of another parent ends by itself."""
    code = "from lvs.media.work import _end_with_parent; _end_with_parent(-1)"
    return subprocess.run([sys.executable, "-c", code], timeout=20).returncode == 1


def make_sound(path: Path) -> Path:
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("aac", rate=48_000)
        stream.layout = "mono"
        frame: Any = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 48_000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for index in range(20):
            frame.pts = index * 1024
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def pid_of_worker() -> int:
    return os.getpid()
