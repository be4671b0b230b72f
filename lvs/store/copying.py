"""Copy a whole database into an empty one, of the same or another engine, and prove it equal.

Tables and columns are read from the databases, so that those of a new kind of media are copied
without a change here.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lvs.errors import ConflictError, LvsError, StartError, UnavailableError
from lvs.store import counts, export, migrations, search
from lvs.store.backends import sqlite
from lvs.store.backends.catalog import Table
from lvs.store.backends.connection import Connection

LIMIT_S = 24 * 3600.0  # of one statement on the source
REPORT_EVERY = 1_000  # rows

Report = Callable[[str, int, int], None]  # what is done, how much of it, and how much it is


@dataclass(frozen=True, slots=True)
class Copied:
    """How many items and rows there are; how many counts were corrected in the copy, and how many
    rows had a NUL, which PostgreSQL has no place for, and have none in the copy."""

    items: int
    rows: int
    corrected: int
    without_nul: int


def copy(source: Connection, target: Connection, report: Report) -> Copied:
    """Copy all rows of a library, as they are at this moment, to an empty one in one transaction.

    Both must be of the present version. Only an equal copy is committed. Raises StartError for a
    library of another version, UnavailableError when the copy is not equal.
    """
    source.begin_read(LIMIT_S)
    target.begin_write()
    try:
        copied = _copy(source, target, report)
        target.commit()
    except BaseException:
        target.rollback()
        raise
    finally:
        source.rollback()
    return copied


def keep_copy(source: Connection, path: Path) -> None:
    """Copy a database, whichever version it has, to a SQLite file in place of what is there:
    complete, or not there at all. One of PostgreSQL has all rows, and no index for the search.

    Raises OSError and DatabaseError, and UnavailableError when the copy is not equal.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        if isinstance(source, sqlite.Connection):
            sqlite.copy(source, partial)
        else:
            _rows_to_file(source, partial)
        os.replace(partial, path)  # noqa: PTH105
    finally:
        partial.unlink(missing_ok=True)


def _rows_to_file(source: Connection, path: Path) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with contextlib.closing(sqlite.connect(path, autocommit=True)) as target:
        migrations.migrate(target, until=migrations.newest(source))
        source.begin_write()  # nobody else writes meanwhile
        target.begin_write()
        try:
            tables = _tables(source, target)
            with target.dialect.catalog.without_triggers(target, tables):
                _copy_equally(source, target, tables, 0, _silent)
            target.dialect.catalog.after_copy(target, tables)
            target.commit()
        finally:
            source.rollback()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _silent(what: str, done: int, total: int) -> None:
    """For a copy that nobody watches."""


def refuse_unless_empty(conn: Connection, name: str) -> None:
    """Raises ConflictError when a database has rows that a new library does not have: an earlier
    copy that was ended has left its tables, which are empty."""
    with contextlib.closing(sqlite.in_memory()) as new:
        migrations.migrate(new)
        usual = {table.name: _count(new, table) for table in new.dialect.catalog.tables(new)}
    for table in conn.dialect.catalog.tables(conn):
        if _count(conn, table) > usual.get(table.name, 0):
            raise ConflictError(
                f"The database {name} is not empty: it has rows in its table {table.name}. Create "
                "another database, and name that one."
            )


def _count(conn: Connection, table: Table) -> int:
    return int(conn.execute(f'select count(*) from "{table.name}"').fetchone()[0])


def _copy(source: Connection, target: Connection, report: Report) -> Copied:
    if migrations.newest(source) != migrations.newest(target):
        raise StartError(
            "The library was not updated to this version of the program yet. Start the server once."
        )
    tables = _tables(source, target)
    total = sum(_count(source, table) for table in tables)
    with target.dialect.catalog.without_triggers(target, tables):
        without_nul = _copy_equally(source, target, tables, total, report)
        _compare_exports(source, target, report)
        corrected = counts.correct(target)
    items = target.execute("select count(*) from item").fetchone()[0]
    catalog = target.dialect.catalog
    with catalog.loading(target, ["item_fts"], partial(report, "Creating the search index")):
        for done in search.index_all(target):
            report("Indexing for the search", done, items)
    catalog.after_copy(target, tables)
    return Copied(items, total, corrected, without_nul)


