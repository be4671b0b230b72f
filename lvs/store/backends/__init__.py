"""What differs between database engines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from lvs.store.backends.connection import Connection
from lvs.store.backends.sqlite import SqliteBackend


class Backend(Protocol):
    """One database: how to connect to it, and what to say when it fails."""

    engine: str  # as people write it

    @property
    def name(self) -> str:
        """Which database it is, without a password."""

    def prepare(self) -> None:
        """Before the first connection. Raises StartError, DatabaseError or OSError."""

    def connect(self, *, read_only: bool) -> Connection:
        """A connection; the first one writes. Raises DatabaseError."""

    def lost(self) -> str:
        """What to say when the open database is missing; empty while all is well."""

    async def follow(self, on_commit: Callable[[], Awaitable[None]]) -> None:
        """Call `on_commit` after each commit with events by another process, and when the
        connection is back; until it is cancelled. Returns at once where there is no other."""

    def refuses_writes(self) -> str:
        """Why no transaction may begin now; empty when one may."""

    def start_advice(self, error: Exception) -> str:
        """What to do when the server cannot start for this error."""

    def read_advice(self, error: Exception) -> str:
        """What to do when the connection was lost."""

    def write_advice(self, error: Exception) -> str:
        """What to do when a transaction failed for this error."""


def open_backend(database: Path | str) -> Backend:
    """The backend of a SQLite file, or of a PostgreSQL address."""
    if isinstance(database, Path):
        return SqliteBackend(database)
    # psycopg is needed by who uses it alone.
    from lvs.store.backends.postgres import PostgresBackend  # noqa: PLC0415

    return PostgresBackend(database)
