"""Numbered `.sql` files, each applied once, in a transaction of its own."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from lvs.errors import StartError
from lvs.store.backends.connection import Connection

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent


def available() -> list[tuple[int, Path]]:
    """The migrations of this version of the program, in order."""
    return sorted((int(path.name.split("_")[0]), path) for path in FOLDER.glob("*.sql"))


def version(connection: Connection) -> int:
    """The version of a database; 0 for an empty one."""
    connection.execute(
        "create table if not exists migration"
        " (version integer primary key, applied_at integer not null) strict"
    )
    row = connection.execute("select max(version) from migration").fetchone()
    return int(row[0] or 0)


def migrate(connection: Connection) -> None:
    """Bring the database to this program's version.

    Raises StartError when a newer program has written it.
    """
    current = version(connection)
    known = available()
    if current > known[-1][0]:
        raise StartError(
            f"The database is of version {current}, made by a newer Local Video Server; this one "
            f"knows version {known[-1][0]}. Update the program, or restore an older backup."
        )
    for number, path in known:
        if number > current:
            _apply(connection, number, path)


def _apply(connection: Connection, number: int, path: Path) -> None:
    log.debug("Migrating the database to version %d (%s)", number, path.stem)
    applied_at = time.time_ns() // 1_000_000
    connection.run_script(
        f"{path.read_text('utf-8')}\n"
        f"insert into migration (version, applied_at) values ({number}, {applied_at});"
    )