def _tables(source: Connection, target: Connection) -> list[Table]:
    """Those of both, in the order of the target: only PostgreSQL compares a row with those it
    refers to. Raises StartError."""
    present = target.dialect.catalog.tables(target)
    if _columns(source.dialect.catalog.tables(source)) != _columns(present):
        raise StartError("The tables of the two databases are not those of the same program.")
    return present


def _copy_equally(
    source: Connection, target: Connection, tables: list[Table], total: int, report: Report
) -> int:
    """How many rows differ by a NUL, in tables that have the rows of the source now. Raises
    UnavailableError when they differ otherwise."""
    _delete_rows(target, tables)
    names = [table.name for table in tables]
    with target.dialect.catalog.loading(target, names, partial(report, "Creating indices")):
        _copy_rows(source, target, tables, _Progress(report, "Copying", total))
    return _compare(source, target, tables, _Progress(report, "Comparing", total))


def _columns(tables: list[Table]) -> dict[str, set[str]]:
    return {table.name: set(table.columns) for table in tables}


class _Progress:
    """Counts rows as they pass."""

    def __init__(self, report: Report, what: str, total: int) -> None:
        self._report, self._what, self._total, self._done = report, what, total, 0

    def through(self, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            self._done += 1
            if self._done % REPORT_EVERY == 0 or self._done == self._total:
                self._report(self._what, self._done, self._total)
            yield row


def _delete_rows(target: Connection, tables: list[Table]) -> None:
    """Those of a new library: the copy brings its own."""
    for table in reversed(tables):
        target.execute(f'delete from "{table.name}"')


def _copy_rows(
    source: Connection, target: Connection, tables: list[Table], progress: _Progress
) -> None:
    for table in tables:
        rows = progress.through(source.stream(_select(table)).rows)
        target.insert(table.name, table.columns, rows)


def _select(table: Table, order: str = "") -> str:
    names = ", ".join(f'"{name}"' for name in table.columns)
    return f'select {names} from "{table.name}"{order}'


def _compare(
    source: Connection, target: Connection, tables: list[Table], progress: _Progress
) -> int:
    """How many rows differ by a NUL. Raises UnavailableError when rows differ otherwise."""
    without_nul = 0
    for table in tables:
        keys = ", ".join(f'"{name}"' for name in table.key or table.columns)
        query = _select(table, f" order by {keys}")
        pairs = itertools.zip_longest(
            progress.through(source.stream(query).rows), target.stream(query).rows
        )
        for before, after in pairs:
            if before != after:
                if before is None or tuple(map(_without_nul, before)) != after:
                    raise _unequal(f"the table {table.name}")
                without_nul += 1
    return without_nul


def _compare_exports(source: Connection, target: Connection, report: Report) -> None:
    total = source.execute("select count(*) from item").fetchone()[0] + 2
    pairs = itertools.zip_longest(export.export(source), export.export(target), fillvalue="")
    for done, (before, after) in enumerate(pairs, 1):
        if before != after and _without_nul_escape(before) != _without_nul_escape(after):
            raise _unequal("the export")
        if done % REPORT_EVERY == 0 or done == total:
            report("Comparing exports", done, total)


def _unequal(what: str) -> LvsError:
    return UnavailableError(
        f"The copy was not equal in {what}, so it was not kept. Nothing was changed. Please report "
        "this."
    )


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


def _without_nul_escape(line: str) -> str:
    """A line of JSON without the escape of NUL; a text of a backslash and `u0000` is the same in
    both."""
    return line.replace("\\u0000", "")
