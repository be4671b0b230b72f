"""Ratings and favorites of items. Triggers maintain the aggregates."""

from __future__ import annotations

from collections.abc import Iterable

from lvs.models import FavoriteState, RatingSummary
from lvs.store import marks
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Viewer

# An item that nobody rated and that is not the viewer's favorite.
UNRATED = RatingSummary(0.0, 0, None), False


def rate(tx: Transaction, viewer: Viewer, item_id: int, value: int | None) -> RatingSummary:
    """Set an item's stars, 1 to 5, or clear them; returns what its ratings are now."""
    conn = tx.connection
    had = _own_rating(conn, viewer, item_id)
    if value == had:
        return rating_of(conn, viewer, item_id)
    if value is None:
        conn.execute(
            "delete from rating where item_id = ? and user_id = ?", (item_id, viewer.user_id)
        )
    else:
        conn.execute(
            "insert into rating (item_id, user_id, value, rated_at) values (?, ?, ?, ?)"
            " on conflict (item_id, user_id)"
            " do update set value = excluded.value, rated_at = excluded.rated_at",
            (item_id, viewer.user_id, value, tx.at),
        )
    kind, average, count = conn.execute(
        "select kind, rating_average, rating_count from item where id = ?", (item_id,)
    ).fetchone()
    marks.changed(tx, viewer, item_id, kind)
    marks.average_changed(tx, item_id, kind)
    return RatingSummary(average, count, value)


def rating_of(conn: Connection, viewer: Viewer, item_id: int) -> RatingSummary:
    return RatingSummary(*_shared_rating(conn, item_id), _own_rating(conn, viewer, item_id))


def of_items(
    conn: Connection, viewer: Viewer, item_ids: Iterable[int]
) -> dict[int, tuple[RatingSummary, bool]]:
    """(ratings, whether it is the viewer's favorite) of these items by id, in one query. Those that
    are `UNRATED` are left out."""
    rows = conn.execute(
        "select i.id, i.rating_average, i.rating_count, r.value, f.item_id is not null from item i"
        " left join rating r on r.item_id = i.id and r.user_id = :viewer"
        " left join favorite f on f.item_id = i.id and f.user_id = :viewer"
        f" where {conn.dialect.among('i.id', ':ids')}"
        " and (i.rating_count > 0 or f.item_id is not null)",
        {"ids": conn.dialect.array(item_ids), "viewer": viewer.user_id},
    )
    return {row[0]: (RatingSummary(*row[1:4]), bool(row[4])) for row in rows}


def _shared_rating(conn: Connection, item_id: int) -> tuple[float, int]:
    """(average, count) of all ratings of an item."""
    average, count = conn.execute(
        "select rating_average, rating_count from item where id = ?", (item_id,)
    ).fetchone()
    return average, count


def set_favorite(
    tx: Transaction, viewer: Viewer, item_id: int, favorite: bool | None
) -> FavoriteState:
    """Make an item a favorite or not; None turns it over. Returns how it is now."""
    conn = tx.connection
    was = is_favorite(conn, viewer, item_id)
    now = not was if favorite is None else favorite
    if now and not was:
        conn.execute(
            "insert into favorite (item_id, user_id, added_at) values (?, ?, ?)",
            (item_id, viewer.user_id, tx.at),
        )
    elif was and not now:
        conn.execute(
            "delete from favorite where item_id = ? and user_id = ?", (item_id, viewer.user_id)
        )
    kind, count = conn.execute(
        "select kind, favorite_count from item where id = ?", (item_id,)
    ).fetchone()
    if now != was:
        marks.changed(tx, viewer, item_id, kind)
    return FavoriteState(now, count)


def _own_rating(conn: Connection, viewer: Viewer, item_id: int) -> int | None:
    row = conn.execute(
        "select value from rating where item_id = ? and user_id = ?", (item_id, viewer.user_id)
    ).fetchone()
    return row[0] if row else None


def is_favorite(conn: Connection, viewer: Viewer, item_id: int) -> bool:
    row = conn.execute(
        "select 1 from favorite where item_id = ? and user_id = ?", (item_id, viewer.user_id)
    ).fetchone()
    return row is not None
