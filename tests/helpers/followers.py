"""Stores that write to one PostgreSQL database at the same time, and each follow all the others."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from lvs.store import Connection, Store, Transaction


class Followers:
    """Use as an async context manager: `count` stores on the database of an address."""

    def __init__(self, address: str, count: int) -> None:
        self.stores = [Store(address) for _ in range(count)]
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Followers:
        for store in self.stores:
            await store.open()
            self._stack.push_async_callback(store.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def race(self, each: int, timeout_s: float = 30) -> list[list[int]]:
        """Let all stores make `each` events at once. Returns what each follower saw since then, by
        its offset from the last event before; TimeoutError when one of them waits in vain."""
        start = max(store.last_event_id for store in self.stores)
        until = start + each * len(self.stores)
        following = [asyncio.create_task(_follow(one, start, until)) for one in self.stores]
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.gather(*(_write(store, each) for store in self.stores))
                found = await asyncio.gather(*following)
        finally:
            for task in following:
                task.cancel()
        return [[event_id - start for event_id in seen] for seen in found]


def _emit(tx: Transaction) -> None:
    tx.emit("saved_search.updated")


async def _write(store: Store, count: int) -> None:
    for _ in range(count):
        await store.write(_emit)


async def _follow(store: Store, since: int, until: int) -> list[int]:
    """The ids of events as the live hub reads them: at each signal, all after the last one."""
    seen: list[int] = []
    news = store.change_signal.subscribe()
    while since < until:
        await news.wait()
        news.clear()
        found = await store.read(_events_after, since)
        seen += found
        since = max([since, *found])
    store.change_signal.unsubscribe(news)
    return seen


def _events_after(conn: Connection, since: int) -> list[int]:
    rows = conn.execute("select id from event where id > ? order by id", (since,))
    return [event_id for (event_id,) in rows]
