"""One writer, several readers, events after the commit; on SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from lvs import metrics
from lvs.caches import Cache
from lvs.errors import StartError, UnavailableError
from lvs.events import ChangeSignal, Topic
from lvs.store import copying, migrations
from lvs.store.backends import open_backend
from lvs.store.backends.connection import (
    Connection,
    ConnectionLostError,
    DatabaseError,
    OperationalError,
)
from lvs.store.revisions import Revision, Revisions
from lvs.store.thread_connection import ThreadConnection
from lvs.store.writer import Job, Transaction, Writer
from lvs.viewer import Viewer

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2
ANSWERS_KEPT = 256
STATEMENT_LIMIT_S = 5.0
_CLOSED = "The server is stopping. Try again when it is back."


class Store:
    """The library's truth. Open it once; close it last.

    `last_event_id` is the id of the newest event that is committed; `change_signal` notifies after
    each commit that made events, `probe_signal` after one that may have left items to probe.
    `events` counts them by topic since the start. `changes` are the revisions of what viewers see,
    `edits` those by people alone: a page that was rendered before one is not to be served after it.
    """

    def __init__(
        self, database: Path | str, *, event_retention: int = 10_000, copies: Path = Path()
    ) -> None:
        """`database` is a SQLite file, or the address of a PostgreSQL database. `copies` is the
        folder for the copy of the latter that is made before its data is rewritten."""
        self.database = database
        self._copies = database.parent if isinstance(database, Path) else copies
        self._backend = open_backend(database)
        self.change_signal = ChangeSignal()
        self.probe_signal = ChangeSignal()
        self.last_event_id = 0
        self.changes = Revisions()
        self.edits = Revisions()
        self.events: Counter[Topic] = Counter()
        self.answers: Cache[Hashable, tuple[Revision, Any]] = Cache(ANSWERS_KEPT)
        self.event_retention = event_retention
        self._writer: Writer | None = None
        self._readers: list[ThreadConnection] = []
        self._snapshots: ThreadConnection | None = None
        self._follower: asyncio.Task[None] | None = None
        self._turn = itertools.count()

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        assert isinstance(self.database, Path), "a PostgreSQL database has no file"
        return self.database

    @property
    def description(self) -> str:
        """The engine, and which database it is; without a password."""
        return f"{self._backend.engine}: {self._backend.name}"

    async def open(self) -> None:
        """Open the database, migrate it, and read where the events stand.

        Raises StartError with what to do when the file is corrupt, of a newer version, on a
        read-only folder or on a full disk.
        """
        try:
            self._backend.prepare()
            self._writer = Writer(
                await self._connect("writer", read_only=False),
                self._refuse_write,
                self._committed,
                self.event_retention,
            )
            await self._writer.run(partial(migrations.migrate, keep_copy=self._keep_copy))
            self._readers = [await self._connect(f"reader-{n}") for n in range(READERS)]
            self._snapshots = await self._connect("reader-live")
            self.last_event_id = await self._writer.run(newest_event)
            self._writer.start()
            self._follower = asyncio.create_task(
                self._backend.follow(self._follow), name="store-follower"
            )
        except (DatabaseError, OSError) as error:
            await self.close()
            raise StartError(self._backend.start_advice(error)) from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what has started, refuse the rest, and close the readers first, so that the writer
        is the one that folds the log back."""
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.gather(self._follower, return_exceptions=True)
            self._follower = None
        writer, readers = self._writer, [*self._readers, self._snapshots]
        self._readers, self._snapshots, self._writer = [], None, None
        if writer is not None:
            await writer.finish()
        for connection in (*readers, writer):
            if connection is not None:
                await connection.close()

    async def read(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(connection, ...)` in one snapshot on the reader with least to do.

        Raises UnavailableError when the store is closed, as all that uses it does.
        """
        turn = next(self._turn)
        readers = [self._readers[(turn + step) % READERS] for step in range(len(self._readers))]
        return await self._read_on(readers, function, args, kwargs)

    async def read_long(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """As `read`, for what may take long: all such reads share one reader, and leave the others
        to reads that are over in a moment."""
        return await self._read_on(self._readers[:1], function, args, kwargs)

    async def _read_on(
        self, readers: list[ThreadConnection], function: Callable[..., T], args: Any, kwargs: Any
    ) -> T:
        if not readers:
            raise UnavailableError(_CLOSED)
        reader = min(readers, key=lambda connection: connection.pending)
        result, queries = await self._run(reader, function, args, kwargs)
        metrics.add_queries(queries)
        return result

    async def _run(
        self, reader: ThreadConnection, function: Callable[..., T], args: Any, kwargs: Any
    ) -> tuple[T, int]:
        """What a function returns in a snapshot, and how many statements it ran."""
        try:
            return await reader.run(lambda conn: _in_snapshot(conn, function, args, kwargs))
        except ConnectionLostError as error:
            raise UnavailableError(self._backend.read_advice(error)) from error

    async def read_cached(self, function: Callable[..., T], *args: Hashable) -> T:
        """As `read`, but the answer is kept until the next shared event: for what everybody sees
        and many pages ask for. Every change that affects it must emit one.
        """
        return await self._read_cached(self.changes.shared, function, args)

    async def read_cached_for(
        self, viewer: Viewer, function: Callable[..., T], *args: Hashable
    ) -> T:
        """As `read_cached`, for what one viewer sees: `function(connection, viewer, ...)`."""
        revision = self.changes.of(viewer, averages=True)
        return await self._read_cached(revision, function, (viewer, *args))

    async def _read_cached(
        self, revision: Revision, function: Callable[..., T], args: tuple[Hashable, ...]
    ) -> T:
        key = (function, args)
        found = self.answers.get(key, lambda kept: kept[0] == revision)
        if found is None:
            found = revision, await self.read(function, *args)
            self.answers.put(key, found)
        answer: T = found[1]
        return answer

    async def read_live(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """As `read`, on the connection that the live hub has to itself."""
        if self._snapshots is None:
            raise UnavailableError(_CLOSED)
        result, _ = await self._run(self._snapshots, function, args, kwargs)
        return result

    async def write(
        self,
        function: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(transaction, ...)`; it is on the disk when this returns.

        Writes that wait at the same time share a transaction, each within a savepoint: one that
        fails takes nothing of the others along. Raises UnavailableError when the disk is full or
        may not be written; nothing is then changed.
        """
        if self._writer is None:
            raise UnavailableError(_CLOSED)
        try:
            job = await self._writer.write(
                lambda transaction: function(transaction, *args, **kwargs)
            )
        except OperationalError as error:
            raise UnavailableError(self._backend.write_advice(error)) from error
        metrics.add_queries(job.queries)
        result: T = job.result
        return result

    def _committed(self, batch: list[Job], last_event: int | None) -> None:
        """Answer the callers, then wake who follows: answers first, then pushes."""
        if last_event is not None:
            self.last_event_id = max(self.last_event_id, last_event)
        for job in batch:
            self.events.update(event.topic for event in job.events)
            self.changes.record(job.events)
            if not job.by_ingest:
                self.edits.record(job.events)
            job.finish()
        if last_event is not None:
            self.change_signal.notify()
            if any(job.may_need_probe for job in batch):
                self.probe_signal.notify()

    async def _follow(self) -> None:
        """Read how far others have come, and wake who follows."""
        newest = await self.read_live(newest_event)
        if newest > self.last_event_id:
            self.edits.record_unknown()  # perhaps by people
            self._advance(newest)

    def committed_elsewhere(self, last_event_id: int, events: Mapping[Topic, int]) -> None:
        """The ingest process has committed these events: wake who follows."""
        self.events.update(events)
        if events:
            self._advance(last_event_id)

    def _advance(self, last_event_id: int) -> None:
        """What others committed may change what anybody sees, and leave items to probe."""
        self.last_event_id = max(self.last_event_id, last_event_id)
        self.changes.record_unknown()
        self.change_signal.notify()
        self.probe_signal.notify()

    def _keep_copy(self, connection: Connection, version: int) -> Path:
        path = self._copies / f"library.db.version-{version}"
        copying.keep_copy(connection, path)
        return path

    def _refuse_write(self) -> None:
        if problem := self._backend.refuses_writes():
            raise UnavailableError(problem)

    def lost(self) -> str:
        """What to say when the open database is missing: its file was deleted, moved or
        replaced, or its server cannot be reached. Empty while all is well."""
        return self._backend.lost()

    async def _connect(self, name: str, *, read_only: bool = True) -> ThreadConnection:
        return await ThreadConnection.open(
            lambda: self._backend.connect(read_only=read_only), f"store-{name}"
        )


def _in_snapshot(
    connection: Connection, function: Callable[..., T], args: Any, kwargs: Any
) -> tuple[T, int]:
    connection.begin_read(STATEMENT_LIMIT_S)
    before = connection.queries
    try:
        result = function(connection, *args, **kwargs)
        return result, connection.queries - before
    finally:
        connection.rollback()


def newest_event(connection: Connection) -> int:
    """The id of the newest event there ever was, which is always kept; 0 before the first."""
    row = connection.execute("select coalesce(max(id), 0) from event").fetchone()
    return int(row[0])
