"""SQLite: a database file of this machine."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from lvs.caches import Cache
from lvs.errors import StartError
from lvs.store.backends.connection import COUNTS_CACHED, CachedCounts, Rows
from lvs.store.backends.dialect import SQLITE

VERSION = sqlite3.sqlite_version

BUSY_LIMIT_S = 5.0
_TRY_EVERY_S = 0.001
_PRAGMAS = f"""
    pragma busy_timeout = {BUSY_LIMIT_S * 1000:.0f};
    pragma foreign_keys = on;
    pragma synchronous = full;
    pragma temp_store = memory;
    pragma cache_size = -16384;
"""


# 256 MB, while a migration rewrites tables: with the usual cache, pages are written and read again.
_SCRIPT_CACHE = -262_144


class Connection(sqlite3.Connection):
    """A connection that counts the statements it was asked for."""

    queries = 0
    cached_counts: CachedCounts | None = None
    dialect = SQLITE
    _is_writer = False

    def execute(self, *args: Any) -> sqlite3.Cursor:
        self.queries += 1
        return super().execute(*args)

    def stream(self, sql: str) -> Rows:
        cursor = self.execute(sql)
        return Rows(tuple(column[0] for column in cursor.description), cursor)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join("?" * len(columns))
        self.executemany(f'insert into "{table}" ({names}) values ({values})', rows)

    def run_script(self, sql: str, report: Callable[[int, int], None] | None = None) -> None:
        """A script may make a table again and rename it, so foreign keys are checked at its end."""
        steps = statements(sql)
        checked = self.execute("pragma foreign_keys").fetchone()[0]
        cached = self.execute("pragma cache_size").fetchone()[0]
        self.execute("pragma foreign_keys = off")
        self.execute(f"pragma cache_size = {_SCRIPT_CACHE}")
        try:
            self.execute("begin immediate")
            for done, statement in enumerate(steps):
                self.execute(statement)
                if report is not None:
                    report(done + 1, len(steps))
            if lost := self.execute("pragma foreign_key_check").fetchone():
                raise StartError(
                    f"The database could not be updated: rows that its table {lost[0]} refers to "
                    "would be lost. It is as it was; use the version of the program before."
                )
            self.execute("commit")
        except BaseException:
            if self.in_transaction:
                self.rollback()
            raise
        finally:
            self.execute(f"pragma foreign_keys = {checked}")
            self.execute(f"pragma cache_size = {cached}")

    def alone(self) -> AbstractContextManager[None]:
        """The data folder is locked already: see `lvs.server.lock`."""
        return contextlib.nullcontext()

    def begin_read(self, limit_s: float) -> None:
        self._limit(limit_s)
        self.execute("begin")

    @contextlib.contextmanager
    def limited(self, limit_s: float) -> Iterator[None]:
        self._limit(limit_s)
        yield

    def _limit(self, limit_s: float) -> None:
        deadline = time.monotonic() + limit_s
        self.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)

    def begin_write(self) -> None:
        """Raises OperationalError when another process has been writing for five seconds.

        SQLite's own wait sleeps for up to 100 ms between two tries, and so misses the moments
        between the transactions of a process that writes many.
        """
        deadline = time.monotonic() + BUSY_LIMIT_S
        if not self._is_writer:
            self.execute("pragma busy_timeout = 0")
            self._is_writer = True
        while True:
            try:
                self.execute("begin immediate")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(_TRY_EVERY_S)


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


def in_memory() -> Connection:
    """A connection to an empty database that ends with it."""
    return sqlite3.connect(":memory:", isolation_level=None, factory=Connection)


def statements(script: str) -> list[str]:
    """The statements of a script; a trigger is one, with those within it."""
    found, part = [], ""
    for piece in script.split(";")[:-1]:
        part += f"{piece};"
        if sqlite3.complete_statement(part):
            found.append(part.strip())
            part = ""
    return found


def copy(source: Connection, path: Path) -> None:
    """Write one moment of a database to a file of its own, in place of what is there, and bring it
    to the disk. Raises DatabaseError and OSError."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with contextlib.closing(connect(path)) as target:
        source.backup(target)
        target.execute("pragma journal_mode = delete")
    with path.open("rb") as file:
        os.fsync(file.fileno())


class SqliteBackend:
    """The database of a data folder."""

    engine = "SQLite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: tuple[int, int] | None = None  # device and inode of the opened database

    @property
    def name(self) -> str:
        return str(self.path)

    def prepare(self) -> None:
        _make_private(self.path)

    def connect(self, *, read_only: bool) -> Connection:
        connection = sqlite3.connect(
            self.path,
            isolation_level=None,
            cached_statements=256,
            factory=Connection,
            check_same_thread=False,
        )
        try:
            if not read_only:
                connection.execute("pragma journal_mode = wal")
                self._file = _identity(self.path)
            connection.executescript(_PRAGMAS)
            if read_only:
                connection.execute("pragma query_only = on")
                connection.cached_counts = Cache(COUNTS_CACHED)
        except BaseException:
            connection.close()
            raise
        return connection

    def lost(self) -> str:
        if _identity(self.path) == self._file:
            return ""
        return (
            f"The database {self.path} was deleted, moved or replaced while the server runs, so "
            "nothing can be saved. Put it back, or restart the server."
        )

    def refuses_writes(self) -> str:
        return self.lost()  # the transaction would end in a file that is deleted

    async def follow(self, on_commit: Callable[[], Awaitable[None]]) -> None:
        """Nobody else may write: see `lvs.server.lock`."""

    def start_advice(self, error: Exception) -> str:
        text = str(error)
        if "not a database" in text or "malformed" in text:
            return (
                f"The database {self.path} is damaged ({text}). Move it aside and start again: the "
                "videos are scanned again; a backup restores ratings, tags and views."
            )
        if "full" in text or getattr(error, "errno", None) == 28:
            return f"The disk of {self.path.parent} is full. Free some space and start again."
        return (
            f"The data folder {self.path.parent} can't be written to ({text}). Make it writable "
            "for this user, or set LVS_DATA_DIRECTORY to a folder that is."
        )

    def read_advice(self, error: Exception) -> str:
        return f"The library can't be read right now ({error})."

    def write_advice(self, error: Exception) -> str:
        if "full" in str(error):
            return (
                f"The disk of {self.path.parent} is full, so nothing was changed. Free some space "
                "and try again."
            )
        return f"The library can't be changed right now ({error}); nothing was changed."


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_private(path: Path) -> None:
    """What people watch is nobody else's: SQLite gives its other files the mode of this one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with contextlib.suppress(PermissionError):  # it belongs to somebody else
        for suffix in ("", "-wal", "-shm"):
            file = path.with_name(path.name + suffix)
            if file.exists():
                file.chmod(0o600)
