"""A library moves to another database: a PostgreSQL database, or a SQLite file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from lvs.backups import format as folder
from lvs.errors import ConflictError, NotFoundError, UnavailableError
from lvs.store import DatabaseError, migrations
from lvs.store.backends import open_backend
from lvs.store.backends.sqlite import connect
from lvs.store.copying import Copied, Report, copy, refuse_unless_empty

SUFFIXES = ("", "-wal", "-shm", "-journal")


def _silent(what: str, done: int, total: int) -> None:
    """For a copy that nobody watches."""


def copy_database(source: Path | str, target: Path | str, report: Report = _silent) -> Copied:
    """Copy a library, which must be of the present version, to a database that is absent or empty.

    Only an equal copy is kept: a failure, or `report` raising something, leaves the target absent
    or empty. Raises NotFoundError without a source, ConflictError when the target is not empty,
    UnavailableError when a database fails, StartError for one of another version.
    """
    if isinstance(source, Path) and not source.exists():
        raise NotFoundError(f"There is no library to copy: {source} does not exist.")
    with _failures(open_backend(target).name):
        if isinstance(target, Path):
            return _to_file(source, target, report)
        return _to_server(source, target, report)


def _to_server(source: Path | str, target: str, report: Report) -> Copied:
    backend = open_backend(target)
    backend.prepare()
    with (
        contextlib.closing(backend.connect(read_only=False)) as conn,
        contextlib.closing(open_backend(source).connect(read_only=True)) as reader,
    ):
        refuse_unless_empty(conn, backend.name)
        migrations.migrate(conn)
        return copy(reader, conn, report)


def _to_file(source: Path | str, target: Path, report: Report) -> Copied:
    for path in (target.with_name(target.name + suffix) for suffix in SUFFIXES):
        if path.exists():
            raise ConflictError(
                f"{path} exists. Move it away first, or name a file that does not exist."
            )
    partial = target.with_name(f"{target.name}.copying")
    remove(partial)
    try:
        partial.touch(mode=0o600)
        with (
            contextlib.closing(connect(partial, autocommit=True)) as conn,
            contextlib.closing(open_backend(source).connect(read_only=True)) as reader,
        ):
            conn.execute("pragma synchronous = off")  # until it has its name, it is worth nothing
            migrations.migrate(conn)
            copied = copy(reader, conn, report)
        with partial.open("rb") as file:
            folder.sync(file.fileno())
        os.replace(partial, target)  # noqa: PTH105
        folder.sync_folder(target.parent)
    finally:
        remove(partial)
    return copied


def remove(database: Path) -> None:
    """Delete a SQLite database with its log, if it is there."""
    for suffix in SUFFIXES:
        database.with_name(database.name + suffix).unlink(missing_ok=True)


@contextlib.contextmanager
def _failures(name: str) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise UnavailableError(
            f"The library could not be copied to {name} ({error}). Nothing was changed."
        ) from error
    except OSError as error:
        raise UnavailableError(
            f"The library could not be copied to {name} ({error.strerror}). Nothing was changed."
        ) from error
