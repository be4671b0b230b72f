"""The same change of many items, batch by batch, and its undoing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lvs.errors import InvalidInputError, NotFoundError
from lvs.models import Bulk
from lvs.store import curation, items, playback, tags
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Viewer

KEPT = 20
DELETE_TAG = "delete-tag"
# Changes of something else than items. Their value is what undoing them needs; "" when it is too
# late for that, or done.
DELETE_SEARCH = "delete-search"
CLEANUP = "clean-up"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change: what an item has now, and how it gets another value of that.

    `missing` also changes items whose files are missing.
    """

    read: Callable[[Connection, Viewer, int, str], Any]
    write: Callable[[Transaction, Viewer, int, str, Any], object]
    missing: bool = False


def _tag_is_there(conn: Connection, _: Viewer, item_id: int, name: str) -> bool:
    return tags.has(conn, item_id, name)


def _set_tag(tx: Transaction, _: Viewer, item_id: int, name: str, there: bool) -> None:
    (tags.add if there else tags.remove)(tx, item_id, name)


KINDS: dict[str, Kind] = {
    "rate": Kind(
        lambda conn, viewer, item_id, _: curation.rating_of(conn, viewer, item_id).own,
        lambda tx, viewer, item_id, _, value: curation.rate(tx, viewer, item_id, value),
    ),
    "favorite": Kind(
        lambda conn, viewer, item_id, _: curation.is_favorite(conn, viewer, item_id),
        lambda tx, viewer, item_id, _, value: curation.set_favorite(tx, viewer, item_id, value),
    ),
    "watched": Kind(
        lambda conn, viewer, item_id, _: list(playback.state_of(conn, viewer, item_id)),
        lambda tx, viewer, item_id, _, value: playback.set_state(tx, viewer, item_id, *value),
    ),
    "tag": Kind(_tag_is_there, _set_tag),
    DELETE_TAG: Kind(_tag_is_there, _set_tag, missing=True),
}


@dataclass(frozen=True, slots=True)
class BulkAction:
    """What a form can ask for by the `name` alone: items get what is `wanted` of a kind. `done`
    says so, with the number of items in place of `{}`."""

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


def begin(tx: Transaction, viewer: Viewer, kind: str, value: str) -> int:
    """The id of a new change; the oldest ones can then no longer be undone."""
    row = tx.connection.execute(
        "insert into bulk_edit (user_id, action, value, at) values (?, ?, ?, ?) returning id",
        (viewer.user_id, kind, value, tx.at),
    ).fetchone()
    tx.connection.execute(
        "delete from bulk_edit where user_id = :viewer and id not in (select id from bulk_edit"
        " where user_id = :viewer order by id desc limit :kept)",
        {"viewer": viewer.user_id, "kept": KEPT},
    )
    return int(row[0])


def change(
    tx: Transaction, viewer: Viewer, bulk_edit_id: int, item_ids: Sequence[int], wanted: Any
) -> int:
    """Give these items what is `wanted`; returns how many had something else.

    An item that may not have it (too many tags) is left as it is.
    """
    conn = tx.connection
    kind, argument = _kind_of(conn, viewer, bulk_edit_id)
    changed = 0
    for item_id in items.present(conn, viewer.audience, item_ids, missing=kind.missing):
        before = kind.read(conn, viewer, item_id, argument)
        if before == wanted:
            continue
        if not _apply(tx, viewer, kind, item_id, argument, wanted):
            continue
        conn.execute(
            "insert into bulk_edit_item (bulk_edit_id, item_id, before, after) values (?, ?, ?, ?)",
            (bulk_edit_id, item_id, json.dumps(before), json.dumps(wanted)),
        )
        changed += 1
    return changed


def undo(tx: Transaction, viewer: Viewer, bulk_edit_id: int, limit: int) -> int | None:
    """Undo up to `limit` items; returns how many, or None when there is nothing left to undo.

    One that was changed again since keeps what it has.
    """
    conn = tx.connection
    kind, argument = _kind_of(conn, viewer, bulk_edit_id)
    rows = conn.execute(
        "delete from bulk_edit_item where (bulk_edit_id, item_id) in"
        " (select bulk_edit_id, item_id from bulk_edit_item where bulk_edit_id = ?"
        " order by item_id limit ?)"
        " returning item_id, before, after",
        (bulk_edit_id, limit),
    ).fetchall()
    undone = 0
    for item_id, before, after in rows:
        if kind.read(conn, viewer, item_id, argument) == json.loads(after):
            undone += _apply(tx, viewer, kind, item_id, argument, json.loads(before))
    return undone if rows else None


def _apply(
    tx: Transaction, viewer: Viewer, kind: Kind, item_id: int, argument: str, value: Any
) -> bool:
    """Whether an item may have it."""
    try:
        kind.write(tx, viewer, item_id, argument, value)
    except InvalidInputError:
        return False
    return True


def bulk(conn: Connection, viewer: Viewer, bulk_edit_id: int) -> Bulk:
    """A change of the viewer's that can be undone. Raises NotFoundError."""
    row = conn.execute(
        "select id, action, value,"
        " (select count(*) from bulk_edit_item where bulk_edit_id = bulk_edit.id)"
        " from bulk_edit where id = ? and user_id = ?",
        (bulk_edit_id, viewer.user_id),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"This change can no longer be undone: only the last {KEPT} are kept.")
    return Bulk(*row)


def take_value(tx: Transaction, viewer: Viewer, bulk_edit_id: int) -> str:
    """The value of a change of something else than items, which then can't be undone again; "" when
    it was taken before. Raises NotFoundError."""
    found = bulk(tx.connection, viewer, bulk_edit_id)
    tx.connection.execute("update bulk_edit set value = '' where id = ?", (found.id,))
    return found.value


def _kind_of(conn: Connection, viewer: Viewer, bulk_edit_id: int) -> tuple[Kind, str]:
    found = bulk(conn, viewer, bulk_edit_id)
    return KINDS[found.kind], found.value
