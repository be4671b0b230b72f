"""A process that stores many files at once, so that pages do not wait for its Python code.

It runs `lvs.library.ingest_worker`, starts with the first large batch, and ends when there has been
none for a while. It takes one batch at a time. Whoever finds it busy, or without an answer, stores
the batch in the server: both ways run the same code, and storing a batch twice does no harm.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from lvs.activity import Activity
from lvs.models import FileStat, Root
from lvs.store import Store
from lvs.system.worker_process import WorkerDiedError, WorkerProcess

log = logging.getLogger(__name__)

WORTH_IT = 25  # files; fewer are stored before a process has started
IDLE_S = 10.0
ANSWER_WITHIN_S = 600.0  # a batch on a disk that hangs: it tries each file, with its own limit
RETRY_AFTER_S = 60.0
_MODULE = "lvs.library.ingest_worker"


class IngestProcess:
    """Stores batches in another process. Close it in the end."""

    def __init__(self, store: Store, status: Activity, *, idle_s: float = IDLE_S) -> None:
        self._store = store
        self._status = status
        self._idle_s = idle_s
        self._worker: WorkerProcess | None = None
        self._busy = False
        self._closed = False
        self._refused_until = 0.0

    async def ingest(
        self, root: Root, batch: Sequence[FileStat], roots: Iterable[Root], *, first_scan: bool
    ) -> int | None:
        """As `Ingest.ingest` of one batch; None when the server is to do it."""
        now = time.monotonic()
        if len(batch) < WORTH_IT or self._busy or self._closed or now < self._refused_until:
            return None
        if not isinstance(self._store.database, Path):  # PostgreSQL
            return None
        self._busy = True
        try:
            return await self._ask(_request(root, batch, roots, first_scan))
        except (OSError, WorkerDiedError) as error:
            log.warning("The ingest process failed: %s", error or type(error).__name__)
            self._refused_until = time.monotonic() + RETRY_AFTER_S
            return None
        finally:
            self._busy = False

    async def close(self) -> None:
        """End the process, also at work: what it has not committed, the next scan finds."""
        self._closed = True
        if (worker := self._worker) is not None:
            self._worker = None
            await worker.kill()

    async def _ask(self, request: bytes) -> int | None:
        """Raises OSError and WorkerDiedError."""
        worker = await self._take()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answer = await worker.ask(request)
        except BaseException:
            self._worker = None
            await worker.kill()
            raise
        worker.rest(self._idle_s, self._end)
        self._store.committed_elsewhere(answer["last_event_id"], answer["events"])
        for name, problem in answer["problems"].items():
            self._status.report(name, problem)
        touched: int | None = answer["touched"]
        return touched

    async def _take(self) -> WorkerProcess:
        if self._worker is None or not self._worker.wake():
            if problem := self._store.lost():  # a process would make a new database
                raise OSError(problem)
            self._worker = await WorkerProcess.start(
                _MODULE, str(self._store.path), str(self._store.event_retention)
            )
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


def _request(
    root: Root, batch: Sequence[FileStat], roots: Iterable[Root], first_scan: bool
) -> bytes:
    request = {
        "root_id": root.id,
        "files": [(stat.path, stat.size, stat.mtime_ns) for stat in batch],
        "first_scan": first_scan,
        "roots": [asdict(each) for each in roots],
    }
    return json.dumps(request).encode() + b"\n"
