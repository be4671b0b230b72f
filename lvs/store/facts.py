"""The facts of items: a table for each kind, with the columns that the kind declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from lvs.kinds import KINDS
from lvs.kinds.kind import Column, Facts, Kind
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction


def of_items(conn: Connection, kinds: Mapping[int, str]) -> dict[int, Facts]:
    """The facts of items, given as id and kind, by id: a query for each kind among them."""
    found: dict[int, Facts] = {}
    for kind_id in dict.fromkeys(kinds.values()):
        kind = KINDS[kind_id]
        names = ", ".join(column.name for column in kind.facts)
        wanted = [item_id for item_id, its_kind in kinds.items() if its_kind == kind_id]
        rows = conn.execute(
            f"select item_id, {names} from {kind.table} where {conn.dialect.among('item_id')}",
            (conn.dialect.array(wanted),),
        )
        shape = _shape(kind_id)
        for item_id, *values in rows:
            found[item_id] = shape.read(values)
    return found


def inputs(conn: Connection, kinds: Mapping[int, str]) -> dict[int, Facts]:
    """Of each item, given as id and kind, the facts that its next probe takes."""
    names = {kind.id: [c.name for c in kind.facts if c.is_input] for kind in KINDS.values()}
    asked = {item_id: kind_id for item_id, kind_id in kinds.items() if names[kind_id]}
    found = of_items(conn, asked)
    return {
        item_id: {name: found[item_id][name] for name in names[kind_id]}
        for item_id, kind_id in kinds.items()
    }


class _Shape:
    """The columns of a kind by what is to be done with their values: a page has 60 rows."""

    def __init__(self, kind: Kind) -> None:
        self._names = [column.name for column in kind.facts]
        self._flags = [column.name for column in kind.facts if column.is_flag]
        self._lists = [column.name for column in kind.facts if column.is_list]

    def read(self, values: Iterable[Any]) -> Facts:
        """The facts of a row, in the order of the kind's columns."""
        facts = dict(zip(self._names, values, strict=True))
        for name in self._flags:
            facts[name] = bool(facts[name])
        for name in self._lists:
            facts[name] = _list_of(facts[name])
        return facts


@lru_cache
def _shape(kind_id: str) -> _Shape:
    return _Shape(KINDS[kind_id])


@lru_cache(1024)  # most items have the same tracks as many others
def _list_of(text: str) -> tuple[Any, ...]:
    return tuple(json.loads(text))


def add(tx: Transaction, kind: Kind, item_ids: Iterable[int]) -> None:
    """The rows of new items, as before their probe."""
    tx.connection.executemany(
        f"insert into {kind.table} (item_id) values (?)", [(item_id,) for item_id in item_ids]
    )


def remove(tx: Transaction, kind: Kind, item_id: int) -> None:
    tx.connection.execute(f"delete from {kind.table} where item_id = ?", (item_id,))


def reset(tx: Transaction, kind: Kind, item_id: int) -> None:
    """As before the probe; what people have set stays."""
    record(tx, kind, item_id, {c.name: c.default for c in kind.facts if c.is_probed})


def record(tx: Transaction, kind: Kind, item_id: int, facts: Facts) -> None:
    """Store what a probe has found. Facts that the kind does not have are left out."""
    known, sql = _update(kind.id, tuple(facts))
    if known:
        values = [_written(column, facts[column.name]) for column in known]
        tx.connection.execute(sql, (*values, item_id))


@lru_cache(64)  # the probes of a kind find the same columns
def _update(kind_id: str, names: tuple[str, ...]) -> tuple[list[Column], str]:
    """Those of the columns named that a probe sets, and the SQL that sets them, in their order."""
    kind = KINDS[kind_id]
    known = [column for column in kind.facts if column.is_probed and column.name in names]
    assigned = ", ".join(f"{column.name} = ?" for column in known)
    return known, f"update {kind.table} set {assigned} where item_id = ?"


def _written(column: Column, value: Any) -> Any:
    if column.is_list:
        return json.dumps(value)
    return int(value) if column.is_flag else value


def words(conn: Connection, kinds: Mapping[int, str]) -> dict[int, list[str]]:
    """Of items, given as id and kind, the texts of their facts that a search finds, such as an
    artist. Those of kinds without such facts are left out."""
    names = {kind.id: [c.name for c in kind.facts if c.is_searched] for kind in KINDS.values()}
    asked = {item_id: kind_id for item_id, kind_id in kinds.items() if names[kind_id]}
    return {
        item_id: [text for name in names[kinds[item_id]] if (text := found[name])]
        for item_id, found in of_items(conn, asked).items()
    }


def title(conn: Connection, kind: Kind, item_id: int) -> str | None:
    """The title that the file itself has; None without one, or for a kind whose files have none."""
    if all(column.name != "title" for column in kind.facts):
        return None
    row = conn.execute(f"select title from {kind.table} where item_id = ?", (item_id,)).fetchone()
    return row[0] if row else None
