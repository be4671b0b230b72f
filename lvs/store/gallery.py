"""Pages of the gallery: keyset cursors over one index per order, never an offset."""

from __future__ import annotations

import base64
import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from lvs.errors import InvalidInputError
from lvs.events import Event
from lvs.models import Sort

Key = tuple[Any, int]

_ORDERS: dict[Sort, tuple[str, bool]] = {
    "newest": ("v.added_at", True),
    "oldest": ("v.added_at", False),
    "title": ("v.title_key", False),
    "rating": ("v.rating_average", True),
    "views": ("v.view_count", True),
    "duration": ("v.duration_s", True),
    "size": ("v.size_bytes", True),
    # Multiplying by a number modulo a prime shuffles the keys anew for each seed, the same way
    # each time it is asked.
    "random": ("(v.random_key * :seed) % 2147483647", False),
}


_MATCHES = " and exists (select 1 from video_text where video_text match :match and rowid = v.id)"
FEW_HITS = 5_000
_IN_FOLDER = (
    " and (:folder is null or exists (select 1 from folder_video"
    " where folder_id = :folder and video_id = v.id))"
)


@dataclass(frozen=True, slots=True)
class View:
    """Which videos, in which order. `seed` matters to `random` alone; 0 asks for no rating."""

    sort: Sort = "newest"
    folder_id: int | None = None
    seed: int = 1
    favorites: bool = False
    min_rating: int = 0
    tag_ids: tuple[int, ...] = ()
    match: str = ""  # of `search.expression`

    @property
    def conditions(self) -> str:
        """What a video must be, beside there and in the folder, for this view."""
        favorite = " and v.favorite_count > 0" if self.favorites else ""
        rating = " and v.rating_average >= :min_rating" if self.min_rating else ""
        tags = "".join(
            f" and exists (select 1 from video_tag where tag_id = {int(tag)} and video_id = v.id)"
            for tag in self.tag_ids
        )
        return favorite + rating + tags + (_MATCHES if self.match else "")


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a view: (id, version) of each video, and the cursor of what follows."""

    videos: list[tuple[int, int]]
    next: str | None
    total: int


def page(conn: sqlite3.Connection, view: View, *, limit: int, after: str | None = None) -> Page:
    """The first `limit` videos of a view after a cursor.

    Raises InvalidInputError when the cursor is not one of ours.
    """
    key = decode_cursor(after) if after else None
    rows = _stretch(conn, view, key, limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(
        videos=[(row[0], row[1]) for row in rows],
        next=encode_cursor((rows[-1][2], rows[-1][0])) if more else None,
        total=count(conn, view),
    )


def count(conn: sqlite3.Connection, view: View) -> int:
    """How many videos a view has: kept with the rows, and counted only where there are filters."""
    if view == View(view.sort, seed=view.seed, match=view.match) and view.match:
        row = conn.execute(
            "select count(*) from video_text where video_text match ?", (view.match,)
        ).fetchone()
    elif view.conditions:
        row = conn.execute(
            "select count(*) from video v where v.file_count > 0" + view.conditions + _IN_FOLDER,
            {"min_rating": view.min_rating, "folder": view.folder_id, "match": view.match},
        ).fetchone()
    elif view.folder_id is None:
        row = conn.execute("select video_count from library").fetchone()
    else:
        row = conn.execute(
            "select video_count from folder where id = ?", (view.folder_id,)
        ).fetchone()
    return int(row[0]) if row else 0


def key_of(conn: sqlite3.Connection, view: View, video_id: int) -> Key | None:
    """Where a video stands in a view, or None when it is not in it."""
    expression, _ = _ORDERS[view.sort]
    row = conn.execute(
        f"select {expression}, v.id from video v where v.id = :id and v.file_count > 0"
        + view.conditions
        + _IN_FOLDER,
        {
            "id": video_id,
            "folder": view.folder_id,
            "seed": view.seed,
            "min_rating": view.min_rating,
            "match": view.match,
        },
    ).fetchone()
    return (row[0], row[1]) if row else None


def is_descending(view: View) -> bool:
    return _ORDERS[view.sort][1]


def following(conn: sqlite3.Connection, view: View, key: Key) -> int | None:
    """The video that stands right after a key in a view."""
    rows = _stretch(conn, view, key, 1)
    return rows[0][0] if rows else None


def preceding(conn: sqlite3.Connection, view: View, key: Key) -> int | None:
    rows = _stretch(conn, view, key, 1, backwards=True)
    return rows[0][0] if rows else None


def some(conn: sqlite3.Connection, view: View, limit: int, around: Key) -> list[int]:
    """Up to `limit` videos of a view: those after a key, then from its start."""
    after = [row[0] for row in _stretch(conn, view, around, limit)]
    if len(after) < limit:
        start = [row[0] for row in _stretch(conn, view, None, limit + 1)]
        after += [video for video in start if video not in after and video != around[1]]
    return after[:limit]


def _stretch(
    conn: sqlite3.Connection, view: View, key: Key | None, limit: int, *, backwards: bool = False
) -> list[tuple[int, int, Any]]:
    """Rows of (id, version, sort key) beyond a key, `limit` at most."""
    expression, descending = _ORDERS[view.sort]
    down = descending != backwards
    direction = "desc" if down else "asc"
    names: dict[str, Any] = {
        "seed": view.seed,
        "limit": limit,
        "folder": view.folder_id,
        "min_rating": view.min_rating,
        "match": view.match,
    }
    few_hits = bool(view.match) and _has_few_hits(conn, view.match)
    conditions = replace(view, match="").conditions if few_hits else view.conditions
    where = "v.file_count > 0" + conditions
    source = "video v"
    if few_hits:
        source = (
            "(select rowid from video_text where video_text match :match) hit"
            " cross join video v on v.id = hit.rowid"
        )
        if view.folder_id is not None:
            where += _IN_FOLDER
    elif (rarest := _rare_tag(conn, view.tag_ids)) is not None:
        source = "video_tag vt cross join video v on v.id = vt.video_id"
        where += f" and vt.tag_id = {rarest}"
        if view.folder_id is not None:
            where += _IN_FOLDER
    elif view.folder_id is not None:
        if _is_small(conn, view.folder_id):
            source = "folder_video fv cross join video v on v.id = fv.video_id"
            where += " and fv.folder_id = :folder"
        else:
            where += (
                " and exists (select 1 from folder_video"
                " where folder_id = :folder and video_id = v.id)"
            )
    if key is not None:
        where += f" and ({expression}, v.id) {'<' if down else '>'} (:key, :id)"
        names["key"], names["id"] = key
    return conn.execute(
        f"select v.id, v.version, {expression} from {source} where {where}"
        f" order by {expression} {direction}, v.id {direction} limit :limit",
        names,
    ).fetchall()


def _has_few_hits(conn: sqlite3.Connection, match: str) -> bool:
    """Whether gathering and sorting the hits is cheaper than walking the order through them."""
    row = conn.execute(
        "select count(*) from (select 1 from video_text where video_text match ? limit ?)",
        (match, FEW_HITS + 1),
    ).fetchone()
    return bool(row[0] <= FEW_HITS)


def _rare_tag(conn: sqlite3.Connection, tag_ids: tuple[int, ...]) -> int | None:
    """The rarest of these tags, if gathering its videos is cheaper than walking the order."""
    if not tag_ids:
        return None
    total = conn.execute("select video_count from library").fetchone()[0]
    counts = []
    for tag_id in tag_ids:
        row = conn.execute("select video_count from tag where id = ?", (tag_id,)).fetchone()
        counts.append((row[0] if row else 0, tag_id))
    count, rarest = min(counts)
    return rarest if count**2 < 60 * max(total, 1) else None


def _is_small(conn: sqlite3.Connection, folder_id: int) -> bool:
    """Whether gathering and sorting a folder is cheaper than walking the order through it.

    Gathering costs its n videos; walking to 60 hits costs 60 * total / n steps.
    """
    own = conn.execute("select video_count from folder where id = ?", (folder_id,)).fetchone()
    total = conn.execute("select video_count from library").fetchone()
    return own is None or own[0] ** 2 < 60 * total[0]


def encode_cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Key:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        value, video_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(value, str | int | float) or not isinstance(video_id, int):
            raise ValueError("not a key")
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("too large")
        if not -(2**63) <= video_id < 2**63:
            raise ValueError("too large")
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            "The `after` cursor is not one that this server gave out; start from the first page."
        ) from error
    return value, video_id


def events_since(conn: sqlite3.Connection, since: int, limit: int) -> tuple[list[Event], int, bool]:
    """Events after `since`, the id of the newest, and whether none is lacking.

    It is incomplete when older events were forgotten, when there are more than `limit`, or when
    `since` lies in the future (a page of another database).
    """
    newest = conn.execute("select seq from sqlite_sequence where name = 'event'").fetchone()
    last = int(newest[0]) if newest else 0
    if since >= last:
        return [], last, since == last
    rows = conn.execute(
        "select id, topic, video_id from event where id > ? order by id limit ?",
        (since, limit + 1),
    ).fetchall()
    complete = bool(rows) and rows[0][0] == since + 1 and len(rows) <= limit
    return [Event(*row) for row in rows[:limit]], last, complete
