"""The words of SQL that differ between SQLite and PostgreSQL; all other statements are the same."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from lvs.store.backends.catalog import Catalog, PostgresCatalog, SqliteCatalog
from lvs.store.backends.full_text import Fts5, FullText, TsVector


class Dialect(Protocol):
    """`full_text` is the search, `catalog` what the database says of its tables. `ordered_join`
    joins so that SQLite reads the left side first; PostgreSQL decides by its statistics."""

    name: str
    ordered_join: str
    full_text: FullText
    catalog: Catalog

    def array(self, values: Iterable[int | str]) -> Any:
        """A list as the value of one parameter of a statement, for `among`."""

    def among(self, column: str, parameter: str = "?") -> str:
        """The condition that a column has one of the values of an `array`."""

    def ids(self, alias: str, parameter: str = "?") -> str:
        """A table with the numbers of an `array` in its column `value`."""

    def indexed_by(self, index: str) -> str:
        """Behind a table: the index that SQLite is to read it by."""


class SqliteDialect:
    name = "sqlite"
    ordered_join = "cross join"
    full_text: FullText = Fts5()
    catalog: Catalog = SqliteCatalog()

    def array(self, values: Iterable[int | str]) -> str:
        return json.dumps(list(values))

    def among(self, column: str, parameter: str = "?") -> str:
        return f"{column} in (select value from json_each({parameter}))"

    def ids(self, alias: str, parameter: str = "?") -> str:
        return f"json_each({parameter}) {alias}"

    def indexed_by(self, index: str) -> str:
        return f"indexed by {index}"


class PostgresDialect:
    name = "postgres"
    ordered_join = "join"
    full_text: FullText = TsVector()
    catalog: Catalog = PostgresCatalog()

    def array(self, values: Iterable[int | str]) -> list[int | str]:
        return list(values)

    def among(self, column: str, parameter: str = "?") -> str:
        return f"{column} = any({parameter})"

    def ids(self, alias: str, parameter: str = "?") -> str:
        return f"unnest(cast({parameter} as bigint[])) {alias} (value)"

    def indexed_by(self, index: str) -> str:
        return ""


SQLITE = SqliteDialect()
POSTGRES = PostgresDialect()
