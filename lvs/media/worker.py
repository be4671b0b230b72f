"""A media worker process: answers requests on its input, one a line, until the input ends.

Both ways are JSON, as a decoder that was taken over may write anything. An answer is
`{"result": ...}`, or `{"source": [errno, text]}` and `{"disk": [errno, text]}` for the two errors
of `processing.process`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from lvs.media.facts import Result, SourceError
from lvs.system.worker_pipes import READY, take_pipes, yield_to_server

if sys.platform != "win32":
    import resource


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("job", help="module:function")
    parser.add_argument("--memory", type=int, required=True, help="bytes of address space")
    arguments = parser.parse_args()
    module, _, name = arguments.job.partition(":")
    job = getattr(importlib.import_module(module), name)
    yield_to_server()
    _limit_memory(arguments.memory)
    requests, answers = take_pipes()
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


def _limit_memory(memory_bytes: int) -> None:
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
