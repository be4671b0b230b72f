"""Keeps the media workers busy: a short queue, filled from the state of the rows.

What waits is `probed_at is null` in the store, so a million waiting files cost nothing here and a
restart goes on by itself. Videos that somebody looks at come first, then the newest.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import OrderedDict
from dataclasses import asdict
from typing import Any

from lvs import paths
from lvs.library import disk
from lvs.library.status import LibraryStatus
from lvs.library.timeline import Timeline
from lvs.media.facts import Result
from lvs.media.pictures import fresh_key
from lvs.media.pool import MediaPool
from lvs.models import Root
from lvs.store import Store, videos

log = logging.getLogger(__name__)

WANTED_KEPT = 200
PAUSE_WHEN_REFUSED_S = 10.0


class Feeder:
    """`want(video_id)` moves a video to the front: somebody has its empty tile on screen."""

    def __init__(
        self,
        store: Store,
        pool: MediaPool,
        status: LibraryStatus,
        roots: dict[int, Root],
        timeline: Timeline,
    ) -> None:
        self._store = store
        self._pool = pool
        self._status = status
        self._roots = roots
        self._timeline = timeline
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._paused_until = 0.0
        self._room = asyncio.Event()

    def want(self, video_id: int) -> None:
        self._wanted[video_id] = None
        self._wanted.move_to_end(video_id, last=False)
        while len(self._wanted) > WANTED_KEPT:
            self._wanted.popitem()

    def wake(self) -> None:
        """There is work that no event tells of."""
        self._room.set()

    async def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being worked on."""
        return not self._busy and not await self._store.read(videos.count_waiting)

    async def run(self) -> None:
        news = self._store.bell.listener()
        try:
            while True:
                news.clear()
                self._room.clear()
                await self._fill()
                await _first_of(news.wait(), self._room.wait(), self._pause())
        finally:
            self._store.bell.forget(news)
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _fill(self) -> None:
        if asyncio.get_running_loop().time() < self._paused_until:
            return
        free = self._pool.size * 2 - len(self._busy)
        work = await self._store.read(
            videos.waiting, limit=free, wanted=list(self._wanted), busy=list(self._busy)
        )
        for item in work:
            self._wanted.pop(item.video_id, None)
            task = asyncio.create_task(self._look_at(item), name=f"look at {item.video_id}")
            self._busy[item.video_id] = task
            self._status.pictures_busy = len(self._busy)
        await self._show()

    async def _look_at(self, work: videos.Work) -> None:
        try:
            root = self._roots.get(work.root_id)
            if root is None:
                return
            path = disk.absolute(root.path, work.path)
            began = time.monotonic()
            key = fresh_key(work.fingerprint, work.thumbnail)
            result = await self._pool.look_at(path, key, work.stereo)
            took_s = time.monotonic() - began
            if result.error:
                log.warning("No picture of %s: %s", paths.to_words(work.path), result.error)
            recorded = await self._store.write(
                videos.record_probe, work.video_id, work.fingerprint, _columns(key, result)
            )
            if recorded and work.thumbnail not in (None, key):
                await asyncio.to_thread(self._pool.discard, work.thumbnail)
            self._status.picture_s += took_s
            self._status.pictures_made += not result.error
            self._status.pictures_failed += bool(result.error)
            self._timeline.pictured(
                (work.root_id, work.path), self._store.last_event_id, result.picture_s
            )
            self._status.pictures.advance(1)
        except OSError as error:
            await self._refused(work, error)
        except Exception:
            log.exception("The pictures of %s could not be stored", paths.to_words(work.path))
            self._pause_for(PAUSE_WHEN_REFUSED_S)
        finally:
            self._busy.pop(work.video_id, None)
            self._status.pictures_busy = len(self._busy)
            self._room.set()

    async def _refused(self, work: videos.Work, error: OSError) -> None:
        """The disk said no. When the file is gone or away, the watcher tells; else say so, wait."""
        if isinstance(error, FileNotFoundError):
            self._pause_for(1.0)
            return
        if isinstance(error, PermissionError) and error.filename:
            why = f"It cannot be read: {error.strerror}."
            await self._store.write(
                videos.record_probe, work.video_id, work.fingerprint, {"probe_error": why}
            )
            return
        log.warning("Pictures wait: %s", error.strerror or error)
        self._status.report("Pictures", f"{error.strerror or error}; they wait until it is mended")
        self._pause_for(PAUSE_WHEN_REFUSED_S)

    def _pause_for(self, seconds: float) -> None:
        self._paused_until = asyncio.get_running_loop().time() + seconds

    async def _pause(self) -> None:
        """Wait out a pause; without one, wait for ever (the other wakers end it)."""
        left = self._paused_until - asyncio.get_running_loop().time()
        await asyncio.sleep(left if left > 0 else 3600)

    async def _show(self) -> None:
        waiting = await self._store.read(videos.count_waiting)
        progress = self._status.pictures
        if waiting and not progress.running:
            progress.start()
        if progress.running:
            progress.total = progress.done + waiting
            progress.running = waiting > 0
            self._status.changed()


def _columns(key: str, result: Result) -> dict[str, Any]:
    facts = asdict(result.facts)
    facts["hdr"] = int(facts["hdr"])
    facts["audio_tracks"] = json.dumps(facts["audio_tracks"])
    facts["subtitle_tracks"] = json.dumps(facts["subtitle_tracks"])
    return {
        **facts,
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
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
