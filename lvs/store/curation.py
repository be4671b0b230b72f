"""What people give to videos: ratings and favorites. Aggregates are kept by triggers."""

from __future__ import annotations

import sqlite3

from lvs.models import HOUSEHOLD, FavoriteState, RatingSummary
from lvs.store.database import Transaction


def rate(tx: Transaction, video_id: int, value: int | None, user_id: int = HOUSEHOLD) -> bool:
    """Give a video 1 to 5 stars, or clear them; whether anything changed."""
    if _own_rating(tx.connection, video_id, user_id) == value:
        return False
    if value is None:
        tx.connection.execute(
            "delete from rating where video_id = ? and user_id = ?", (video_id, user_id)
        )
    else:
        tx.connection.execute(
            "insert into rating (video_id, user_id, value, rated_at) values (?, ?, ?, ?)"
            " on conflict (video_id, user_id)"
            " do update set value = excluded.value, rated_at = excluded.rated_at",
            (video_id, user_id, value, tx.at),
        )
    _touch(tx, video_id)
    return True


def rate_summary(
    tx: Transaction, video_id: int, value: int | None, user_id: int = HOUSEHOLD
) -> RatingSummary:
    """As `rate`; returns what the video's ratings are now."""
    rate(tx, video_id, value, user_id)
    return rating_of(tx.connection, video_id, user_id)


def rating_of(conn: sqlite3.Connection, video_id: int, user_id: int = HOUSEHOLD) -> RatingSummary:
    average, count = conn.execute(
        "select rating_average, rating_count from video where id = ?", (video_id,)
    ).fetchone()
    return RatingSummary(average, count, _own_rating(conn, video_id, user_id))


def set_favorite(
    tx: Transaction, video_id: int, favorite: bool | None, user_id: int = HOUSEHOLD
) -> FavoriteState:
    """Make a video a favorite or not; None turns it over. Returns how it is now."""
    conn = tx.connection
    was = _is_favorite(conn, video_id, user_id)
    now = not was if favorite is None else favorite
    if now and not was:
        conn.execute(
            "insert into favorite (video_id, user_id, added_at) values (?, ?, ?)",
            (video_id, user_id, tx.at),
        )
    elif was and not now:
        conn.execute("delete from favorite where video_id = ? and user_id = ?", (video_id, user_id))
    if now != was:
        _touch(tx, video_id)
    row = conn.execute("select favorite_count from video where id = ?", (video_id,)).fetchone()
    return FavoriteState(now, row[0])


def _own_rating(conn: sqlite3.Connection, video_id: int, user_id: int) -> int | None:
    row = conn.execute(
        "select value from rating where video_id = ? and user_id = ?", (video_id, user_id)
    ).fetchone()
    return row[0] if row else None


def _is_favorite(conn: sqlite3.Connection, video_id: int, user_id: int) -> bool:
    row = conn.execute(
        "select 1 from favorite where video_id = ? and user_id = ?", (video_id, user_id)
    ).fetchone()
    return row is not None


def _touch(tx: Transaction, video_id: int) -> None:
    """A new version of the card, told to every page."""
    tx.connection.execute("update video set version = version + 1 where id = ?", (video_id,))
    tx.emit("changed", video_id)
