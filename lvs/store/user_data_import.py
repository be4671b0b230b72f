"""Import of user data: find videos by file name, and add the data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from lvs.errors import InvalidInputError
from lvs.store import curation, items, tags
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Viewer


def videos_named(conn: Connection) -> tuple[dict[str, int], dict[str, list[int]]]:
    """(video by path, with and without its folder's name; videos by their file's own name)."""
    by_path: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    rows = conn.execute(
        "select r.name, f.path, f.item_id from file f join library_folder r on r.id = f.root_id"
        " order by f.missing_since is null, f.id"
    )
    for folder, raw, item_id in rows:
        path = os.fsdecode(raw)
        by_path[path] = by_path[f"{folder}/{path}"] = item_id
        same_name = by_name.setdefault(path.rpartition("/")[2], [])
        if item_id not in same_name:
            same_name.append(item_id)
    return by_path, by_name


def apply(
    tx: Transaction,
    viewer: Viewer,
    item_id: int,
    *,
    rating: int | None,
    views: int,
    favorite: bool,
    names: Sequence[str],
) -> None:
    """Add to what a video has. User data that is here already stays: its own rating, a higher
    count of views. Doing it twice changes nothing more.

    Raises InvalidInputError for tags that are not allowed.
    """
    conn = tx.connection
    own = curation.rating_of(conn, viewer, item_id).own
    if rating is not None and own is None:
        curation.rate(tx, viewer, item_id, rating)
    if favorite:
        curation.set_favorite(tx, viewer, item_id, True)
    if names:
        had = [tag.name for tag in tags.of_item(conn, item_id)]
        tags.set_all(tx, item_id, [*had, *names])
    raised = conn.execute(
        "update item set view_count = :views where id = :id and view_count < :views",
        {"views": views, "id": item_id},
    )
    if raised.rowcount:
        items.touch(tx, item_id)


def by_filename(conn: Connection, table: str, names: Sequence[str]) -> list[tuple[str, Any]]:
    """(file name, value) of a table of the previous server's database. Its value column has one of
    `names`; without any, the row itself is the value. Empty when there is no such table.

    Raises InvalidInputError when its columns are not known.
    """
    columns = {row[1] for row in conn.execute(f"pragma table_info({table})")}
    if not columns:
        return []
    value = next((f'"{name}"' for name in names if name in columns), "" if names else "1")
    if "filename" not in columns or not value:
        known = ", ".join(sorted(columns))
        raise InvalidInputError(
            f"The previous server's table {table} has columns that are not known: {known}."
        )
    rows = conn.execute(f"select filename, {value} from {table} where filename is not null")
    return rows.fetchall()
