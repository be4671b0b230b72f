"""Libraries as version 9 of the database kept them: before items, with rows in every table."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lvs.store.backends import sqlite
from lvs.store.migrations import available

VERSION = 9
LAST_EVENT = 4_321
_AT = 1_600_000_000_000


def build(path: Path, videos: int) -> None:
    """A library of `videos` videos in 50 folders of two roots, with ratings, favorites, tags,
    progress, saved searches, set layouts, missing and failed files, copies, bulk changes."""
    with sqlite3.connect(path, isolation_level=None) as conn:
        conn.executescript("pragma journal_mode = wal; pragma foreign_keys = on; begin;")
        _migrate(conn)
        _fill(conn, videos)
        conn.execute("commit")
    conn.close()


def _migrate(conn: sqlite3.Connection) -> None:
    conn.execute(
        "create table migration (version integer primary key, applied_at integer not null) strict"
    )
    for number, path in available():
        if number <= VERSION:
            for statement in sqlite.statements(path.read_text("utf-8")):
                conn.execute(statement)
            conn.execute("insert into migration values (?, ?)", (number, _AT))


def _fill(conn: sqlite3.Connection, videos: int) -> None:
    chance = random.Random(9)
    conn.execute("insert into user (id, name) values (2, 'another')")
    conn.executemany(
        "insert into root (id, name, identity, scanned_at, away_since) values (?, ?, ?, ?, ?)",
        [(1, "Films", "1:2", _AT, None), (2, "Trips", None, None, _AT + 1)],
    )
    folders: list[tuple[int, int, int | None, bytes, str]] = [
        (root, root, None, b"", "") for root in (1, 2)
    ]
    for number in range(3, 53):
        root = 1 + number % 2
        folders.append((number, root, root, f"Folder {number}".encode(), f"Folder {number}"))
    conn.executemany(
        "insert into folder (id, root_id, parent_id, path, name) values (?, ?, ?, ?, ?)", folders
    )
    conn.executemany(
        "insert into tag (id, name, key) values (?, ?, ?)",
        [(number, f"Täg {number}", f"täg {number}") for number in range(1, 41)],
    )
    for video_id in range(1, videos + 1):
        _add(conn, video_id, chance)
    conn.execute("delete from tag where video_count = 0")
    conn.executemany(
        "insert into saved_search (user_id, name, key, query, created_at) values (?, ?, ?, ?, ?)",
        [
            (1 + number % 2, f"Search {number}", f"search {number}", "sort=title", _AT)
            for number in range(30)
        ],
    )
    for bulk_id in range(1, 21):
        conn.execute("insert into bulk values (?, 'rate', '', ?)", (bulk_id, _AT))
        conn.executemany(
            "insert into bulk_before values (?, ?, 'null', '5')",
            [(bulk_id, video_id) for video_id in range(bulk_id, videos + 1, 20)],
        )
    topics = ("added", "changed", "removed", "copied", "folders", "away", "searches")
    conn.executemany(
        "insert into event (id, topic, video_id, at) values (?, ?, ?, ?)",
        [
            (number, topics[number % 7], 1 + number % videos if number % 7 < 4 else None, _AT)
            for number in range(1_000, LAST_EVENT + 1)
        ],
    )


def _add(conn: sqlite3.Connection, video_id: int, chance: random.Random) -> None:
    media_hash = f"{chance.getrandbits(64):016x}"
    title = f"Video {video_id:06} of Föhr"
    conn.execute(
        "insert into video (id, media_hash, fingerprint, title, title_key, added_at, random_key,"
        " version, file_id, size_bytes, view_count, probed_at, probe_error, container, duration_s,"
        " width, height, frame_rate, bit_rate, video_codec, audio_codec, hdr, recorded_at,"
        " audio_tracks, projection, stereo, thumbnail, preview, chosen_projection, chosen_stereo)"
        " values (?, ?, ?, ?, ?, ?, ?, 3, ?, ?, ?, ?, ?, 'mov', ?, 1920, 1080, 25, 8000000,"
        " 'h264', 'aac', ?, '2020-01-02', '[{\"language\": \"en\"}]', ?, ?, ?, ?, ?, ?)",
        (
            video_id,
            media_hash,
            media_hash[::-1],
            title,
            title.casefold(),
            _AT + chance.randrange(10**9),
            chance.randrange(2**31 - 1),
            video_id,
            chance.randrange(10**6, 4 * 10**9),
            chance.randrange(50),
            None if video_id % 23 == 0 else _AT,
            "Can't be read." if video_id % 29 == 0 else None,
            chance.randrange(7000),
            video_id % 3 == 0,
            "180" if video_id % 40 == 0 else "flat",
            "sbs" if video_id % 40 == 0 else "mono",
            media_hash,
            f"data:image/webp;base64,{'A' * 240}",
            "360" if video_id % 77 == 0 else None,
            "tb" if video_id % 77 == 0 else None,
        ),
    )
    _file(conn, video_id, title, media_hash[::-1])
    _rate(conn, video_id, chance)


def _file(conn: sqlite3.Connection, video_id: int, title: str, fingerprint: str) -> None:
    folder_id = 3 + video_id % 50
    root_id = 1 + folder_id % 2
    is_missing = video_id % 17 == 0
    path = f"Folder {folder_id}/{title}.mp4".encode()
    if video_id % 101 == 0:
        path += b"\xff.mkv"  # no UTF-8
    missing_since = _AT + 5 if is_missing else None
    file = "insert into file (id, root_id, folder_id, video_id, path, size, mtime_ns, fingerprint,"
    file += " missing_since) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    size = 1_000_003 * (video_id % 1_000)
    conn.execute(
        file,
        (video_id, root_id, folder_id, video_id, path, size, _AT, fingerprint, missing_since),
    )
    present = 0 if is_missing else 1
    if video_id % 50 == 0:
        copy = 10_000_000 + video_id
        place = (root_id, root_id, video_id, b"copy of " + path.rpartition(b"/")[2])
        conn.execute(file, (copy, *place, size, _AT, fingerprint, None))
        present += 1
    conn.execute("update video set file_count = ? where id = ?", (present, video_id))
    if present:
        conn.executemany(
            "insert into folder_video values (?, ?)", [(folder_id, video_id), (root_id, video_id)]
        )
        conn.execute(
            "insert into video_text (rowid, title, path, tags) values (?, ?, ?, '')",
            (video_id, title, os.fsdecode(path).replace("/", " ").encode("utf-8", "replace")),
        )


def _rate(conn: sqlite3.Connection, video_id: int, chance: random.Random) -> None:
    if video_id % 3 == 0:
        for user_id in (1, 2) if video_id % 6 == 0 else (1,):
            conn.execute(
                "insert into rating values (?, ?, ?, ?)",
                (video_id, user_id, chance.randrange(1, 6), _AT),
            )
    if video_id % 5 == 0:
        conn.execute("insert into favorite values (?, ?, ?)", (video_id, 1, _AT))
    if video_id % 7 == 0:
        conn.execute("insert into favorite values (?, ?, ?)", (video_id, 2, _AT))
    if video_id % 4 == 0:
        position_s = chance.randrange(7000) + 0.5
        conn.execute(
            "insert into progress values (?, ?, ?, ?, ?)",
            (video_id, 1, position_s, video_id % 8 == 0, _AT + video_id),
        )
    conn.executemany(
        "insert into video_tag values (?, ?, ?)",
        [(video_id, 1 + (video_id * step) % 39, _AT) for step in (1, 2) if video_id % 39],
    )


def export(conn: sqlite3.Connection) -> Iterator[str]:
    """What version 9 exported: the lines of `lvs.store.export.export` at that time."""
    yield '{"format": 1, "videos": ['
    before = ""
    for row in conn.execute(
        "select id, media_hash, title, added_at, view_count, chosen_projection, chosen_stereo"
        " from video order by media_hash"
    ).fetchall():
        video_id, media_hash, title, added_at, views, projection, stereo = row
        video = {
            "media_hash": media_hash,
            "title": title,
            "added_at": added_at,
            "views": views,
            "files": _rows(
                conn,
                "select r.name as folder, f.path, f.size, f.fingerprint, f.missing_since from file"
                " f join root r on r.id = f.root_id where f.video_id = ?"
                " order by f.missing_since is not null, r.name, f.path, f.id",
                video_id,
            ),
            "tags": [
                tag["name"]
                for tag in _rows(
                    conn,
                    "select t.name from video_tag vt join tag t on t.id = vt.tag_id"
                    " where vt.video_id = ? order by t.key",
                    video_id,
                )
            ],
            "ratings": _of_users(conn, "rating", "g.value, g.rated_at", video_id),
            "favorites": _of_users(conn, "favorite", "g.added_at", video_id),
            "progress": _of_users(
                conn, "progress", "g.position_s, g.watched, g.updated_at", video_id
            ),
            "layout": {"projection": projection, "stereo": stereo},
        }
        yield before + json.dumps(video, sort_keys=True)
        before = ","
    yield "]}"


def _of_users(
    conn: sqlite3.Connection, table: str, columns: str, video_id: int
) -> list[dict[str, Any]]:
    return _rows(
        conn,
        f"select u.name as user, {columns} from {table} g join user u on u.id = g.user_id"
        " where g.video_id = ? order by u.id",
        video_id,
    )


def _rows(conn: sqlite3.Connection, query: str, video_id: int) -> list[dict[str, Any]]:
    found = conn.execute(query, (video_id,))
    names = [column[0] for column in found.description]
    return [
        {
            name: os.fsdecode(value) if isinstance(value, bytes) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in found
    ]
