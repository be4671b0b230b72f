"""A small pool of worker processes with a time limit per file.

Decoders hang and crash on hostile files. The process is then killed or found dead, the file's job
gets its error, and the next job gets a new process. Processes start when there is work, and end
when there has been none for a while: a library at rest costs no memory for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lvs.media import thumbnail_files
from lvs.media.facts import Result, SourceError
from lvs.media.limits import memory_per_worker
from lvs.media.worker import READY
from lvs.paths import to_words
from lvs.system.subprocesses import environment

log = logging.getLogger(__name__)

IDLE_S = 60.0
FILES_PER_WORKER = 1_000  # so that leaks in libav are bounded
START_LIMIT_S = 60.0
ANSWER_LIMIT_BYTES = 1 << 20
_JOB = "lvs.media.processing:process"


class MediaPool:
    """Processes media files in up to `size` processes at the same time. Close it in the end."""

    def __init__(
        self,
        size: int,
        timeout_s: float,
        thumbnail_folder: Path,
        *,
        job: str = _JOB,
        idle_s: float = IDLE_S,
    ) -> None:
        self.size = size
        self._timeout_s = timeout_s
        self._folder = str(thumbnail_folder)
        self._job = job
        self._idle_s = idle_s
        self._memory_bytes = memory_per_worker(size)
        self._room = asyncio.Semaphore(size)
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []  # the worker that finished last is used first
        self._closed = False

    def discard(self, key: str) -> None:
        """Delete the thumbnails of a key: there are newer ones."""
        thumbnail_files.remove(Path(self._folder), key)

    async def process(self, path: str, key: str, inputs: Mapping[str, Any] | None = None) -> Result:
        """Facts and thumbnails of one file; a crash or a hang is an error in the result.

        A process may die of what is not the file's: a file is blamed when a second one dies.
        Raises SourceError and OSError as `processing.process` does, and OSError when no process
        can be started.
        """
        request = json.dumps([path, self._folder, key, dict(inputs or {})]).encode() + b"\n"
        async with self._room:
            began = time.monotonic()
            try:
                return await self._ask_twice(request)
            finally:
                log.debug("Probed in %.3f s: %s", time.monotonic() - began, to_words(path))

    async def close(self) -> None:
        """End all processes, also those at work."""
        self._closed = True
        self._idle.clear()
        await asyncio.gather(*(worker.kill() for worker in self._workers))
        self._workers.clear()

    async def _ask_twice(self, request: bytes) -> Result:
        for _ in range(2):
            with contextlib.suppress(_DiedError):
                try:
                    return await self._ask(request)
                except TimeoutError:
                    why = f"Reading took longer than {self._timeout_s:g} s and was stopped."
                    return _failure(why)
        return _failure("The decoder crashed on this file.")

    async def _ask(self, request: bytes) -> Result:
        worker = await self._take()
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await worker.ask(request)
        except BaseException:
            self._workers.discard(worker)
            await worker.kill()
            raise
        self._rest(worker)
        return _result(answer)

    async def _take(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.wake():
                return worker
            self._workers.discard(worker)
        if self._closed:
            raise ChildProcessError(None, "The server is stopping")
        worker = await _Worker.start(self._job, self._memory_bytes)
        self._workers.add(worker)
        return worker

    def _rest(self, worker: _Worker) -> None:
        if self._closed or worker.files >= FILES_PER_WORKER:
            self._end(worker)
        else:
            self._idle.append(worker)
            worker.rest(self._idle_s, lambda: self._end(worker))

    def _end(self, worker: _Worker) -> None:
        with contextlib.suppress(ValueError):
            self._idle.remove(worker)
        self._workers.discard(worker)
        worker.end()


class _DiedError(Exception):
    """The process has ended, or its answer is not valid."""


class _Worker:
    """One process of `lvs.media.worker`; `files` counts the files it has probed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._requests, self._answers = process.stdin, process.stdout
        self._ending: asyncio.TimerHandle | None = None
        self.files = 0

    @classmethod
    async def start(cls, job: str, memory_bytes: int) -> _Worker:
        """Raises OSError when there is no process, or none that can work."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", "lvs.media.worker", job, "--memory", str(memory_bytes)),
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
                raise ChildProcessError(None, "A media worker exited at its start")
        except BaseException as error:
            await worker.kill()
            if isinstance(error, TimeoutError | ValueError):
                raise ChildProcessError(None, "A media worker did not start") from error
            raise
        return worker

    async def ask(self, request: bytes) -> dict[str, Any]:
        """The answer. Raises _DiedError when there is none."""
        self.files += 1
        try:
            self._requests.write(request)
            await self._requests.drain()
            answer = await self._answers.readline()
            found: dict[str, Any] = json.loads(answer)
        except (ConnectionError, ValueError) as error:
            raise _DiedError from error
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


def _result(answer: dict[str, Any]) -> Result:
    if "source" in answer:
        raise SourceError(*answer["source"])
    if "disk" in answer:
        raise OSError(*answer["disk"])
    return Result(**answer["result"])


def _failure(why: str) -> Result:
    return Result({}, None, why, 0.0)
