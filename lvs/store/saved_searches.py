"""Searches that people keep by a name."""

from __future__ import annotations

import contextlib
import json

from lvs.errors import ConflictError, InvalidInputError, NotFoundError
from lvs.models import SavedSearch
from lvs.store import bulk, tags
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Viewer

MOST = 30
MOST_PINNED = 6


def saved(conn: Connection, viewer: Viewer) -> list[SavedSearch]:
    """A user's saved searches by name."""
    rows = conn.execute(
        "select id, name, query, pinned from saved_search where user_id = ? order by key",
        (viewer.user_id,),
    )
    return [SavedSearch(row[0], row[1], row[2], bool(row[3])) for row in rows]


def save(tx: Transaction, viewer: Viewer, name: str, query: str) -> None:
    """Keep a search; one of the same name becomes this one. Raises InvalidInputError."""
    words = tags.clean_name(name, "A name")
    key = tags.tag_key(words)
    others = [search for search in saved(tx.connection, viewer) if tags.tag_key(search.name) != key]
    if len(others) >= MOST:
        raise InvalidInputError(f"You can keep {MOST} saved searches. Delete one first.")
    tx.connection.execute(
        "insert into saved_search (user_id, name, key, query, created_at) values (?, ?, ?, ?, ?)"
        " on conflict (user_id, key) do update set name = excluded.name, query = excluded.query",
        (viewer.user_id, words, key, query, tx.at),
    )
    tx.emit("saved_search.updated", user_id=viewer.user_id)


def rename(tx: Transaction, viewer: Viewer, search_id: int, name: str) -> None:
    """Raises NotFoundError when it is not there, ConflictError when another one has the name."""
    words = tags.clean_name(name, "A name")
    others = [one for one in saved(tx.connection, viewer) if one.id != search_id]
    if any(tags.tag_key(one.name) == tags.tag_key(words) for one in others):
        raise ConflictError(f"Another saved search is named “{words}”. Choose another name.")
    _change(tx, viewer, search_id, "name = ?, key = ?", words, tags.tag_key(words))


def pin(tx: Transaction, viewer: Viewer, search_id: int, pinned: bool) -> None:
    """Give the home a row of it, or remove that row. Raises NotFoundError when it is not there,
    ConflictError when the home has enough."""
    others = [one for one in saved(tx.connection, viewer) if one.id != search_id and one.pinned]
    if pinned and len(others) >= MOST_PINNED:
        raise ConflictError(f"Home shows {MOST_PINNED} saved searches at most. Unpin one first.")
    _change(tx, viewer, search_id, "pinned = ?", int(pinned))


def _change(tx: Transaction, viewer: Viewer, search_id: int, what: str, *values: str | int) -> None:
    changed = tx.connection.execute(
        f"update saved_search set {what} where id = ? and user_id = ?",
        (*values, search_id, viewer.user_id),
    )
    if not changed.rowcount:
        raise NotFoundError("Saved search not found. It may have been deleted.")
    tx.emit("saved_search.updated", user_id=viewer.user_id)


def delete(tx: Transaction, viewer: Viewer, search_id: int) -> tuple[int, str]:
    """(id by which it is undone, the search's name). Raises NotFoundError when it is not there."""
    row = tx.connection.execute(
        "delete from saved_search where id = ? and user_id = ? returning name, query, pinned",
        (search_id, viewer.user_id),
    ).fetchone()
    if row is None:
        raise NotFoundError("Saved search not found. It may have been deleted.")
    tx.emit("saved_search.updated", user_id=viewer.user_id)
    return bulk.begin(tx, viewer, bulk.DELETE_SEARCH, json.dumps(list(row))), row[0]


def restore(tx: Transaction, viewer: Viewer, bulk_edit_id: int) -> str:
    """Save a deleted search again; returns its name, "" when it was restored before. Raises
    ConflictError when another one has its name by now, NotFoundError when it is no longer kept."""
    value = bulk.take_value(tx, viewer, bulk_edit_id)
    if not value:
        return ""
    name, query, pinned = json.loads(value)
    if any(tags.tag_key(one.name) == tags.tag_key(name) for one in saved(tx.connection, viewer)):
        raise ConflictError(f"Another saved search is named “{name}”. Rename or delete it first.")
    save(tx, viewer, name, query)
    (restored,) = [one.id for one in saved(tx.connection, viewer) if one.name == name]
    with contextlib.suppress(ConflictError):  # others were pinned since
        pin(tx, viewer, restored, bool(pinned))
    return str(name)
