"""User data as plain JSON, for backups and other programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lvs.store.backends.connection import Connection

FORMAT = 1


def export(conn: Connection) -> Iterator[str]:
    """The full export as lines of one JSON document, an item each, the same for the same data."""
    yield f'{{"format": {FORMAT}, "videos": ['
    before = ""
    for item in _items(conn):
        yield before + json.dumps(item, sort_keys=True)
        before = ","
    yield "]}"


@dataclass
class Portable:
    """The four files of the previous server, each by the item's path in the library."""

    ratings: dict[str, int] = field(default_factory=dict)
    views: dict[str, int] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    favorites: list[str] = field(default_factory=list)


def portable(conn: Connection) -> Portable:
    """The user data of all items, also of those whose file is offline."""
    found = Portable()
    several = conn.execute("select count(distinct root_id) > 1 from file").fetchone()[0]
    for item in _items(conn):
        file = item["files"][0]
        name = f"{file['folder']}/{file['path']}" if several else file["path"]
        if item["ratings"]:
            found.ratings[name] = item["ratings"][0]["value"]
        if item["views"]:
            found.views[name] = item["views"]
        if item["tags"]:
            found.tags[name] = item["tags"]
        if item["favorites"]:
            found.favorites.append(name)
    return found


def _items(conn: Connection) -> Iterator[dict[str, Any]]:
    """Every item by its identity; a query for all of each sort, walked side by side.

    A video does not name its kind, as before there were others, and has a layout.
    """
    files = _Groups(
        conn,
        "select i.media_hash, r.name as folder, f.path, f.size, f.fingerprint, f.missing_since"
        " from file f join library_folder r on r.id = f.root_id join item i on i.id = f.item_id"
        " order by i.media_hash, f.missing_since is not null, r.name, f.path, f.id",
    )
    tags = _Groups(
        conn,
        "select i.media_hash, t.name from item_tag it join tag t on t.id = it.tag_id"
        " join item i on i.id = it.item_id order by i.media_hash, t.key",
    )
    given = {
        table: _Groups(
            conn,
            f"select i.media_hash, u.name as user, {columns} from {table} g"
            ' join "user" u on u.id = g.user_id join item i on i.id = g.item_id'
            " order by i.media_hash, u.id",
        )
        for table, columns in (
            ("rating", "g.value, g.rated_at"),
            ("favorite", "g.added_at"),
            ("playback_progress", "g.position_s, g.watched, g.updated_at"),
        )
    }
    _, items = conn.stream(
        "select i.media_hash, i.kind, i.title, i.added_at, i.view_count, vf.projection_override,"
        " vf.stereo_override from item i left join video_facts vf on vf.item_id = i.id"
        " order by i.media_hash"
    )
    for media_hash, kind, title, added_at, views, projection, stereo in items:
        layout = {"layout": {"projection": projection, "stereo": stereo}}
        yield {
            "media_hash": media_hash,
            "title": title,
            "added_at": added_at,
            "views": views,
            "files": files.of(media_hash),
            "tags": [tag["name"] for tag in tags.of(media_hash)],
            "ratings": given["rating"].of(media_hash),
            "favorites": given["favorite"].of(media_hash),
            "progress": given["playback_progress"].of(media_hash),
            **(layout if kind == "video" else {"kind": kind}),
        }


class _Groups:
    """Rows that come in the order of their first column, handed out a group at a time."""

    def __init__(self, conn: Connection, query: str) -> None:
        names, self._rows = conn.stream(query)
        self._names = names[1:]
        self._next = next(self._rows, None)

    def of(self, key: str) -> list[dict[str, Any]]:
        found = []
        while self._next is not None and self._next[0] == key:
            found.append(dict(zip(self._names, map(_plain, self._next[1:]), strict=True)))
            self._next = next(self._rows, None)
        return found


def _plain(value: Any) -> Any:
    return os.fsdecode(value) if isinstance(value, bytes) else value
