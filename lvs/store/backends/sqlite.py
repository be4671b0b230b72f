"""SQLite: connections, and what its errors mean. Nothing else imports `sqlite3`."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

VERSION = sqlite3.sqlite_version
Cursor = sqlite3.Cursor
DatabaseError = sqlite3.Error  # any failure of the database
OperationalError = sqlite3.OperationalError  # of the disk, a lock or a limit: not of the data


class Connection(sqlite3.Connection):
    """A connection that counts the statements it was asked for."""

    queries = 0

    def execute(self, *args: Any) -> sqlite3.Cursor:
        self.queries += 1
        return super().execute(*args)


def connect(
    path: Path | str,
    *,
    read_only: bool = False,
    immutable: bool = False,
    autocommit: bool = False,
) -> Connection:
    """A connection of its own to a database file. With `read_only` the file must be there;
    `immutable` says that nobody writes it, so that no lock and no `-wal` file is needed.

    Raises DatabaseError.
    """
    mode = "ro&immutable=1" if immutable else "ro" if read_only else "rwc"
    address = f"{Path(path).absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(
        address,
        uri=True,
        isolation_level=None if autocommit else "DEFERRED",
        factory=Connection,
    )


def was_interrupted(error: Exception) -> bool:
    """Whether a statement was ended by its time limit."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT


def is_of_the_disk(error: Exception) -> bool:
    """Whether the file could not be read or written, or is damaged: other data would not help."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError
