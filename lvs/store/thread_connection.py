"""A database connection on aiosqlite's thread, which the event loop hands whole functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar, cast

import aiosqlite

from lvs.store.backends.connection import Connection

T = TypeVar("T")


class ThreadConnection:
    """Runs functions in turn, in one hop each.

    aiosqlite offers a hop per statement (67 µs each, measured); a page or a batch is several
    statements, and a transaction must not be open across hops. So functions go through aiosqlite's
    `_execute`, which all its public methods use. It asks nothing of the connection but `close`, so
    that one to PostgreSQL runs on its thread as well.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._aio = connection
        self.pending = 0

    @classmethod
    async def open(cls, connect: Callable[[], Connection], name: str) -> Self:
        """Connect on the new thread. Raises what `connect` raises."""
        connection = aiosqlite.Connection(cast(Callable[[], Any], connect), iter_chunk_size=64)
        connection._thread.name = name
        # A loop that ends before the store is closed leaves a process that can end.
        connection._thread.daemon = True
        return cls(await connection)

    async def run(self, function: Callable[[Connection], T]) -> T:
        """What a function returns. When the caller is cancelled, the function still runs. Raises
        ValueError when the connection is closed."""
        self.pending += 1
        try:
            result: T = await self._aio._execute(function, self._aio._conn)  # type: ignore[no-untyped-call]
        finally:
            self.pending -= 1
        return result

    async def close(self) -> None:
        """Close the connection after what was asked before, and end the thread."""
        await self._aio.close()
