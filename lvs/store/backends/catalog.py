"""What a database says of its own tables: so that a copy of them all names none.

https://www.sqlite.org/pragma.html#pragma_table_list
https://www.postgresql.org/docs/current/catalog-pg-attribute.html
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lvs.store.backends.connection import Connection

# Not data: which migrations were applied, and what is searched, which is made of other tables.
_DERIVED = ("migration", "item_fts")
INDEX_MEMORY = "128MB"  # of PostgreSQL, while it makes an index of a copy


@dataclass(frozen=True, slots=True)
class Table:
    """Its columns in order, without those that the database computes, and its primary key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


class Catalog(Protocol):
    def tables(self, conn: Connection) -> list[Table]:
        """All tables with data, each after those that it refers to."""

    def without_triggers(
        self, conn: Connection, tables: Sequence[Table]
    ) -> AbstractContextManager[None]:
        """Within a transaction, a part in which rows are written as they are. What fails in it has
        to end the transaction."""

    def loading(
        self, conn: Connection, names: Sequence[str], report: LoadReport
    ) -> AbstractContextManager[None]:
        """Within a transaction, a part in which many rows are inserted into tables of these names.
        What would be kept up to date with each of them is made at its end, and reported."""

    def after_copy(self, conn: Connection, tables: Sequence[Table]) -> None:
        """Bring up to date what the engine keeps beside rows. Raises DatabaseError when a row
        refers to none."""


LoadReport = Callable[[int, int], None]  # how many indices are made, of how many


class SqliteCatalog:
    def tables(self, conn: Connection) -> list[Table]:
        names = [
            name
            for (name,) in conn.execute(
                "select name from pragma_table_list where schema = 'main' and type = 'table'"
                " and name not like 'sqlite!_%' escape '!' order by name"
            )
        ]
        references: dict[str, list[str]] = {name: [] for name in names}
        found = {}
        for name in names:
            columns = conn.execute(
                "select name, pk from pragma_table_xinfo(?) where hidden = 0 order by cid", (name,)
            ).fetchall()
            key = sorted((place, column) for column, place in columns if place)
            found[name] = Table(
                name, tuple(column for column, _ in columns), tuple(column for _, column in key)
            )
            references[name] += [
                other
                for (other,) in conn.execute(
                    'select "table" from pragma_foreign_key_list(?)', (name,)
                )
            ]
        return _in_order(found, references)

    @contextlib.contextmanager
    def without_triggers(self, conn: Connection, tables: Sequence[Table]) -> Iterator[None]:
        triggers = conn.execute(
            "select name, sql from sqlite_master where type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            conn.execute(f'drop trigger "{name}"')
        yield
        for _, sql in triggers:
            conn.execute(sql)

    def loading(
        self, conn: Connection, names: Sequence[str], report: LoadReport
    ) -> AbstractContextManager[None]:
        return contextlib.nullcontext()

    def after_copy(self, conn: Connection, tables: Sequence[Table]) -> None:
        """The next id of a table is the one after its last row's, without any record of it."""
        if lost := conn.execute("select * from pragma_foreign_key_check").fetchone():
            raise sqlite3.IntegrityError(f"a row of {lost[0]} refers to none of {lost[2]}")


class PostgresCatalog:
    def tables(self, conn: Connection) -> list[Table]:
        columns: dict[str, list[str]] = {}
        for name, column in conn.execute(
            "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'"
            " and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''"
            " order by c.relname, a.attnum"
        ):
            columns.setdefault(name, []).append(column)
        keys: dict[str, list[str]] = {}
        for name, column in conn.execute(
            "select c.relname, a.attname from pg_class c join pg_index i on i.indrelid = c.oid"
            " join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)"
            " where c.relnamespace = current_schema()::regnamespace and i.indisprimary"
            " order by c.relname, array_position(i.indkey, a.attnum)"
        ):
            keys.setdefault(name, []).append(column)
        references: dict[str, list[str]] = {name: [] for name in columns}
        for name, other in conn.execute(
            "select c.relname, o.relname from pg_constraint f join pg_class c on c.oid = f.conrelid"
            " join pg_class o on o.oid = f.confrelid where f.contype = 'f'"
            " and c.relnamespace = current_schema()::regnamespace"
        ):
            references[name].append(other)
        found = {
            name: Table(name, tuple(columns[name]), tuple(keys.get(name, ()))) for name in columns
        }
        return _in_order(found, references)

    @contextlib.contextmanager
    def without_triggers(self, conn: Connection, tables: Sequence[Table]) -> Iterator[None]:
        for table in tables:
            conn.execute(f'alter table "{table.name}" disable trigger user')
        yield
        for table in tables:
            conn.execute(f'alter table "{table.name}" enable trigger user')

    @contextlib.contextmanager
    def loading(self, conn: Connection, names: Sequence[str], report: LoadReport) -> Iterator[None]:
        """Without secondary indices and foreign keys: a row would change 15 indices, and look up
        each row that it refers to."""
        tables = [f'"{name}"' for name in names]
        references = conn.execute(
            "select conname, conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint"
            " where contype = 'f' and connamespace = current_schema()::regnamespace"
            " and conrelid in (select unnest(?::text[])::regclass) order by oid",
            (tables,),
        ).fetchall()
        indices = conn.execute(
            "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i"
            " join pg_class c on c.oid = i.indexrelid"
            " where c.relnamespace = current_schema()::regnamespace and c.relkind = 'i'"
            " and i.indrelid in (select unnest(?::text[])::regclass)"
            " and not exists (select 1 from pg_constraint where conindid = i.indexrelid)"
            " order by i.indexrelid",
            (tables,),
        ).fetchall()
        for name, table, _ in references:
            conn.execute(f'alter table {table} drop constraint "{name}"')
        for name, _ in indices:
            conn.execute(f"drop index {name}")
        yield
        conn.execute(f"set local maintenance_work_mem = '{INDEX_MEMORY}'")
        for done, (_, sql) in enumerate(indices, 1):
            conn.execute(sql)
            report(done, len(indices))
        for name, table, sql in references:
            conn.execute(f'alter table {table} add constraint "{name}" {sql}')
        for name in tables:  # what follows reads them with plans for their size
            conn.execute(f"analyze {name}")

    def after_copy(self, conn: Connection, tables: Sequence[Table]) -> None:
        """The next ids, which were not taken by copied rows."""
        for name, column in conn.execute(
            "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relnamespace = current_schema()::regnamespace and a.attidentity <> ''"
        ).fetchall():
            conn.execute(
                "select setval(pg_get_serial_sequence(?, ?),"
                f' (select coalesce(max("{column}"), 0) + 1 from "{name}"), false)',
                (f'"{name}"', column),
            )


def _in_order(found: dict[str, Table], references: dict[str, list[str]]) -> list[Table]:
    order: Iterable[str] = TopologicalSorter(
        {name: [other for other in references[name] if other != name] for name in found}
    ).static_order()
    return [found[name] for name in order if name in found and name not in _DERIVED]
