"""Reads of the home page that no list has."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lvs.models import Folder
from lvs.store import roots
from lvs.store.backends.connection import Connection
from lvs.viewer import Audience

AT_ONCE = 5  # items of a folder that came at once, which are one tile
AT_ONCE_MS = 3_600_000  # at most between one and the next
FEWEST = 4  # entries that grouping may leave


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Neighbours in the list of newest items: one item by itself, or those that a folder got at
    once. `items` are (id, version), newest first; `folder_id` is None for a single item."""

    items: tuple[tuple[int, int], ...]
    folder_id: int | None
    added_at: int


def arrivals(conn: Connection, newest: Sequence[tuple[int, int]]) -> list[Arrivals]:
    """The newest items, as (id, version), grouped by the folder that their file is in.

    Where that leaves few, or groups alone, as after the first scan of a copied library, each is by
    itself: tiles of folders are in a row of their own.
    """
    rows = conn.execute(
        "select i.id, i.added_at, f.folder_id from item i join file f on f.id = i.file_id"
        f" where {conn.dialect.among('i.id', ':ids')}",
        {"ids": conn.dialect.array([item_id for item_id, _ in newest])},
    )
    found = {row[0]: (row[1], row[2]) for row in rows}
    groups: list[list[tuple[int, int]]] = []
    open_groups: dict[int, list[tuple[int, int]]] = {}  # by folder: the newest group
    for item in newest:
        if item[0] not in found:
            continue
        added_at, folder_id = found[item[0]]
        group = open_groups.get(folder_id)
        if group is None or found[group[-1][0]][0] - added_at > AT_ONCE_MS:
            group = open_groups[folder_id] = []
            groups.append(group)
        group.append(item)
    alone = [Arrivals((item,), None, found[item[0]][0]) for item in newest if item[0] in found]
    made = [
        Arrivals(tuple(group), found[group[0][0]][1], found[group[0][0]][0])
        for group in groups
        if len(group) >= AT_ONCE
    ]
    grouped = {item for one in made for item in one.items}
    made += [one for one in alone if one.items[0] not in grouped]
    if len(made) < FEWEST or len(grouped) == len(alone):
        return alone
    return sorted(made, key=lambda it: (it.added_at, it.items[0][0]), reverse=True)


def folders(conn: Connection, audience: Audience, ids: Collection[int]) -> dict[int, Folder]:
    """Folders by id, those that the audience sees."""
    rows = conn.execute(
        f"select id, root_id, path from folder where {conn.dialect.among('id', ':ids')}",
        {"ids": conn.dialect.array(ids)},
    ).fetchall()
    return {
        folder_id: folder
        for folder_id, root_id, path in rows
        if (folder := roots.folder_at(conn, audience, root_id, os.fsdecode(path))) is not None
    }


def has_thumbnails(conn: Connection, ids: Collection[int]) -> bool:
    """Whether one of these items has a thumbnail."""
    row = conn.execute(
        "select 1 from item where thumbnail is not null"
        f" and {conn.dialect.among('id', ':ids')} limit 1",
        {"ids": conn.dialect.array(ids)},
    ).fetchone()
    return row is not None
