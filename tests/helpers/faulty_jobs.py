"""Jobs that go wrong the way decoders do. Imported by worker processes, hence a module."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import av

from lvs.media import processing
from lvs.media.facts import Result


def crash(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang_on_x(path: str, *more: Any) -> Result:
    while path == "x.mp4":
        time.sleep(1)
    return processing.process(path, *more)


def crash_on_x(path: str, *more: Any) -> Result:
    if path == "x.mp4":
        ctypes.string_at(0)
    return processing.process(path, *more)


def print_first(*arguments: Any) -> Result:
    """As some decoders do, from C."""
    os.write(1, b"a word on the standard output\n")
    print("another", flush=True)
    return processing.process(*arguments)


def notices_a_new_parent() -> bool:
    """Whether a process whose watchdog watches another parent ends by itself."""
    code = "from lvs.system.worker_pipes import end_with_parent; end_with_parent(-1)"
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
