"""Items: cards, details, and the state of the work on them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lvs.errors import NotFoundError
from lvs.kinds import KINDS
from lvs.kinds.kind import Facts
from lvs.models import Card, CardFile, CardProbe, CardThumbnail, Folder, ItemDetails
from lvs.store import facts, files, visibility
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Audience

_CARD_COLUMNS = (
    "i.id",
    "i.kind",
    "i.media_hash",
    "i.version",
    "i.title",
    "i.added_at",
    "i.duration_s",
    "i.view_count",
    "i.probe_error",
    "i.container",
    "i.recorded_at",
    "i.thumbnail",
    "i.preview",
    "i.size_bytes",
    "f.root_id",
    "f.path",
    "f.missing_since",
)
# What a probe finds of items of every kind; the rest is in the table of its kind.
_PROBED = {
    "container",
    "duration_s",
    "bit_rate",
    "recorded_at",
    "probe_error",
    "thumbnail",
    "preview",
}
_CARD = ", ".join(_CARD_COLUMNS)
_FROM = "from item i join file f on f.id = i.file_id"


def _card(row: Sequence[Any], its_facts: Facts) -> Card:
    """A card from a row that begins with its columns."""
    id_, kind, media_hash, version, title, added_at, duration_s, views = row[:8]
    probe_error, container, recorded_at, key, preview = row[8:13]
    size, root_id, path, missing_since = row[13 : len(_CARD_COLUMNS)]
    return Card(
        id_,
        kind,
        media_hash,
        version,
        title,
        added_at,
        duration_s or None,
        views,
        CardFile(root_id, os.fsdecode(path), size, missing_since),
        CardProbe(probe_error, container, recorded_at),
        CardThumbnail(key, preview),
        its_facts,
    )


def _with_facts(conn: Connection, rows: Sequence[Any]) -> dict[int, Card]:
    found = facts.of_items(conn, {row[0]: row[1] for row in rows})
    return {row[0]: _card(row, found[row[0]]) for row in rows}


def cards(conn: Connection, audience: Audience, item_ids: Iterable[int]) -> dict[int, Card]:
    """The cards of those of these items that the audience sees, by id: one query, and one for each
    kind among them."""
    rows = conn.execute(
        f"select {_CARD} {_FROM} where {conn.dialect.among('i.id')}",
        (conn.dialect.array(item_ids),),
    ).fetchall()
    return visibility.as_seen(conn, audience, _with_facts(conn, rows))


def card(conn: Connection, audience: Audience, item_id: int) -> Card:
    """Raises NotFoundError for an item that was deleted, or that the audience does not see."""
    found = cards(conn, audience, [item_id])
    if item_id not in found:
        raise NotFoundError("This item was removed from the library.")
    return found[item_id]


def files_within(
    conn: Connection, folder: Folder, item_ids: Iterable[int]
) -> dict[int, tuple[int, str]]:
    """(root, path) of a copy in this folder, of those items whose own file is elsewhere."""
    rows = conn.execute(
        "select i.id, f.root_id, f.path, f.id = i.file_id from item i"
        f" join file f on f.item_id = i.id where {conn.dialect.among('i.id')}"
        " and i.file_count > 1 and f.missing_since is null order by f.id desc",
        (conn.dialect.array(item_ids),),
    )
    prefix = f"{folder.path}/" if folder.path else ""
    found: dict[int, tuple[int, str]] = {}
    at_home = set()
    for item_id, root_id, raw_path, is_own in rows:
        path = os.fsdecode(raw_path)
        if root_id == folder.root_id and path.startswith(prefix):
            found[item_id] = root_id, path
            if is_own:
                at_home.add(item_id)
    return {item_id: place for item_id, place in found.items() if item_id not in at_home}


def details(conn: Connection, audience: Audience, item_id: int) -> ItemDetails:
    """Raises NotFoundError for an item that was deleted, or that the audience does not see."""
    row = conn.execute(
        f"select {_CARD}, i.fingerprint, i.bit_rate {_FROM} where i.id = ?",
        (item_id,),
    ).fetchone()
    if row is None:
        raise NotFoundError("This item was removed from the library.")
    seen = visibility.as_seen(conn, audience, _with_facts(conn, [row]))
    if item_id not in seen:
        raise NotFoundError("This item was removed from the library.")
    fingerprint, bit_rate = row[len(_CARD_COLUMNS) :]
    its_files = tuple(files.visible_of_video(conn, audience, item_id))
    return ItemDetails(seen[item_id], fingerprint, bit_rate, its_files)


def id_of_hash(conn: Connection, audience: Audience, media_hash: str) -> int | None:
    """None for an identity that the audience sees nothing of."""
    row = conn.execute("select id from item where media_hash = ?", (media_hash,)).fetchone()
    return row[0] if row and visibility.visible(conn, audience, [row[0]]) else None


def present(
    conn: Connection, audience: Audience, item_ids: Iterable[int], *, missing: bool = False
) -> list[int]:
    """Those of these items that have a file, and that the audience sees; with `missing`, also
    those without a file."""
    there = "" if missing else " and file_count > 0"
    rows = conn.execute(
        f"select id from item where {conn.dialect.among('id')}{there}",
        (conn.dialect.array(item_ids),),
    )
    found = [row[0] for row in rows]
    seen = visibility.visible(conn, audience, found)
    return [item_id for item_id in found if item_id in seen]


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """`key` names the derived files; None while there are none."""

    item_id: int
    key: str | None
    preview: str | None


def thumbnail_of(conn: Connection, audience: Audience, media_hash: str) -> Thumbnail | None:
    row = conn.execute(
        "select id, thumbnail, preview from item where media_hash = ?", (media_hash,)
    ).fetchone()
    return Thumbnail(*row) if row and visibility.visible(conn, audience, [row[0]]) else None


@dataclass(frozen=True, slots=True)
class Work:
    """One file to probe: the item, its content, and its path. `thumbnail` is the key of its
    present thumbnails, `inputs` are what users have set that the probe depends on."""

    item_id: int
    fingerprint: str
    root_id: int
    path: str
    thumbnail: str | None
    inputs: Facts


def waiting(
    conn: Connection, *, limit: int, wanted: Sequence[int], busy: Iterable[int]
) -> list[Work]:
    """Items not yet probed: those on an open page, then the newest."""
    array, among = conn.dialect.array, conn.dialect.among
    select = (
        f"select i.id, i.kind, i.fingerprint, f.root_id, f.path, i.thumbnail"
        f" {_FROM} join library_folder r on r.id = f.root_id"
        " where i.probed_at is null and i.file_count > 0 and r.offline_since is null"
        f" and not ({among('i.id', ':busy')})"
    )
    names: dict[str, Any] = {
        "busy": array(busy),
        "limit": limit,
        "wanted": array(wanted),
    }
    rows: list[Any] = []
    if wanted:
        rows = conn.execute(
            f"{select} and {among('i.id', ':wanted')} limit :limit", names
        ).fetchall()
    if len(rows) < limit:
        rows += conn.execute(select + " order by i.added_at desc limit :limit", names).fetchall()
    inputs = facts.inputs(conn, {row[0]: row[1] for row in rows})
    work = {
        item_id: Work(item_id, content, root_id, os.fsdecode(path), thumbnail, inputs[item_id])
        for item_id, _, content, root_id, path, thumbnail in rows
    }
    return list(work.values())[:limit]


def count(conn: Connection) -> int:
    """How many there are, also those whose files are missing."""
    return int(conn.execute("select count(*) from item").fetchone()[0])


def count_waiting(conn: Connection) -> int:
    row = conn.execute(
        "select count(*) from item where probed_at is null and file_count > 0"
    ).fetchone()
    return int(row[0])


def record_probe(tx: Transaction, item_id: int, fingerprint: str, columns: dict[str, Any]) -> bool:
    """Store what a worker found out, if the content is still the one that it probed."""
    tx.by_ingest = True
    shared = {name: value for name, value in columns.items() if name in _PROBED}
    assigned = ", ".join(f"{name} = :{name}" for name in shared)
    row = tx.connection.execute(
        f"update item set {assigned}, probed_at = :_at, version = version + 1"
        " where id = :_id and fingerprint = :_fingerprint returning kind",
        {**shared, "_at": tx.at, "_id": item_id, "_fingerprint": fingerprint},
    ).fetchone()
    if row is None:
        return False
    kind = KINDS[row[0]]
    facts.record(tx, kind, item_id, columns)
    if kind.has_words:
        files.name_item(tx, item_id)
    tx.emit("item.updated", item_id, kind=kind.id)
    return True


def touch(tx: Transaction, item_id: int) -> None:
    """A new version of an item's card, sent to every page."""
    row = tx.connection.execute(
        "update item set version = version + 1 where id = ? returning kind", (item_id,)
    ).fetchone()
    if row is not None:
        tx.emit("item.updated", item_id, kind=row[0], may_need_probe=False)


