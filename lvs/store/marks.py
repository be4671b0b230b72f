"""A viewer's own data of items: rating, favorite, position, watched."""

from __future__ import annotations

from collections.abc import Iterable

from lvs.models import NO_MARKS, Marks
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Viewer


def of_items(conn: Connection, viewer: Viewer, item_ids: Iterable[int]) -> dict[int, Marks]:
    """The viewer's marks by item id, in one query. Items without any are left out."""
    rows = conn.execute(
        "select wanted.value, r.value, f.item_id is not null, coalesce(p.position_s, 0),"
        f" coalesce(p.watched, 0), p.item_id is not null from {conn.dialect.ids('wanted', ':ids')}"
        " left join rating r on r.item_id = wanted.value and r.user_id = :viewer"
        " left join favorite f on f.item_id = wanted.value and f.user_id = :viewer"
        " left join playback_progress p on p.item_id = wanted.value and p.user_id = :viewer"
        " where r.value is not null or f.item_id is not null or p.item_id is not null",
        {"ids": conn.dialect.array(item_ids), "viewer": viewer.user_id},
    )
    return {row[0]: Marks(row[1], bool(row[2]), row[3], bool(row[4]), bool(row[5])) for row in rows}


def of_item(conn: Connection, viewer: Viewer, item_id: int) -> Marks:
    return of_items(conn, viewer, [item_id]).get(item_id, NO_MARKS)


def users_of(conn: Connection, item_ids: Iterable[int]) -> set[int]:
    """Ids of the users who have marks of any of these items."""
    among = conn.dialect.among("item_id", ":ids")
    rows = conn.execute(
        f"select user_id from rating where {among} union select user_id from favorite"
        f" where {among} union select user_id from playback_progress where {among}",
        {"ids": conn.dialect.array(item_ids)},
    )
    return {row[0] for row in rows}


def changed(tx: Transaction, viewer: Viewer, item_id: int, kind: str | None = None) -> None:
    """Notify the viewer's own pages that their data of an item changed. Nobody else's change.
    `kind` is the item's, read where the caller does not know it."""
    tx.emit(
        "item.marked",
        item_id,
        kind=kind or _kind(tx, item_id),
        user_id=viewer.user_id,
        may_need_probe=False,
    )


def average_changed(tx: Transaction, item_id: int, kind: str) -> None:
    """Notify the lists that are ordered or filtered by the average. Cards do not show it."""
    tx.emit("item.marked", item_id, kind=kind, may_need_probe=False)


def _kind(tx: Transaction, item_id: int) -> str | None:
    row = tx.connection.execute("select kind from item where id = ?", (item_id,)).fetchone()
    return row[0] if row else None
