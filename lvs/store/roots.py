"""The configured library folders and the folders under them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lvs import paths
from lvs.models import Folder, Root
from lvs.store import visibility
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Audience


def configure(tx: Transaction, names: Mapping[str, str]) -> list[Root]:
    """Make the roots of the store those of the settings, `{name: absolute path}`.

    Returns them in the order given. Files of a root that is no longer configured are marked
    missing; they are known again by their fingerprints wherever they turn up.
    """
    roots = []
    for name, path in names.items():
        tx.connection.execute(
            "insert into library_folder (name) values (?) on conflict do nothing", (name,)
        )
        row = tx.connection.execute(
            "select id, offline_since from library_folder where name = ?", (name,)
        ).fetchone()
        folder_id(tx, row[0], "")
        roots.append(Root(id=row[0], name=name, path=path, offline_since=row[1]))
    return roots


def unconfigured(conn: Connection, configured: Sequence[Root]) -> list[int]:
    """Ids of roots that the settings no longer name."""
    marks = ",".join("?" * len(configured))
    rows = conn.execute(
        f"select id from library_folder where id not in ({marks})", [root.id for root in configured]
    )
    return [row[0] for row in rows]


def scan_state(conn: Connection, root_id: int) -> tuple[str | None, int | None, int]:
    """(identity, end of the first scan, number of files present) of a root."""
    row = conn.execute(
        "select identity, scanned_at from library_folder where id = ?", (root_id,)
    ).fetchone()
    count = conn.execute(
        "select count(*) from (select 1 from file"
        f" {conn.dialect.indexed_by('file_present_path')}"
        " where root_id = ? and missing_since is null limit 2) found",
        (root_id,),
    ).fetchone()
    return row[0], row[1], count[0]


def set_scanned(tx: Transaction, root_id: int, identity: str) -> None:
    tx.connection.execute(
        "update library_folder set identity = ?, scanned_at = coalesce(scanned_at, ?) where id = ?",
        (identity, tx.at, root_id),
    )


def set_offline(tx: Transaction, root_id: int, offline_since: int | None) -> None:
    tx.connection.execute(
        "update library_folder set offline_since = ? where id = ?", (offline_since, root_id)
    )
    tx.emit("folder.availability", root_id)


def folder_id(tx: Transaction, root_id: int, path: str) -> int:
    """The id of a folder, made with those above it when it is new."""
    row = tx.connection.execute(
        "select id from folder where root_id = ? and path = ?", (root_id, os.fsencode(path))
    ).fetchone()
    if row:
        return int(row[0])
    above, _, name = path.rpartition("/")
    parent = folder_id(tx, root_id, above) if path else None
    row = tx.connection.execute(
        "insert into folder (root_id, parent_id, path, name) values (?, ?, ?, ?) returning id",
        (root_id, parent, os.fsencode(path), paths.to_words(name)),
    ).fetchone()
    tx.emit("folder.updated", row[0])
    return int(row[0])


_FOLDER = "id, root_id, parent_id, path, name, item_count"


def _folder(row: tuple[int, int, int | None, bytes, str, int]) -> Folder:
    return Folder(row[0], row[1], row[2], os.fsdecode(row[3]), row[4], row[5])


def folder_at(conn: Connection, audience: Audience, root_id: int, path: str) -> Folder | None:
    """A folder with the number of its items that the audience sees. None when it is not there, or
    the audience sees nothing of it."""
    if not audience.sees_folder(root_id):
        return None
    row = conn.execute(
        f"select {_FOLDER} from folder where root_id = ? and path = ?",
        (root_id, os.fsencode(path)),
    ).fetchone()
    if row is None:
        return None
    folder = _folder(row)
    hidden = visibility.hidden_count(conn, audience, folder.id)
    if hidden and hidden == folder.item_count:
        return None
    return replace(folder, item_count=folder.item_count - hidden)


def folders_in(
    conn: Connection, audience: Audience, folder_id: int, limit: int = 500
) -> list[Folder]:
    """The folders directly inside one that the audience sees, those with items, by name."""
    rows = conn.execute(
        f"select {_FOLDER} from folder where parent_id = ? and item_count > 0"
        " order by lower(name), id limit ?",
        (folder_id, limit),
    )
    found = [_folder(row) for row in rows]
    hidden = visibility.hidden_counts(conn, audience, folder_id)
    if hidden:
        seen = ((folder, folder.item_count - hidden.get(folder.id, 0)) for folder in found)
        found = [replace(folder, item_count=count) for folder, count in seen if count]
    return found


def all_folders(conn: Connection, audience: Audience, limit: int) -> list[Folder]:
    """Folders with items in the library folders that the audience sees, those with most first.
    Their counts are of all items, also of hidden ones."""
    rows = conn.execute(
        f"select {_FOLDER} from folder where item_count > 0 order by item_count desc, id limit ?",
        (limit,),
    )
    return [folder for folder in map(_folder, rows) if audience.sees_folder(folder.root_id)]


def folder_paths(conn: Connection, root_id: int, below: str = "") -> list[str]:
    """Paths of the known folders of a root that hold a present file, `below` or all."""
    rows = conn.execute(
        "select path from folder where root_id = ? and exists (select 1 from file"
        " where folder_id = folder.id and missing_since is null)",
        (root_id,),
    )
    every = (os.fsdecode(row[0]) for row in rows)
    return [path for path in every if not below or path == below or _in(path, below)]


def _in(path: str, folder: str) -> bool:
    return path.startswith(folder + "/")
