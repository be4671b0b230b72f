"""What a store function sees of a database, whichever engine it is.

Errors are those of the standard library's DB-API module, for both engines: PostgreSQL's are
translated to the class of the same name, so that a caller catches one class.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from lvs.caches import Cache
from lvs.store.backends.dialect import Dialect

DatabaseError = sqlite3.Error  # any failure of the database
OperationalError = sqlite3.OperationalError  # of the disk, a lock or a limit: not of the data


class ConnectionLostError(OperationalError):
    """The server of the database cannot be reached, or ended the connection."""


class CommitLostError(ConnectionLostError):
    """The connection ended within a commit: the transaction was committed, or it was not."""


CachedCounts = Cache[Hashable, tuple[int, int]]
COUNTS_CACHED = 256


class Cursor(Protocol):
    """The rows of a statement, as tuples."""

    @property
    def rowcount(self) -> int:
        """How many rows a statement changed."""

    @property
    def description(self) -> Any:
        """A tuple a column, whose first value is its name; None without rows."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Rows(NamedTuple):
    """The names of columns, and rows that are read once."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


class Connection(Protocol):
    """A connection, for one thread. Statements have parameters as `?` or as `:name`.

    `queries` counts the statements. `dialect` has what the engines say in different words.
    `cached_counts` are counts with the event that they were made at, None where transactions write,
    which may be rolled back.
    """

    queries: int
    cached_counts: CachedCounts | None

    @property
    def dialect(self) -> Dialect: ...

    @property
    def in_transaction(self) -> bool: ...

    def execute(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /
    ) -> Cursor: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Cursor: ...

    def stream(self, sql: str, /) -> Rows:
        """The rows of a large read, of which only some are in memory; within a transaction."""

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows in the fastest way of the engine."""

    def run_script(self, sql: str, report: Callable[[int, int], None] | None = None) -> None:
        """All statements of a script in one transaction, or none of them. `report` is called with
        how many statements are done, and how many there are, where the engine runs them singly."""

    def begin_read(self, limit_s: float) -> None:
        """Begin a snapshot, whose statements may take so many seconds."""

    def limited(self, limit_s: float) -> AbstractContextManager[None]:
        """Within a snapshot, a part with its own time limit: a statement that exceeds it raises
        OperationalError, and what fails in the part leaves the snapshot usable."""

    def alone(self) -> AbstractContextManager[None]:
        """A part with transactions, in which no other process writes to the database."""

    def begin_write(self) -> None:
        """Begin a transaction; writers on all connections take turns."""

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...

    def set_trace_callback(self, note: Callable[[str], Any] | None, /) -> None:
        """Call `note` with each statement from now on, or no longer: for tests that count them."""


def was_interrupted(error: Exception) -> bool:
    """Whether a statement was ended by its time limit."""
    return (
        getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
        or getattr(error, "sqlstate", None) == "57014"  # query_canceled
    )


def is_of_the_disk(error: Exception) -> bool:
    """Whether the database could not be read or written, or is damaged: other data would not
    help."""
    return isinstance(error, OperationalError) or type(error) is sqlite3.DatabaseError
