"""The same change of many videos, batch by batch, and its undoing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lvs.errors import InvalidInputError, NotFoundError
from lvs.models import Bulk
from lvs.store import curation, playback, tags, videos
from lvs.store.backends.sqlite import Connection
from lvs.store.writer import Transaction

KEPT = 20
DELETE_TAG = "delete-tag"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change: what a video has now, and how it gets another value of that.

    `missing` also changes videos whose files are missing.
    """

    read: Callable[[Connection, int, str], Any]
    write: Callable[[Transaction, int, str, Any], object]
    missing: bool = False


def _tag_is_there(conn: Connection, video_id: int, name: str) -> bool:
    return tags.has(conn, video_id, name)


def _set_tag(tx: Transaction, video_id: int, name: str, there: bool) -> None:
    (tags.add if there else tags.remove)(tx, video_id, name)


KINDS: dict[str, Kind] = {
    "rate": Kind(
        lambda conn, video_id, _: curation.rating_of(conn, video_id).own,
        lambda tx, video_id, _, value: curation.rate(tx, video_id, value),
    ),
    "favorite": Kind(
        lambda conn, video_id, _: curation.is_favorite(conn, video_id),
        lambda tx, video_id, _, value: curation.set_favorite(tx, video_id, value),
    ),
    "watched": Kind(
        lambda conn, video_id, _: list(playback.state_of(conn, video_id)),
        lambda tx, video_id, _, value: playback.set_state(tx, video_id, *value),
    ),
    "tag": Kind(_tag_is_there, _set_tag),
    DELETE_TAG: Kind(_tag_is_there, _set_tag, missing=True),
}


@dataclass(frozen=True, slots=True)
class BulkAction:
    """What a form can ask for by the `name` alone: videos get what is `wanted` of a kind. `done`
    says so, with the number of videos in place of `{}`."""

    name: str
    kind: str
    wanted: Any
    done: str


ACTIONS = {
    one.name: one
    for one in (
        BulkAction("favorite", "favorite", True, "{} added to favorites"),
        BulkAction("unfavorite", "favorite", False, "{} removed from favorites"),
        BulkAction("watched", "watched", [0.0, True], "{} marked as watched"),
        BulkAction("unwatched", "watched", [0.0, False], "{} marked as unwatched"),
        BulkAction("clear", "rate", None, "Rating cleared for {}"),
    )
}


def begin(tx: Transaction, kind: str, value: str) -> int:
    """The id of a new change; the oldest ones can then no longer be undone."""
    row = tx.connection.execute(
        "insert into bulk (action, value, at) values (?, ?, ?) returning id", (kind, value, tx.at)
    ).fetchone()
    tx.connection.execute("delete from bulk where id <= ?", (row[0] - KEPT,))
    return int(row[0])


def change(tx: Transaction, bulk_id: int, video_ids: Sequence[int], wanted: Any) -> int:
    """Give these videos what is `wanted`; returns how many had something else.

    A video that may not have it (too many tags) is left as it is.
    """
    conn = tx.connection
    kind, argument = _kind_of(conn, bulk_id)
    changed = 0
    for video_id in videos.present(conn, video_ids, missing=kind.missing):
        before = kind.read(conn, video_id, argument)
        if before == wanted:
            continue
        if not _apply(tx, kind, video_id, argument, wanted):
            continue
        conn.execute(
            "insert into bulk_before (bulk_id, video_id, before, after) values (?, ?, ?, ?)",
            (bulk_id, video_id, json.dumps(before), json.dumps(wanted)),
        )
        changed += 1
    return changed


def undo(tx: Transaction, bulk_id: int, limit: int) -> int | None:
    """Undo up to `limit` videos; returns how many, or None when there is nothing left to undo.

    One that was changed again since keeps what it has.
    """
    conn = tx.connection
    kind, argument = _kind_of(conn, bulk_id)
    rows = conn.execute(
        "delete from bulk_before where (bulk_id, video_id) in"
        " (select bulk_id, video_id from bulk_before where bulk_id = ? order by video_id limit ?)"
        " returning video_id, before, after",
        (bulk_id, limit),
    ).fetchall()
    undone = 0
    for video_id, before, after in rows:
        if kind.read(conn, video_id, argument) == json.loads(after):
            undone += _apply(tx, kind, video_id, argument, json.loads(before))
    return undone if rows else None


def _apply(tx: Transaction, kind: Kind, video_id: int, argument: str, value: Any) -> bool:
    """Whether a video may have it."""
    try:
        kind.write(tx, video_id, argument, value)
    except InvalidInputError:
        return False
    return True


def bulk(conn: Connection, bulk_id: int) -> Bulk:
    """A change that can be undone. Raises NotFoundError."""
    row = conn.execute(
        "select id, action, value, (select count(*) from bulk_before where bulk_id = bulk.id)"
        " from bulk where id = ?",
        (bulk_id,),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"This change can no longer be undone: only the last {KEPT} are kept.")
    return Bulk(*row)


def _kind_of(conn: Connection, bulk_id: int) -> tuple[Kind, str]:
    found = bulk(conn, bulk_id)
    return KINDS[found.kind], found.value
