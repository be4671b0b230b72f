"""Changes of many videos at once, one after the other, whoever asked for them has long left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lvs.errors import UnavailableError
from lvs.progress import Progress
from lvs.store import Store, bulk
from lvs.viewer import Viewer

log = logging.getLogger(__name__)

BATCH = 200  # about 40 ms per transaction: single changes wait for it
QUEUED = 10
WORTH_SHOWING = 1_000  # fewer are done before anyone could read a progress bar


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: `bulk_edit_id` to undo it by, how many videos were changed, and what ended
    it before its end, if anything did."""

    bulk_edit_id: int
    changed: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    run: Callable[[], Awaitable[Done]]
    answer: asyncio.Future[Done]


class BulkChanges:
    """The queue and its runner. `progress` is shown on pages; `tell` reports that it changed."""

    def __init__(self, store: Store, progress: Progress, notify: Callable[[], None]) -> None:
        self._store = store
        self._progress = progress
        self._notify = notify
        self._queue: asyncio.Queue[_Asked] = asyncio.Queue(QUEUED)

    async def change(
        self, viewer: Viewer, kind: str, value: str, item_ids: Sequence[int], wanted: Any
    ) -> Done:
        """Give these videos what is `wanted` of a kind (`store.bulk.KINDS`), a transaction per
        batch. A video that fails costs no other. Raises UnavailableError when too many such changes
        wait already, or the disk is full before any video was changed.
        """
        return await self._ask(lambda: self._change(viewer, kind, value, list(item_ids), wanted))

    async def undo(self, viewer: Viewer, bulk_edit_id: int) -> Done:
        """Undo a change of the viewer's. Raises NotFoundError when it is no longer kept."""
        return await self._ask(lambda: self._undo(viewer, bulk_edit_id))

    async def run(self) -> None:
        """Do what is asked for, to its end."""
        while True:
            asked = await self._queue.get()
            try:
                done = await asked.run()
            except Exception as error:  # the caller handles it
                if not asked.answer.cancelled():
                    asked.answer.set_exception(error)
            else:
                if not asked.answer.cancelled():
                    asked.answer.set_result(done)
            finally:
                self._progress.running = False
                self._notify()

    async def _ask(self, run: Callable[[], Awaitable[Done]]) -> Done:
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(_Asked(run, answer))
        except asyncio.QueueFull:
            raise UnavailableError(
                f"{QUEUED} bulk changes are waiting already. Try again when they are done."
            ) from None
        return await answer

    async def _change(
        self, viewer: Viewer, kind: str, value: str, item_ids: list[int], wanted: Any
    ) -> Done:
        bulk_edit_id = await self._store.write(bulk.begin, viewer, kind, value)
        self._start(len(item_ids))
        changed = 0
        for start in range(0, len(item_ids), BATCH):
            batch = item_ids[start : start + BATCH]
            try:
                changed += await self._change_batch(viewer, bulk_edit_id, batch, wanted)
            except UnavailableError as error:  # the disk failed: other batches would fail, too
                if not changed:
                    raise
                return Done(bulk_edit_id, changed, error.detail)
            self._advance(len(batch))
        return Done(bulk_edit_id, changed)

    async def _change_batch(
        self, viewer: Viewer, bulk_edit_id: int, batch: list[int], wanted: Any
    ) -> int:
        """Returns how many were changed. Raises UnavailableError."""
        try:
            return await self._store.write(bulk.change, viewer, bulk_edit_id, batch, wanted)
        except UnavailableError:
            raise
        except Exception:
            if len(batch) == 1:
                log.exception("Can't change video %d", batch[0])
                return 0
        return sum([await self._change_batch(viewer, bulk_edit_id, [one], wanted) for one in batch])

    async def _undo(self, viewer: Viewer, bulk_edit_id: int) -> Done:
        self._start((await self._store.read(bulk.bulk, viewer, bulk_edit_id)).count)
        changed = 0
        try:
            while (
                undone := await self._store.write(bulk.undo, viewer, bulk_edit_id, BATCH)
            ) is not None:
                changed += undone
                self._advance(BATCH)
        except UnavailableError as error:
            if not changed:
                raise
            return Done(bulk_edit_id, changed, error.detail)
        return Done(bulk_edit_id, changed)

    def _start(self, total: int) -> None:
        self._progress.start()
        self._progress.total = total
        self._progress.running = total >= WORTH_SHOWING
        self._notify()

    def _advance(self, count: int) -> None:
        self._progress.advance(min(count, self._progress.total - self._progress.done))
        self._notify()
