"""Pages of the gallery: keyset cursors over one index per order, never an offset."""

from __future__ import annotations

import base64
import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any, Literal

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

    @property
    def parameters(self) -> dict[str, Any]:
        """What the SQL of a view refers to by name."""
        return {
            "folder": self.folder_id,
            "seed": self.seed,
            "min_rating": self.min_rating,
            "match": self.match,
        }


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
            view.parameters,
        ).fetchone()
    elif view.folder_id is None:
        row = conn.execute("select video_count from library").fetchone()
    else:
        return _count_of(conn, "folder", view.folder_id)
    return int(row[0])


def key_of(conn: sqlite3.Connection, view: View, video_id: int) -> Key | None:
    """Where a video stands in a view, or None when it is not in it."""
    expression, _ = _ORDERS[view.sort]
    row = conn.execute(
        f"select {expression}, v.id from video v where v.id = :id and v.file_count > 0"
        + view.conditions
        + _IN_FOLDER,
        {**view.parameters, "id": video_id},
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
    names = {**view.parameters, "limit": limit}
    source, where = _source(conn, view)
    if key is not None:
        where += f" and ({expression}, v.id) {'<' if down else '>'} (:key, :id)"
        names["key"], names["id"] = key
    return conn.execute(
        f"select v.id, v.version, {expression} from {source} where {where}"
        f" order by {expression} {direction}, v.id {direction} limit :limit",
        names,
    ).fetchall()


def _source(conn: sqlite3.Connection, view: View) -> tuple[str, str]:
    """(what to read a view from, what its videos must be): the hits of a search, the rarest tag or
    the folder, where gathering and sorting those is cheaper than walking the order through them."""
    there = "v.file_count > 0"
    if view.match and _has_few_hits(conn, view.match):
        hits = "(select rowid from video_text where video_text match :match) hit"
        rest = replace(view, match="").conditions
        return f"{hits} cross join video v on v.id = hit.rowid", there + rest + _IN_FOLDER
    where = there + view.conditions
    if view.tag_ids:
        count, rarest = min((_count_of(conn, "tag", tag), tag) for tag in view.tag_ids)
        if _is_cheap_to_gather(conn, count):
            source = "video_tag vt cross join video v on v.id = vt.video_id"
            return source, f"{where} and vt.tag_id = {int(rarest)}{_IN_FOLDER}"
    elif view.folder_id is not None and _is_cheap_to_gather(
        conn, _count_of(conn, "folder", view.folder_id)
    ):
        source = "folder_video fv cross join video v on v.id = fv.video_id"
        return source, f"{where} and fv.folder_id = :folder"
    return "video v", where + _IN_FOLDER


def _has_few_hits(conn: sqlite3.Connection, match: str) -> bool:
    row = conn.execute(
        "select count(*) from (select 1 from video_text where video_text match ? limit ?)",
        (match, FEW_HITS + 1),
    ).fetchone()
    return bool(row[0] <= FEW_HITS)


def _count_of(conn: sqlite3.Connection, table: Literal["tag", "folder"], row_id: int) -> int:
    """The kept count of videos of a tag or a folder; 0 when it is not there."""
    row = conn.execute(f"select video_count from {table} where id = ?", (row_id,)).fetchone()
    return int(row[0]) if row else 0


def _is_cheap_to_gather(conn: sqlite3.Connection, count: int) -> bool:
    """Gathering costs its n videos; walking to 60 hits costs 60 * total / n steps."""
    total = conn.execute("select video_count from library").fetchone()[0]
    return bool(count**2 < 60 * max(total, 1))


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
