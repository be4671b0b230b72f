"""Ratings and favorites of videos. Triggers maintain the aggregates."""

from __future__ import annotations

from lvs.models import DEFAULT_USER_ID, FavoriteState, RatingSummary
from lvs.store import videos
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction


def rate(
    tx: Transaction, item_id: int, value: int | None, user_id: int = DEFAULT_USER_ID
) -> RatingSummary:
    """Set a video's stars, 1 to 5, or clear them; returns what its ratings are now."""
    conn = tx.connection
    had = _own_rating(conn, item_id, user_id)
    if value == had:
        return rating_of(conn, item_id, user_id)
    if value is None:
        conn.execute("delete from rating where item_id = ? and user_id = ?", (item_id, user_id))
    else:
        conn.execute(
            "insert into rating (item_id, user_id, value, rated_at) values (?, ?, ?, ?)"
            " on conflict (item_id, user_id)"
            " do update set value = excluded.value, rated_at = excluded.rated_at",
            (item_id, user_id, value, tx.at),
        )
    videos.touch(tx, item_id)
    return RatingSummary(*_shared_rating(conn, item_id), value)


def rating_of(conn: Connection, item_id: int, user_id: int = DEFAULT_USER_ID) -> RatingSummary:
    return RatingSummary(*_shared_rating(conn, item_id), _own_rating(conn, item_id, user_id))


def _shared_rating(conn: Connection, item_id: int) -> tuple[float, int]:
    """(average, count) of all ratings of a video."""
    average, count = conn.execute(
        "select rating_average, rating_count from item where id = ?", (item_id,)
    ).fetchone()
    return average, count


def set_favorite(
    tx: Transaction, item_id: int, favorite: bool | None, user_id: int = DEFAULT_USER_ID
) -> FavoriteState:
    """Make a video a favorite or not; None turns it over. Returns how it is now."""
    conn = tx.connection
    was = is_favorite(conn, item_id, user_id)
    now = not was if favorite is None else favorite
    if now and not was:
        conn.execute(
            "insert into favorite (item_id, user_id, added_at) values (?, ?, ?)",
            (item_id, user_id, tx.at),
        )
    elif was and not now:
        conn.execute("delete from favorite where item_id = ? and user_id = ?", (item_id, user_id))
    if now != was:
        videos.touch(tx, item_id)
    row = conn.execute("select favorite_count from item where id = ?", (item_id,)).fetchone()
    return FavoriteState(now, row[0])


def _own_rating(conn: Connection, item_id: int, user_id: int) -> int | None:
    row = conn.execute(
        "select value from rating where item_id = ? and user_id = ?", (item_id, user_id)
    ).fetchone()
    return row[0] if row else None


def is_favorite(conn: Connection, item_id: int, user_id: int = DEFAULT_USER_ID) -> bool:
    row = conn.execute(
        "select 1 from favorite where item_id = ? and user_id = ?", (item_id, user_id)
    ).fetchone()
    return row is not None
