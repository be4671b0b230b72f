"""A worker process as the server sees it: JSON over pipes, one request at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from lvs.system.subprocesses import environment
from lvs.system.worker_pipes import READY

START_LIMIT_S = 60.0
ANSWER_LIMIT_BYTES = 1 << 20


class WorkerDiedError(Exception):
    """The process has ended, or its answer is not valid."""


class WorkerProcess:
    """One process of a module that uses `lvs.system.worker_pipes`; `requests` counts what it was
    asked."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._requests, self._answers = process.stdin, process.stdout
        self._ending: asyncio.TimerHandle | None = None
        self.requests = 0

    @classmethod
    async def start(cls, module: str, *arguments: str) -> WorkerProcess:
        """Raises OSError when there is no process, or none that can work."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", module, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=ANSWER_LIMIT_BYTES,
            env=environment(),
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(START_LIMIT_S):
                said = await worker._answers.readline()
            if said != READY:
                raise ChildProcessError(None, "A worker process exited at its start")
        except BaseException as error:
            await worker.kill()
            if isinstance(error, TimeoutError | ValueError):
                raise ChildProcessError(None, "A worker process did not start") from error
            raise
        return worker

    async def ask(self, request: bytes) -> dict[str, Any]:
        """The answer to a line of JSON. Raises WorkerDiedError when there is none."""
        self.requests += 1
        try:
            self._requests.write(request)
            await self._requests.drain()
            answer = await self._answers.readline()
            found: dict[str, Any] = json.loads(answer)
        except (ConnectionError, ValueError) as error:
            raise WorkerDiedError from error
        return found

    def rest(self, seconds: float, end: Callable[[], None]) -> None:
        """Call `end` unless it wakes before."""
        self._ending = asyncio.get_running_loop().call_later(seconds, end)

    def wake(self) -> bool:
        """Whether it can be used: a process may have died while it rested."""
        if self._ending is not None:
            self._ending.cancel()
        return self._process.returncode is None

    def end(self) -> None:
        """Let it end by itself: its input is over."""
        self.wake()
        self._requests.close()

    async def kill(self) -> None:
        """Returns when it has ended; a second cancellation does not hinder it."""
        self.wake()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await asyncio.shield(self._process.wait())
