"""Deletes items whose files have been missing for long, with their user data.

A deletion that a page asks for waits, so that it can be undone: until then nothing has changed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from lvs.store import bulk
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Viewer


@dataclass(frozen=True, slots=True)
class PurgeCandidate:
    """An item to delete: its title, since when its files are missing (ms), its user data."""

    id: int
    title: str
    missing_since: int
    ratings: int
    favorites: int
    tags: int
    views: int


_MISSING = (
    "select i.id, i.title, max(f.missing_since) as gone, i.rating_count, i.favorite_count,"
    " (select count(*) from item_tag where item_id = i.id), i.view_count"
    " from item i join file f on f.item_id = i.id where i.file_count = 0"
)


def long_missing(conn: Connection, before: int) -> list[PurgeCandidate]:
    """Items of which every file went missing before a time (ms), longest missing first."""
    rows = conn.execute(
        f"{_MISSING} group by i.id having max(f.missing_since) < ? order by gone, i.id", (before,)
    )
    return [PurgeCandidate(*row) for row in rows]


def newest_missing(conn: Connection, limit: int) -> list[PurgeCandidate]:
    """Items without any file, the last that went missing first."""
    rows = conn.execute(f"{_MISSING} group by i.id order by gone desc, i.id limit ?", (limit,))
    return [PurgeCandidate(*row) for row in rows]


def count_missing(conn: Connection, before: int) -> tuple[int, int]:
    """(items without any file, those of which every file went missing before a time (ms))."""
    row = conn.execute(
        "select count(*), coalesce(sum(case when gone < ? then 1 else 0 end), 0)"
        " from (select max(f.missing_since) as gone"
        " from item i join file f on f.item_id = i.id where i.file_count = 0 group by i.id) m",
        (before,),
    ).fetchone()
    return int(row[0]), int(row[1])


_BELONGS = (
    "rating",
    "favorite",
    "playback_progress",
    "item_tag",
    "folder_item",
    "file",
)


def purge(tx: Transaction, item_ids: Sequence[int]) -> int:
    """Delete those of these items that still have no file; returns how many."""
    conn = tx.connection
    array, among = conn.dialect.array, conn.dialect.among
    rows = conn.execute(
        f"select id, kind from item where file_count = 0 and {among('id')}", (array(item_ids),)
    ).fetchall()
    purged = (array(row[0] for row in rows),)
    for table in _BELONGS:
        conn.execute(f"delete from {table} where {among('item_id')}", purged)
    conn.execute("delete from tag where item_count = 0")
    conn.execute(f"delete from item where {among('id')}", purged)
    for item_id, kind in rows:
        tx.emit("item.removed", item_id, kind=kind)
    return len(rows)


def schedule(tx: Transaction, viewer: Viewer, item_ids: Sequence[int]) -> int:
    """Note that these items are to be deleted; returns the id by which that is undone."""
    return bulk.begin(tx, viewer, bulk.CLEANUP, json.dumps(list(item_ids)))


def scheduled(conn: Connection) -> list[tuple[int, int]]:
    """(id, when it was asked for in ms) of each deletion that waits, oldest first."""
    rows = conn.execute(
        "select id, at from bulk_edit where action = ? and value <> '' order by id", (bulk.CLEANUP,)
    )
    return [(row[0], row[1]) for row in rows]


def carry_out(tx: Transaction, bulk_edit_id: int) -> int:
    """Delete the items of a deletion that waits; returns how many, 0 when it was undone."""
    row = tx.connection.execute(
        "select value from bulk_edit where id = ? and action = ? and value <> ''",
        (bulk_edit_id, bulk.CLEANUP),
    ).fetchone()
    if row is None:
        return 0
    tx.connection.execute("update bulk_edit set value = '' where id = ?", (bulk_edit_id,))
    return purge(tx, json.loads(row[0]))
