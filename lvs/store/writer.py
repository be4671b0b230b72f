"""The writer: a thread that commits waiting writes and returns results to the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from lvs.errors import UnavailableError
from lvs.events import Event, Topic
from lvs.store.backends.connection import Connection, OperationalError
from lvs.store.thread_connection import ThreadConnection

T = TypeVar("T")

TOGETHER = 64  # writes in one transaction at most
MAX_WAITING = 1_000  # writes that wait; more are refused, so that a slow disk fills no memory


def now_ms() -> int:
    """The time in milliseconds since 1970, UTC: the store's unit."""
    return time.time_ns() // 1_000_000


class Transaction:
    """What a write sees: the connection, and `emit` for events after the commit.

    `by_ingest` is set by writes that follow the disk: they come by the hundred a second, and pages
    may show them a moment later. What people change shows at once.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.at = now_ms()
        self.by_ingest = False
        self.may_need_probe = False
        self._events: dict[Event, None] = {}

    def emit(
        self,
        topic: Topic,
        entity_id: int | None = None,
        *,
        kind: str | None = None,
        user_id: int | None = None,
        may_need_probe: bool = True,
    ) -> None:
        """Record an event of `lvs.events`. `may_need_probe` is false for what leaves no item to
        probe."""
        self._events[Event(0, topic, kind, entity_id, user_id)] = None
        self.may_need_probe |= may_need_probe

    @property
    def events(self) -> list[Event]:
        """Those recorded so far, each once. They have no ids yet."""
        return list(self._events)

    def write_events(self) -> int | None:
        """Insert the events; return the id of the last, or None when there was none."""
        if not self._events:
            return None
        # Writers take turns and the newest event is always kept: ids have no gaps, and are in the
        # order of commits.
        (newest,) = self.connection.execute("select coalesce(max(id), 0) from event").fetchone()
        self.connection.executemany(
            "insert into event (id, topic, kind, entity_id, user_id, at) values (?, ?, ?, ?, ?, ?)",
            [
                (number, event.topic, event.kind, event.entity_id, event.user_id, self.at)
                for number, event in enumerate(self._events, newest + 1)
            ],
        )
        return int(newest) + len(self._events)


@dataclass
class Job:
    """A write that waits, and then what came of it."""

    run: Callable[[Transaction], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    queries: int = 0
    by_ingest: bool = False
    may_need_probe: bool = False
    events: list[Event] = field(default_factory=list)

    def finish(self) -> None:
        """Give the caller the result or the error, if it still waits."""
        if self.done.cancelled():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)
            self.done.exception()  # the caller may leave: then nobody else is to complain of it


class Writer:
    """Takes writes in turn on the thread of its connection, in one hop there and one back.

    The thread takes jobs from a queue, commits those that wait in one transaction, and has the
    event loop call `on_committed` with them and the id of the last event that they made, if any.
    `before` runs before each transaction; what it raises, and what ends the transaction, is the
    error of each of its jobs.
    """

    def __init__(
        self,
        connection: ThreadConnection,
        before: Callable[[], None],
        on_committed: Callable[[list[Job], int | None], None],
        event_retention: int,
    ) -> None:
        self._connection = connection
        self._before = before
        self._on_committed = on_committed
        self._event_retention = event_retention
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        self._serving: asyncio.Task[None] | None = None

    async def run(self, function: Callable[[Connection], T]) -> T:
        """Run a function on the connection, before `start`."""
        return await self._connection.run(function)

    def start(self) -> None:
        """Take writes from now until `finish`."""
        self._serving = asyncio.create_task(self._connection.run(self._serve), name="writer")
        # A loop that ends before the store is closed cancels the task: the thread ends, too.
        self._serving.add_done_callback(lambda _: self._waiting.put(None))

    async def write(self, function: Callable[[Transaction], T]) -> Job:
        """The job, when it is on the disk. Raises what the function raises, and UnavailableError
        when too many writes wait."""
        if self._waiting.qsize() >= MAX_WAITING:
            raise UnavailableError("Too many changes are waiting for the disk. Try again later.")
        job = Job(function, self._loop.create_future())
        self._waiting.put(job)
        await job.done
        return job

    async def finish(self) -> None:
        """Commit what waits. No write may come after this began."""
        if self._serving is not None:
            self._waiting.put(None)
            await self._serving

    async def close(self) -> None:
        await self._connection.close()

    def _serve(self, conn: Connection) -> None:
        ended = False
        while not ended:
            batch, ended = self._next()
            if batch:
                self._commit(conn, batch)

    def _next(self) -> tuple[list[Job], bool]:
        """What waits, at least one job, and whether it is the last."""
        batch: list[Job] = []
        job = self._waiting.get()
        with contextlib.suppress(Empty):
            while job is not None:
                batch.append(job)
                if len(batch) == TOGETHER:
                    return batch, False
                job = self._waiting.get_nowait()
            return batch, True
        return batch, False

    def _commit(self, conn: Connection, batch: list[Job]) -> None:
        last_event = None
        try:
            self._before()
            last_event = _run_jobs(conn, batch, self._event_retention)
        except BaseException as error:  # of the transaction, so of each
            for job in batch:
                job.error = error
                job.events = []
        self._loop.call_soon_threadsafe(self._on_committed, batch, last_event)


def _run_jobs(conn: Connection, batch: list[Job], event_retention: int) -> int | None:
    """One transaction for all; returns the id of the last event that it made."""
    last_event: int | None = None
    conn.begin_write()
    try:
        run = _run_job if len(batch) == 1 else _run_apart
        for job in batch:
            last_event = run(conn, job) or last_event
        if last_event is not None and last_event % 1000 < 20 * len(batch):
            _delete_old_events(conn, last_event - event_retention)
        conn.commit()
    except BaseException:
        if conn.in_transaction:
            conn.rollback()
        raise
    return last_event


def _run_job(conn: Connection, job: Job) -> int | None:
    """Returns the id of the last event that it made. Raises what the job raises."""
    before = conn.queries
    transaction = Transaction(conn)
    job.result = job.run(transaction)
    last_event = transaction.write_events()
    job.events, job.by_ingest = transaction.events, transaction.by_ingest
    job.may_need_probe = transaction.may_need_probe
    job.queries = conn.queries - before
    return last_event


def _run_apart(conn: Connection, job: Job) -> int | None:
    """As `_run_job`, but a job that fails takes nothing of the others along."""
    conn.execute("savepoint job")
    try:
        last_event = _run_job(conn, job)
    except OperationalError:  # the disk, not the job: it may have ended the transaction
        raise
    except Exception as error:
        job.error = error
        conn.execute("rollback to job")
        last_event = None
    conn.execute("release job")
    return last_event


def _delete_old_events(connection: Connection, up_to: int) -> None:
    connection.execute("delete from event where id <= ?", (up_to,))