def regenerate(tx: Transaction, item_id: int) -> None:
    """Queue an item again because its thumbnails are missing."""
    row = tx.connection.execute(
        "update item set probed_at = null, thumbnail = null, version = version + 1 where id = ?"
        " returning kind",
        (item_id,),
    ).fetchone()
    if row is not None:
        tx.emit("item.updated", item_id, kind=row[0])


def retry(tx: Transaction, item_id: int | None = None) -> int:
    """Put failed items, or one, back to work; returns how many."""
    rows = tx.connection.execute(
        "update item set probed_at = null, probe_error = null, version = version + 1"
        " where probe_error is not null and file_count > 0 and (:id is null or id = :id)"
        " returning id, kind",
        {"id": item_id},
    ).fetchall()
    for failed_id, kind in rows:
        tx.emit("item.updated", failed_id, kind=kind)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that could not be read, and why."""

    item_id: int
    root_id: int
    path: str
    reason: str


def failed(conn: Connection, limit: int) -> list[Failed]:
    """Items that could not be read, newest first."""
    rows = conn.execute(
        "select i.id, f.root_id, f.path, i.probe_error from item i join file f on f.id = i.file_id"
        " where i.probe_error is not null and i.file_count > 0 order by i.id desc limit ?",
        (limit,),
    )
    return [Failed(row[0], row[1], os.fsdecode(row[2]), row[3]) for row in rows]


def reprobe_all(tx: Transaction, item_id: int | None = None) -> int:
    """Queue every item, or one, for a new probe. Thumbnails stay until there are new ones.
    Returns how many."""
    cursor = tx.connection.execute(
        "update item set probed_at = null, probe_error = null"
        " where file_count > 0 and (:id is null or id = :id)",
        {"id": item_id},
    )
    tx.emit("item.updated", item_id)
    return cursor.rowcount
