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
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lvs.media import thumbnail_files
from lvs.media.facts import Result, SourceError
from lvs.media.limits import memory_per_worker
from lvs.paths import to_words
from lvs.system.worker_process import WorkerDiedError, WorkerProcess

log = logging.getLogger(__name__)

IDLE_S = 60.0
FILES_PER_WORKER = 1_000  # so that leaks in libav are bounded
_MODULE = "lvs.media.worker"
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
        self._workers: set[WorkerProcess] = set()
        self._idle: list[WorkerProcess] = []  # the worker that finished last is used first
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
            with contextlib.suppress(WorkerDiedError):
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

    async def _take(self) -> WorkerProcess:
        while self._idle:
            worker = self._idle.pop()
            if worker.wake():
                return worker
            self._workers.discard(worker)
        if self._closed:
            raise ChildProcessError(None, "The server is stopping")
        worker = await WorkerProcess.start(_MODULE, self._job, "--memory", str(self._memory_bytes))
        self._workers.add(worker)
        return worker

    def _rest(self, worker: WorkerProcess) -> None:
        if self._closed or worker.requests >= FILES_PER_WORKER:
            self._end(worker)
        else:
            self._idle.append(worker)
            worker.rest(self._idle_s, lambda: self._end(worker))

    def _end(self, worker: WorkerProcess) -> None:
        with contextlib.suppress(ValueError):
            self._idle.remove(worker)
        self._workers.discard(worker)
        worker.end()


def _result(answer: dict[str, Any]) -> Result:
    if "source" in answer:
        raise SourceError(*answer["source"])
    if "disk" in answer:
        raise OSError(*answer["disk"])
    return Result(**answer["result"])


def _failure(why: str) -> Result:
    return Result({}, None, why, 0.0)
