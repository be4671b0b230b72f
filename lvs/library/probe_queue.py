"""Keeps the media workers busy: a short queue, filled from the state of the rows.

What waits is `probed_at is null` in the store, so a million waiting files cost nothing here and a
restart resumes. Videos on an open page come first, then the newest.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from lvs import paths
from lvs.activity import Activity
from lvs.errors import UnavailableError
from lvs.library.ingest_timing import IngestTimings
from lvs.media.facts import Result, SourceError
from lvs.media.pool import MediaPool
from lvs.media.thumbnail_files import fresh_key
from lvs.models import Root
from lvs.store import DatabaseError, Store, items

log = logging.getLogger(__name__)

WANTED_KEPT = 200
PAUSE_WHEN_REFUSED_S = 10.0
PAUSE_S = 1.0
COUNT_EVERY_S = 0.25  # while the queue is full: counting 20,000 rows takes a millisecond
ASIDE_KEPT = 1_000
TRIES = 4  # attempts at a file that cannot be read, with pauses between
ASIDE_FIRST_S, ASIDE_LAST_S = 2.0, 300.0
_PROBLEM = "Thumbnails"


@dataclass(slots=True)
class _Aside:
    """A file that could not be read: how often, and when (loop time) it is tried again."""

    tries: int
    until: float


class ProbeQueue:
    """`want(item_id)` moves a video to the front: somebody has its empty tile on screen.

    What is wrong with one file is recorded with that file, or puts that file aside for a while.
    All files wait only while the disk or the store refuses what was found out.
    """

    def __init__(
        self,
        store: Store,
        pool: MediaPool,
        status: Activity,
        roots: dict[int, Root],
        ingest_timings: IngestTimings,
    ) -> None:
        self._store = store
        self._pool = pool
        self._status = status
        self._roots = roots
        self._ingest_timings = ingest_timings
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._aside: OrderedDict[int, _Aside] = OrderedDict()
        self._paused_until = 0.0
        self._counted_at = 0.0
        self._is_counted = True  # the waiting files, since the last change
        self._room = asyncio.Event()

    def want(self, item_id: int) -> None:
        self._wanted[item_id] = None
        self._wanted.move_to_end(item_id, last=False)
        while len(self._wanted) > WANTED_KEPT:
            self._wanted.popitem()

    def wake(self) -> None:
        """Check for work that no event announces."""
        self._room.set()

    async def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being worked on. Files that cannot be read now
        count as done."""
        if self._busy:
            return False
        return not await self._store.read(items.waiting, limit=1, wanted=(), busy=list(self._aside))

    async def run(self) -> None:
        """Work until cancelled. Started again after a failure, it finds its work as it was."""
        news = self._store.probe_signal.subscribe()
        try:
            while True:
                news.clear()
                self._room.clear()
                try:
                    await self._fill()
                except (UnavailableError, DatabaseError) as error:
                    self._refuse(str(error), PAUSE_S)
                await _first_of(news.wait(), self._room.wait(), self._pause())
        except asyncio.CancelledError:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            raise
        finally:
            self._store.probe_signal.unsubscribe(news)

    async def _fill(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._paused_until:
            return
        free = self._pool.size * 2 - len(self._busy)
        work = await self._next(free, now)
        for item in work:
            self._wanted.pop(item.item_id, None)
            task = asyncio.create_task(self._process(item), name=f"look at {item.item_id}")
            self._busy[item.item_id] = task
            self._status.thumbnails_busy = len(self._busy)
        self._is_counted = False
        is_full = len(work) == free and self._status.thumbnails.running
        if not is_full or now >= self._counted_at + COUNT_EVERY_S:
            await self._count(now)

    async def _next(self, limit: int, now: float) -> list[items.Work]:
        aside = [item_id for item_id, file in self._aside.items() if file.until > now]
        return await self._store.read(
            items.waiting, limit=limit, wanted=list(self._wanted), busy=[*self._busy, *aside]
        )

    async def _process(self, work: items.Work) -> None:
        try:
            result, took_s = await self._probe(work)
        except SourceError as error:
            await self._put_aside(work, error)
        except (OSError, UnavailableError, DatabaseError) as error:
            pause_s = PAUSE_WHEN_REFUSED_S if isinstance(error, OSError) else PAUSE_S
            self._refuse(_words(error), pause_s)
        except Exception as error:
            log.exception("The probe result of %s is unusable", paths.to_words(work.path))
            await self._blame(work, f"Can't be read: {error or type(error).__name__}.")
        else:
            self._aside.pop(work.item_id, None)
            self._forgive()
            self._account(work, result, took_s)
        finally:
            self._busy.pop(work.item_id, None)
            self._status.thumbnails_busy = len(self._busy)
            self._room.set()

    async def _probe(self, work: items.Work) -> tuple[Result, float]:
        """What was found out, once it is stored, and the seconds that a worker took for it."""
        root = self._roots.get(work.root_id)
        if root is None:
            raise SourceError(errno.ENOENT, "the folder is no longer configured")
        path = paths.absolute(root.path, work.path)
        began = time.monotonic()
        key = fresh_key(work.fingerprint, work.thumbnail)
        result = await self._pool.process(path, key, work.inputs)
        took_s = time.monotonic() - began
        if result.error:
            log.warning("No thumbnail for %s: %s", paths.to_words(work.path), result.error)
        recorded = await self._store.write(
            items.record_probe, work.item_id, work.fingerprint, _columns(key, result)
        )
        if recorded and work.thumbnail not in (None, key):
            await asyncio.to_thread(self._pool.discard, work.thumbnail)
        return result, took_s

    def _account(self, work: items.Work, result: Result, took_s: float) -> None:
        self._status.thumbnail_s += took_s
        self._status.thumbnails_made += not result.error
        self._status.thumbnails_failed += bool(result.error)
        self._ingest_timings.rendered(
            (work.root_id, work.path), self._store.last_event_id, result.thumbnail_s
        )
        self._status.thumbnails.advance(1)

    async def _blame(self, work: items.Work, why: str) -> None:
        """Record a failure of this file alone; when even that fails, it is the store's."""
        try:
            await self._store.write(
                items.record_probe, work.item_id, work.fingerprint, {"probe_error": why}
            )
            self._aside.pop(work.item_id, None)
            self._status.thumbnails_failed += 1
            self._status.thumbnails.advance(1)
        except Exception as error:
            self._refuse(_words(error), PAUSE_S)

    async def _put_aside(self, work: items.Work, error: SourceError) -> None:
        """Try this file again later. The watcher or the next scan handles a missing file."""
        tries = self._aside[work.item_id].tries + 1 if work.item_id in self._aside else 1
        if tries >= TRIES and error.errno not in (errno.ENOENT, errno.ENOTDIR):
            await self._blame(work, f"Can't be read: {_words(error)}.")
            return
        pause_s = min(ASIDE_FIRST_S * 4 ** (tries - 1), ASIDE_LAST_S)
        until = asyncio.get_running_loop().time() + pause_s
        self._aside[work.item_id] = _Aside(tries, until)
        self._aside.move_to_end(work.item_id)
        if len(self._aside) > ASIDE_KEPT:  # with so many, the fault is not in single files
            self._aside.popitem(last=False)
            self._pause_for(PAUSE_S)

    def _refuse(self, why: str, pause_s: float) -> None:
        """The disk or the store takes nothing now: say so, and let all wait."""
        if _PROBLEM not in self._status.problems:
            log.warning("Thumbnails are waiting: %s", why)
        self._status.report(_PROBLEM, f"{why}. They are created once this is fixed.")
        self._pause_for(pause_s)

    def _forgive(self) -> None:
        if self._status.problems.pop(_PROBLEM, None) is not None:
            self._status.changed()

    def _pause_for(self, seconds: float) -> None:
        self._paused_until = asyncio.get_running_loop().time() + seconds

    async def _pause(self) -> None:
        """Wait until a pause is over, a file that was put aside is due, or a count is."""
        now = asyncio.get_running_loop().time()
        dues = [file.until for file in self._aside.values() if file.until > now]
        if not self._is_counted:
            dues.append(self._counted_at + COUNT_EVERY_S)
        if self._paused_until > now:
            dues = [self._paused_until]
        await asyncio.sleep(max(min(dues) - now, 0) if dues else 3600)

    async def _count(self, now: float) -> None:
        """Count what waits, for pages and terminal."""
        self._counted_at, self._is_counted = now, True
        waiting = await self._store.read(items.count_waiting)
        progress = self._status.thumbnails
        if waiting and not progress.running:
            progress.start()
        if progress.running:
            progress.total = progress.done + waiting
            progress.running = waiting > 0
            self._status.changed()


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _columns(key: str, result: Result) -> dict[str, Any]:
    return {
        **result.facts,
        "probe_error": result.error,
        "thumbnail": None if result.error else key,
        "preview": result.preview,
    }


async def _first_of(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        # Not within `suppress`: a cancellation that arrives here is the caller's own.
        await asyncio.gather(*tasks, return_exceptions=True)
