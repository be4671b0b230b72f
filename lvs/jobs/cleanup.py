"""Deletions of missing items that wait, so that they can be undone, and are then carried out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from lvs.store import Store, cleanup
from lvs.store.writer import now_ms
from lvs.viewer import Viewer

WAIT_S = 60


class Cleanup:
    """Those that wait are rows: one that was asked for before a restart is carried out after it.
    `notify` is called when entries were deleted."""

    def __init__(self, store: Store, notify: Callable[[], None]) -> None:
        self._store = store
        self._notify = notify
        self._asked = asyncio.Event()

    async def schedule(self, viewer: Viewer, item_ids: Sequence[int]) -> int:
        """Delete these items in a minute; returns the id by which that is undone."""
        scheduled = await self._store.write(cleanup.schedule, viewer, item_ids)
        self._asked.set()
        return scheduled

    async def run(self) -> None:
        while True:
            self._asked.clear()
            wait_s = await self.carry_out(now_ms())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._asked.wait()

    async def carry_out(self, now: int) -> float | None:
        """Delete what has waited long enough at a time (ms). Returns in how many seconds the next
        is due, None when there is none."""
        for bulk_edit_id, at in await self._store.read(cleanup.scheduled):
            left_ms = at + WAIT_S * 1000 - now
            if left_ms > 0:
                return left_ms / 1000
            await self._store.write(cleanup.carry_out, bulk_edit_id)
            self._notify()
        return None
