"""Numbered `.sql` files, each applied once, in a transaction of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from lvs.errors import StartError
from lvs.store.backends.connection import Connection

# Copies a database of a version, and returns where its copy is.
KeepCopy = Callable[[Connection, int], Path]

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
# These rewrite rows that hold user data, so that the database is copied before the first of them.
REWRITES_DATA = frozenset({10})
REPORT_EVERY_S = 1.0
_TABLE = {
    "sqlite": "create table if not exists migration"
    " (version integer primary key, applied_at integer not null) strict",
    "postgres": "create table if not exists migration"
    " (version bigint primary key, applied_at bigint not null)",
}


def available(engine: str = "sqlite") -> list[tuple[int, Path]]:
    """The migrations of this version of the program for a database engine, in order.

    PostgreSQL begins with the first `.postgres.sql`, which has the whole database of that version.
    Later numbers have a file for both engines, and one for PostgreSQL where its words differ.
    """
    common: dict[int, Path] = {}
    own: dict[int, Path] = {}
    for path in FOLDER.glob("*.sql"):
        files = own if path.name.endswith(".postgres.sql") else common
        files[int(path.name.split("_")[0])] = path
    if engine == "postgres":
        common = {number: path for number, path in common.items() if number > min(own)} | own
    return sorted(common.items())


def version(connection: Connection) -> int:
    """The version of a database; 0 for an empty one."""
    connection.execute(_TABLE[connection.dialect.name])
    return newest(connection)


def newest(connection: Connection) -> int:
    """The same for a database that has tables; nothing is written."""
    row = connection.execute("select max(version) from migration").fetchone()
    return int(row[0] or 0)


def migrate(
    connection: Connection, *, keep_copy: KeepCopy | None = None, until: int | None = None
) -> None:
    """Bring the database to this program's version, or to `until`. Killed in the middle, it starts
    over at the next start: each migration is one transaction.

    Before data is rewritten, `keep_copy` copies the database; there is none for a database that is
    itself a copy. Raises StartError when a newer program has written the database.
    """
    with connection.alone():  # of two servers that start, the second finds all done
        _migrate(connection, keep_copy, until)


def _migrate(connection: Connection, keep_copy: KeepCopy | None, until: int | None) -> None:
    current = version(connection)
    known = available(connection.dialect.name)
    if current > known[-1][0]:
        raise StartError(
            f"The database is of version {current}, made by a newer Local Video Server; this one "
            f"knows version {known[-1][0]}. Update the program, or restore an older backup."
        )
    due = [(number, path) for number, path in known if current < number <= (until or number)]
    if keep_copy and current and REWRITES_DATA.intersection(number for number, _ in due):
        kept = keep_copy(connection, current)
        log.info("The database is updated to a new version. Its copy before that: %s", kept)
    for number, path in due:
        _apply(connection, number, path)


def _apply(connection: Connection, number: int, path: Path) -> None:
    log.debug("Migrating the database to version %d (%s)", number, path.stem)
    began = reported = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal reported
        if time.monotonic() - reported > REPORT_EVERY_S:
            reported = time.monotonic()
            log.info("Updating the database: step %d of %d", done, total)

    applied_at = time.time_ns() // 1_000_000
    connection.run_script(
        f"{path.read_text('utf-8')}\n"
        f"insert into migration (version, applied_at) values ({number}, {applied_at});",
        report,
    )
    if reported > began:
        log.info("The database was updated in %.0f s", time.monotonic() - began)
