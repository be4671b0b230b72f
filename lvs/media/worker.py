"""A worker process: answers requests on its input, one a line, until the input ends.

Both ways are JSON, as a decoder that was taken over may write anything. The server reads
`ready` first, then an answer for each request: `{"result": ...}`, or `{"source": [errno, text]}`
and `{"disk": [errno, text]}` for the two errors of `processing.process`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lvs.media.facts import Result, SourceError

if sys.platform != "win32":
    import resource

READY = b"ready\n"
_OOM_SCORE = "1000"  # proc(5): when memory runs out, this process is killed first


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("job", help="module:function")
    parser.add_argument("--memory", type=int, required=True, help="bytes of address space")
    arguments = parser.parse_args()
    module, _, name = arguments.job.partition(":")
    job = getattr(importlib.import_module(module), name)
    _limit(arguments.memory)
    requests, answers = _take_pipes()
    answers.write(READY)
    answers.flush()
    for request in requests:
        answers.write(json.dumps(_answer(job, json.loads(request))).encode() + b"\n")
        answers.flush()


def _answer(job: Callable[..., Result], arguments: list[Any]) -> dict[str, Any]:
    try:
        return {"result": asdict(job(*arguments))}
    except SourceError as error:
        return {"source": [error.errno, error.strerror]}
    except OSError as error:
        return {"disk": [error.errno, error.strerror]}


def _limit(memory_bytes: int) -> None:
    """Low priority, limited memory, and ends when the server ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C: the server ends this process
    if sys.platform == "win32":
        return
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()


def _take_pipes() -> tuple[Any, Any]:
    """The pipes to the server, out of reach of decoders that print by themselves."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    return requests, answers


def end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main()
