"""Deletes videos whose files have been missing for long, with their user data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from lvs.store.backends.sqlite import Connection
from lvs.store.writer import Transaction


@dataclass(frozen=True, slots=True)
class PurgeCandidate:
    """A video to delete: its title, since when its files are missing (ms), its user data."""

    id: int
    title: str
    missing_since: int
    ratings: int
    favorites: int
    tags: int
    views: int


_MISSING = (
    "select v.id, v.title, max(f.missing_since) as gone, v.rating_count, v.favorite_count,"
    " (select count(*) from video_tag where video_id = v.id), v.view_count"
    " from video v join file f on f.video_id = v.id where v.file_count = 0"
)


def long_missing(conn: Connection, before: int) -> list[PurgeCandidate]:
    """Videos of which every file went missing before a time (ms), longest missing first."""
    rows = conn.execute(f"{_MISSING} group by v.id having gone < ? order by gone, v.id", (before,))
    return [PurgeCandidate(*row) for row in rows]


def newest_missing(conn: Connection, limit: int) -> list[PurgeCandidate]:
    """Videos without any file, the last that went missing first."""
    rows = conn.execute(f"{_MISSING} group by v.id order by gone desc, v.id limit ?", (limit,))
    return [PurgeCandidate(*row) for row in rows]


def count_missing(conn: Connection, before: int) -> tuple[int, int]:
    """(videos without any file, those of which every file went missing before a time (ms))."""
    row = conn.execute(
        "select count(*), coalesce(sum(gone < ?), 0) from (select max(f.missing_since) as gone"
        " from video v join file f on f.video_id = v.id where v.file_count = 0 group by v.id)",
        (before,),
    ).fetchone()
    return int(row[0]), int(row[1])


_BELONGS = ("rating", "favorite", "progress", "video_tag", "folder_video", "file")


def purge(tx: Transaction, video_ids: Sequence[int]) -> int:
    """Delete those of these videos that still have no file; returns how many."""
    conn = tx.connection
    rows = conn.execute(
        "select id from video where file_count = 0 and id in (select value from json_each(?))",
        (json.dumps(list(video_ids)),),
    ).fetchall()
    purged = json.dumps([row[0] for row in rows])
    for table in _BELONGS:
        conn.execute(
            f"delete from {table} where video_id in (select value from json_each(?))", (purged,)
        )
    conn.execute("delete from tag where video_count = 0")
    conn.execute("delete from video where id in (select value from json_each(?))", (purged,))
    for (video_id,) in rows:
        tx.emit("removed", video_id)
    return len(rows)
