"""Views, and where people are in an item."""

from __future__ import annotations

import math

from lvs.store import items, marks
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Viewer

WATCHED_FROM = 0.95  # of the duration: the credits need not be seen
WORTH_RESUMING_S = 10.0
SHOWN_EVERY_S = 300.0  # of the item
TAKEN_UP_AFTER_MS = 60_000  # without a position: several times the players' pace
OWN_PROGRESS = "from playback_progress where item_id = i.id and user_id = :viewer"


def count_view(tx: Transaction, item_id: int) -> int:
    """One more real playback; returns how many there are now."""
    row = tx.connection.execute(
        "update item set view_count = view_count + 1 where id = ? returning view_count",
        (item_id,),
    ).fetchone()
    items.touch(tx, item_id)
    return int(row[0])


def save_position(
    tx: Transaction,
    viewer: Viewer,
    item_id: int,
    position_s: float,
    *,
    playing: bool = False,
) -> None:
    """Remember how far a user is; at the end the item is watched, and its position is 0.

    While it plays, pages show it at turning points only: see `_is_turning_point`.
    """
    conn, position_s = tx.connection, _storable(position_s)
    (duration_s,) = conn.execute("select duration_s from item where id = ?", (item_id,)).fetchone()
    before = conn.execute(
        "select position_s, updated_at from playback_progress where item_id = ? and user_id = ?",
        (item_id, viewer.user_id),
    ).fetchone()
    at_end = duration_s > 0 and position_s >= duration_s * WATCHED_FROM
    conn.execute(
        "insert into playback_progress (item_id, user_id, position_s, watched, updated_at)"
        " values (:video, :user, :position, :watched, :at) on conflict (item_id, user_id)"
        " do update set position_s = excluded.position_s, updated_at = excluded.updated_at,"
        " watched = case when playback_progress.watched = 1 then 1 else excluded.watched end",
        {
            "video": item_id,
            "user": viewer.user_id,
            "position": 0.0 if at_end else position_s,
            "watched": int(at_end),
            "at": tx.at,
        },
    )
    if at_end or not playing or before is None or _is_turning_point(position_s, before, tx.at):
        marks.changed(tx, viewer, item_id)


def _is_turning_point(position_s: float, before: tuple[float, int], at: int) -> bool:
    """Whether pages are to show a position of an item that plays on: where it becomes worth
    resuming, where it was taken up again (it is now the last played), and each few minutes, for a
    player that ends without a word."""
    position_before_s, updated_at = before
    return (
        (position_s >= WORTH_RESUMING_S) != (position_before_s >= WORTH_RESUMING_S)
        or at - updated_at > TAKEN_UP_AFTER_MS
        or position_s // SHOWN_EVERY_S != position_before_s // SHOWN_EVERY_S
    )


def set_watched(tx: Transaction, viewer: Viewer, item_id: int, watched: bool) -> None:
    """Mark an item as watched or not. Either way its position becomes 0."""
    set_state(tx, viewer, item_id, 0.0, watched)


def state_of(conn: Connection, viewer: Viewer, item_id: int) -> tuple[float, bool]:
    """(position in seconds, whether it was seen to its end) of a user in an item."""
    row = conn.execute(
        "select position_s, watched from playback_progress where item_id = ? and user_id = ?",
        (item_id, viewer.user_id),
    ).fetchone()
    return (row[0], bool(row[1])) if row else (0.0, False)


def set_state(
    tx: Transaction, viewer: Viewer, item_id: int, position_s: float, watched: bool
) -> None:
    """Set what `state_of` returns; when it was last played stays as it is."""
    tx.connection.execute(
        "insert into playback_progress (item_id, user_id, position_s, watched, updated_at)"
        " values (:video, :user, :position, :watched, :at) on conflict (item_id, user_id)"
        " do update set position_s = excluded.position_s, watched = excluded.watched",
        {
            "video": item_id,
            "user": viewer.user_id,
            "position": _storable(position_s),
            "watched": int(watched),
            "at": tx.at,
        },
    )
    marks.changed(tx, viewer, item_id)


def played_since(conn: Connection, viewer: Viewer, since_ms: int, limit: int) -> list[int]:
    """Ids of the items whose position was saved after a time (ms), the last one first."""
    rows = conn.execute(
        "select item_id from playback_progress where user_id = ? and updated_at > ?"
        " order by updated_at desc, item_id limit ?",
        (viewer.user_id, since_ms, limit),
    )
    return [row[0] for row in rows]


def _storable(position_s: float) -> float:
    """The start in place of what is no position: SQLite keeps infinity, pages cannot show it."""
    return position_s if math.isfinite(position_s) and position_s >= 0 else 0.0
