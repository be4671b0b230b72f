"""Whole pages, each rendered once for as many as ask for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from lvs.caches import Cache
from lvs.http.responses import Rendered

Render = Callable[[], Awaitable[Rendered]]

KEPT = 64
MAX_STALE_S = 1.0
STALE_WHILE_REVALIDATE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Page:
    """`state` is that of the library which the page shows, `since` when it began to be rendered."""

    rendered: Rendered
    state: Hashable
    since: float

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.since


class PageCache:
    """A page of the present state is served as it is. While files are taken in the state changes a
    hundred times a second: a page may then lag by `MAX_STALE_S`, and up to
    `STALE_WHILE_REVALIDATE_S` it is served while a new one is rendered, so that those who
    ask often never wait. That is sound because a page carries the event id that its stream
    starts at.

    What a person changes shows at once: the number of such changes is part of the key. A page of
    before has another key, which nobody asks for any more.
    """

    def __init__(self) -> None:
        self.cache: Cache[Hashable, _Page] = Cache(KEPT)
        self._rendering: dict[Hashable, asyncio.Task[Rendered]] = {}
        self._tasks: set[asyncio.Task[Rendered]] = set()

    async def page(self, key: Hashable, state: Hashable, render: Render) -> Rendered:
        """The page of `key`, by `render` where none is kept that will do. Raises what it raises."""
        kept = self.cache.get(
            key, lambda it: it.state == state or it.age_s < STALE_WHILE_REVALIDATE_S
        )
        if kept is None:
            return await asyncio.shield(self._begin(key, state, render))
        if kept.state != state and kept.age_s > MAX_STALE_S:
            self._begin(key, state, render)
        return kept.rendered

    def _begin(self, key: Hashable, state: Hashable, render: Render) -> asyncio.Task[Rendered]:
        """The rendering of a page, which all who wait for it share."""
        task = self._rendering.get(key)
        if task is None:
            task = asyncio.create_task(self._render(key, state, render), name="page")
            self._rendering[key] = task
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._finished(key, done))
        return task

    async def _render(self, key: Hashable, state: Hashable, render: Render) -> Rendered:
        since = time.monotonic()
        rendered = await render()
        await asyncio.to_thread(rendered.compress)
        self.cache.put(key, _Page(rendered, state, since))
        return rendered

    def _finished(self, key: Hashable, task: asyncio.Task[Rendered]) -> None:
        self._tasks.discard(task)
        del self._rendering[key]
        if not task.cancelled():
            task.exception()  # perhaps no request waits; the next one raises it again
