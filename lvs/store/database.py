"""SQLite through aiosqlite: one writer, several readers, events after the commit."""

from __future__ import annotations

import contextlib
import itertools
import logging
import time
from collections import Counter
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiosqlite

from lvs import metrics
from lvs.caches import Cache
from lvs.errors import StartError, UnavailableError
from lvs.events import ChangeSignal, Topic
from lvs.store import migrations
from lvs.store.backends.sqlite import Connection, DatabaseError, OperationalError
from lvs.store.writer import Job, ThreadConnection, Transaction, Writer

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2
ANSWERS_KEPT = 256
STATEMENT_LIMIT_S = 5.0
_CLOSED = "The server is stopping. Try again when it is back."
_PRAGMAS = """
    pragma busy_timeout = 5000;
    pragma foreign_keys = on;
    pragma synchronous = full;
    pragma temp_store = memory;
    pragma cache_size = -16384;
"""


class Store:
    """The library's truth. Open it once; close it last.

    `last_event_id` is the id of the newest event that is committed; `change_signal` notifies after
    each commit that made events, `probe_signal` after one that may have left videos to probe.
    `events` counts them by topic since the start, `edits` the changes by people: a page that was
    rendered before one is not to be served after it.
    """

    def __init__(self, path: Path, *, event_retention: int = 10_000) -> None:
        self.path = path
        self.change_signal = ChangeSignal()
        self.probe_signal = ChangeSignal()
        self.last_event_id = 0
        self.edits = 0
        self._file: tuple[int, int] | None = None  # device and inode of the opened database
        self.events: Counter[Topic] = Counter()
        self.answers: Cache[Hashable, tuple[int, Any]] = Cache(ANSWERS_KEPT)
        self._event_retention = event_retention
        self._writer: Writer | None = None
        self._readers: list[ThreadConnection] = []
        self._snapshots: ThreadConnection | None = None
        self._turn = itertools.count()

    async def open(self) -> None:
        """Open the database, migrate it, and read where the events stand.

        Raises StartError with what to do when the file is corrupt, of a newer version, on a
        read-only folder or on a full disk.
        """
        try:
            _make_private(self.path)
            self._writer = Writer(
                await self._connect(), self._refuse_if_lost, self._committed, self._event_retention
            )
            self._file = _identity(self.path)
            await self._writer.run(migrations.migrate)
            self._readers = [await self._connect(read_only=True) for _ in range(READERS)]
            self._snapshots = await self._connect(read_only=True)
            self.last_event_id = await self._writer.run(newest_event)
            self._writer.start()
        except (DatabaseError, OSError) as error:
            await self.close()
            raise StartError(_start_advice(self.path, error)) from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what has started, refuse the rest, and close the readers first, so that the writer
        is the one that folds the log back."""
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
        result, queries = await reader.run(
            lambda connection: _in_snapshot(connection, function, args, kwargs)
        )
        metrics.add_queries(queries)
        return result

    async def read_cached(self, function: Callable[..., T], *args: Hashable) -> T:
        """As `read`, but the answer is kept until the next event: for aggregates that many pages
        ask for. Every change that affects it must emit one.
        """
        state = self.last_event_id
        key = (function, args)
        found = self.answers.get(key, lambda kept: kept[0] == state)
        if found is None:
            found = state, await self.read(function, *args)
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
        result, _ = await self._snapshots.run(
            lambda connection: _in_snapshot(connection, function, args, kwargs)
        )
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
            raise UnavailableError(_write_advice(self.path, error)) from error
        metrics.add_queries(job.queries)
        result: T = job.result
        return result

    def _committed(self, batch: list[Job], last_event: int | None) -> None:
        """Answer the callers, then wake who follows: answers first, then pushes."""
        if last_event is not None:
            self.last_event_id = max(self.last_event_id, last_event)
        for job in batch:
            self.events.update(job.topics)
            self.edits += bool(job.topics) and not job.by_ingest
            job.finish()
        if last_event is not None:
            self.change_signal.notify()
            if any(job.may_need_probe for job in batch):
                self.probe_signal.notify()

    def _refuse_if_lost(self) -> None:
        """Raises UnavailableError where the transaction would end in a file that is deleted."""
        if problem := self.lost():
            raise UnavailableError(problem)

    def lost(self) -> str:
        """What to say when the path no longer leads to the database that is open: somebody deleted,
        moved or replaced it. Empty while all is well."""
        if _identity(self.path) == self._file:
            return ""
        return (
            f"The database {self.path} was deleted, moved or replaced while the server runs, so "
            "nothing can be saved. Put it back, or restart the server."
        )

    async def _connect(self, *, read_only: bool = False) -> ThreadConnection:
        connection = await aiosqlite.connect(
            self.path, isolation_level=None, cached_statements=256, factory=Connection
        )
        try:
            if not read_only:
                await connection.execute("pragma journal_mode = wal")
            await connection.executescript(_PRAGMAS)
            if read_only:
                await connection.execute("pragma query_only = on")
        except BaseException:
            await connection.close()
            raise
        return ThreadConnection(connection)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _in_snapshot(
    connection: Connection, function: Callable[..., T], args: Any, kwargs: Any
) -> tuple[T, int]:
    limit_statements(connection, STATEMENT_LIMIT_S)
    connection.execute("begin")
    before = connection.queries
    try:
        result = function(connection, *args, **kwargs)
        return result, connection.queries - before
    finally:
        connection.execute("rollback")


def limit_statements(connection: Connection, seconds: float) -> None:
    """Interrupt what still runs on a connection so many seconds from now: it raises
    OperationalError, and the snapshot stays."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)


def _make_private(path: Path) -> None:
    """What people watch is nobody else's: SQLite gives its other files the mode of this one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with contextlib.suppress(PermissionError):  # it belongs to somebody else
        for suffix in ("", "-wal", "-shm"):
            file = path.with_name(path.name + suffix)
            if file.exists():
                file.chmod(0o600)


def newest_event(connection: Connection) -> int:
    """The id of the newest event there ever was; 0 before the first."""
    row = connection.execute("select seq from sqlite_sequence where name = 'event'").fetchone()
    return int(row[0]) if row else 0


def _start_advice(path: Path, error: Exception) -> str:
    text = str(error)
    if "not a database" in text or "malformed" in text:
        return (
            f"The database {path} is damaged ({text}). Move it aside and start again: the videos "
            "are scanned again; a backup restores ratings, tags and views."
        )
    if "full" in text or getattr(error, "errno", None) == 28:
        return f"The disk of {path.parent} is full. Free some space and start again."
    return (
        f"The data folder {path.parent} can't be written to ({text}). Make it writable for this "
        "user, or set LVS_DATA_DIRECTORY to a folder that is."
    )


def _write_advice(path: Path, error: Exception) -> str:
    if "full" in str(error):
        return (
            f"The disk of {path.parent} is full, so nothing was changed. Free some space and "
            "try again."
        )
    return f"The library can't be changed right now ({error}); nothing was changed."
