"""Files on disk as the store knows them, and what becomes of their items when they change."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence

from lvs import kinds, paths
from lvs.models import FoundFile, KnownFile
from lvs.store import facts, roots, search, visibility
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Audience

_FILE = "id, root_id, path, size, mtime_ns, fingerprint, item_id, missing_since"


def _file(row: tuple[int, int, bytes, int, int, str, int, int | None]) -> KnownFile:
    return KnownFile(row[0], row[1], os.fsdecode(row[2]), *row[3:])


def present_in_folder(conn: Connection, root_id: int, folder: str) -> dict[str, KnownFile]:
    """The present files directly in a folder, by their path."""
    rows = conn.execute(
        f"select {_FILE} from file where missing_since is null and folder_id ="
        " (select id from folder where root_id = ? and path = ?)",
        (root_id, os.fsencode(folder)),
    )
    return {known.path: known for known in map(_file, rows)}


def present_under(conn: Connection, root_id: int, path: str) -> list[KnownFile]:
    """The present file at a path, or all under it when it is a folder; `""` is the root."""
    where = "root_id = ? and missing_since is null"
    if not path:
        rows = conn.execute(f"select {_FILE} from file where {where}", (root_id,)).fetchall()
        return [_file(row) for row in rows]
    place = root_id, os.fsencode(path)
    rows = conn.execute(f"select {_FILE} from file where {where} and path = ?", place).fetchall()
    # No range of paths: PostgreSQL's index has hashes of them.
    if conn.execute("select 1 from folder where root_id = ? and path = ?", place).fetchone():
        rows += conn.execute(
            "with recursive below (id) as (select id from folder where root_id = ? and path = ?"
            " union all select f.id from folder f join below b on f.parent_id = b.id)"
            f" select {_FILE} from file where missing_since is null"
            " and folder_id in (select id from below)",
            place,
        )
    return [_file(row) for row in rows]


def known_at(
    conn: Connection, root_id: int, at: Iterable[str], below: Iterable[str]
) -> tuple[dict[str, KnownFile], list[KnownFile]]:
    """The file at each path of `at`, as `at_path`; and the present files at, or under, each of
    `below`, each once."""
    found = {path: at_path(conn, root_id, path) for path in at}
    present = {file.id: file for path in below for file in present_under(conn, root_id, path)}
    return {p: file for p, file in found.items() if file is not None}, list(present.values())


def at_path(conn: Connection, root_id: int, path: str) -> KnownFile | None:
    """The file at a path: the one that is there, else the last that was."""
    row = conn.execute(
        f"select {_FILE} from file where root_id = ? and path = ?"
        " order by missing_since is not null, id desc limit 1",
        (root_id, os.fsencode(path)),
    ).fetchone()
    return _file(row) if row else None


def of_item(conn: Connection, item_id: int) -> list[KnownFile]:
    rows = conn.execute(
        f"select {_FILE} from file where item_id = ? order by missing_since is not null, id",
        (item_id,),
    )
    return [_file(row) for row in rows]


def visible_of_video(conn: Connection, audience: Audience, item_id: int) -> list[KnownFile]:
    """As `of_item`, those in folders that the audience sees."""
    found = of_item(conn, item_id)
    return [file for file in found if audience.sees_folder(file.root_id)]


def visible_at_path(
    conn: Connection, audience: Audience, root_id: int, path: str
) -> KnownFile | None:
    """As `at_path`; None for what the audience does not see."""
    if not audience.sees_folder(root_id):
        return None
    found = at_path(conn, root_id, path)
    seen = found is not None and visibility.visible(conn, audience, [found.item_id])
    return found if seen else None


def with_fingerprints(conn: Connection, fingerprints: Sequence[str]) -> list[KnownFile]:
    """Files with one of these contents, missing ones first."""
    marks = ",".join("?" * len(fingerprints))
    rows = conn.execute(
        f"select {_FILE} from file where fingerprint in ({marks})"
        " order by missing_since is null, id",
        list(fingerprints),
    )
    return [_file(row) for row in rows]


def count_present(conn: Connection) -> int:
    row = conn.execute("select count(*) from file where missing_since is null").fetchone()
    return int(row[0])


def videos_directly_in(
    conn: Connection, audience: Audience, folder_id: int, start: int, count: int
) -> tuple[list[int], int]:
    """Items with a file in a folder itself, by title: `count` from `start` on, and how many."""
    source = (
        "from item i where i.file_count > 0 and i.id in (select item_id from file"
        " where folder_id = :folder and missing_since is null)"
    ) + "".join(f" and {sql}" for sql in visibility.conditions(audience))
    names = {"folder": folder_id, "start": start, "count": count}
    rows = conn.execute(
        f"select i.id {source} order by i.title_key, i.id limit :count offset :start", names
    )
    found = [row[0] for row in rows]
    return found, int(conn.execute(f"select count(*) {source}", names).fetchone()[0])


def duplicates(conn: Connection, limit: int) -> list[list[KnownFile]]:
    """The present files of items that have several, the largest first."""
    rows = conn.execute(
        f"select {_FILE} from file where missing_since is null and item_id in"
        " (select id from item where file_count > 1 order by size_bytes desc limit ?)"
        " order by size desc, item_id, path",
        (limit,),
    )
    found: dict[int, list[KnownFile]] = {}
    for known in map(_file, rows):
        found.setdefault(known.item_id, []).append(known)
    return list(found.values())


def ingest(
    tx: Transaction,
    root_id: int,
    found: Iterable[FoundFile],
    moved: Mapping[str, int],
    *,
    first_scan: bool,
) -> int:
    """Bring new and changed files into the library; returns how many items it touched.

    `moved` maps a found path to the file row that it was until now (same content, old path
    missing). On a root's first scan an item's `added_at` is its file's time.

    Content decides first: a known content at any path is its known item. An unknown content at
    a known path is a replacement, and the item keeps its identity.
    """
    touched: set[int] = set()
    added: dict[str, list[int]] = {}  # new items by kind
    folder_ids: dict[str, int] = {}
    for file in sorted(found, key=lambda file: file.path not in moved):  # movers clear the way
        folder = file.path.rpartition("/")[0]
        if folder not in folder_ids:
            folder_ids[folder] = roots.folder_id(tx, root_id, folder)
        folder_id = folder_ids[folder]
        at = at_path(tx.connection, root_id, file.path)
        was = _by_id(tx, moved[file.path]) if file.path in moved else None
        if was is not None:
            if at is not None and at.id != was.id and at.missing_since is None:
                _set_missing(tx, at.id)
                touched.add(at.item_id)
            _update_file(tx, was.id, root_id, folder_id, file, was.item_id)
            touched.add(was.item_id)
            continue
        if at is not None and at.fingerprint == file.fingerprint:
            _update_file(tx, at.id, root_id, folder_id, file, at.item_id)
            _clear_failure(tx, at.item_id)
            touched.add(at.item_id)
            continue
        same = with_fingerprints(tx.connection, [file.fingerprint])
        if same:
            item_id = same[0].item_id
            if not first_scan and any(other.missing_since is None for other in same):
                tx.emit("item.copied", item_id, kind=_kind_of(tx, item_id))
        elif at is not None and not _has_other_files(tx, at):
            item_id = at.item_id
            _replace_content(tx, item_id, file)
        else:
            item_id = _new_item(tx, file, added, first_scan=first_scan)
        if at is not None and at.item_id == item_id:
            _update_file(tx, at.id, root_id, folder_id, file, item_id)
        else:
            if at is not None and at.missing_since is None:
                _set_missing(tx, at.id)
                touched.add(at.item_id)
            _insert(tx, root_id, folder_id, file, item_id)
        touched.add(item_id)
    _add_facts(tx, added)
    sync_items(tx, touched)
    return len(touched)


def mark_missing(tx: Transaction, missing: Iterable[KnownFile]) -> None:
    """Mark files missing, unless they have moved on meanwhile.

    Their items stay, with their user data.
    """
    touched = set()
    for file in missing:
        now = _by_id(tx, file.id)
        if now is not None and (now.root_id, now.path) == (file.root_id, file.path):
            _set_missing(tx, file.id)
            touched.add(file.item_id)
    sync_items(tx, touched)


def sync_items(tx: Transaction, item_ids: Iterable[int]) -> None:
    """Make each item agree with its files: counts, title, folders; and emit the events."""
    conn = tx.connection
    tx.by_ingest = True
    ids = list(item_ids)
    files = _of_items(conn, ids)
    updates, new = [], []
    for item_id, (had, kind_before) in _states(conn, ids).items():
        present = sum(file.missing_since is None for file in files[item_id])
        file = files[item_id][0]
        kind = _set_kind(tx, item_id, kind_before, file.path)
        title = facts.title(conn, kinds.KINDS[kind], item_id) or paths.title_of(file.path)
        updates.append((present, file.id, title, paths.sort_key(title), file.size, item_id))
        if present:
            tx.emit("item.updated" if had else "item.added", item_id, kind=kind)
        elif had:
            tx.emit("item.removed", item_id, kind=kind)
        if not had:
            new.append(item_id)
        elif _file_in_folders(conn, item_id) and present:
            tx.emit("folder.updated")
    conn.executemany(
        "update item set file_count = ?, file_id = ?, title = ?, title_key = ?, size_bytes = ?,"
        " version = version + 1 where id = ?",
        updates,
    )
    _enter_folders(conn, new)
    search.index(conn, ids)


def _of_items(conn: Connection, item_ids: Sequence[int]) -> dict[int, list[KnownFile]]:
    """As `of_item` for many, in one query."""
    rows = conn.execute(
        f"select {_FILE} from file where {conn.dialect.among('item_id')}"
        " order by missing_since is not null, id",
        (conn.dialect.array(item_ids),),
    )
    found: dict[int, list[KnownFile]] = {}
    for known in map(_file, rows):
        found.setdefault(known.item_id, []).append(known)
    return found


def _states(conn: Connection, item_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """How many present files items have had until now, and their kinds, in the order given."""
    rows = conn.execute(
        f"select id, file_count, kind from item where {conn.dialect.among('id')}",
        (conn.dialect.array(item_ids),),
    )
    found = {item_id: (count, kind) for item_id, count, kind in rows}
    return {item_id: found[item_id] for item_id in item_ids}


def _add_facts(tx: Transaction, added: Mapping[str, list[int]]) -> None:
    for kind_id, item_ids in added.items():
        facts.add(tx, kinds.KINDS[kind_id], item_ids)


def _set_kind(tx: Transaction, item_id: int, current: str, path: str) -> str:
    """A file that was renamed may be of another kind now: its facts are others then."""
    kind = kinds.kind_of(path) or kinds.KINDS[current]
    if kind.id != current:
        tx.connection.execute(
            f"update item set kind = ?, {_UNPROBED} where id = ?", (kind.id, item_id)
        )
        facts.remove(tx, kinds.KINDS[current], item_id)
        facts.add(tx, kind, [item_id])
    return kind.id


def name_item(tx: Transaction, item_id: int) -> None:
    """Give an item the title of its facts, else of its file, and make it found by its words."""
    conn = tx.connection
    kind, path = conn.execute(
        "select i.kind, f.path from item i join file f on f.id = i.file_id where i.id = ?",
        (item_id,),
    ).fetchone()
    title = facts.title(conn, kinds.KINDS[kind], item_id) or paths.title_of(os.fsdecode(path))
    conn.execute(
        "update item set title = ?, title_key = ? where id = ?",
        (title, paths.sort_key(title), item_id),
    )
    search.index(conn, [item_id])


# The folders above the present files of items, as (item_id, folder_id).
_ABOVE = (
    "with recursive above (item_id, folder_id) as ("
    " select item_id, folder_id from file where missing_since is null and {items}"
    " union select above.item_id, folder.parent_id from folder"
    " join above on folder.id = above.folder_id where folder.parent_id is not null)"
)


def _file_in_folders(conn: Connection, item_id: int) -> bool:
    """Enter an item in every folder above its present files, and in no other; whether these became
    others."""
    left = conn.execute(
        "delete from folder_item where item_id = :item and folder_id not in"
        f" ({_ABOVE.format(items='item_id = :item')} select folder_id from above)",
        {"item": item_id},
    ).rowcount
    return _enter_folders(conn, [item_id]) + left > 0


def _enter_folders(conn: Connection, item_ids: Sequence[int]) -> int:
    """Enter items in every folder above their present files; returns how many entries are new."""
    above = _ABOVE.format(items=conn.dialect.among("item_id"))
    return conn.execute(  # SQLite takes `on conflict` for a join's without `where`
        f"insert into folder_item (folder_id, item_id) {above}"
        " select folder_id, item_id from above where true on conflict do nothing",
        (conn.dialect.array(item_ids),),
    ).rowcount


def _kind_of(tx: Transaction, item_id: int) -> str:
    row = tx.connection.execute("select kind from item where id = ?", (item_id,)).fetchone()
    return str(row[0])


def _by_id(tx: Transaction, file_id: int) -> KnownFile | None:
    row = tx.connection.execute(f"select {_FILE} from file where id = ?", (file_id,)).fetchone()
    return _file(row) if row else None


def _has_other_files(tx: Transaction, file: KnownFile) -> bool:
    row = tx.connection.execute(
        "select 1 from file where item_id = ? and id <> ? and missing_since is null",
        (file.item_id, file.id),
    ).fetchone()
    return row is not None


def _set_missing(tx: Transaction, file_id: int) -> None:
    tx.connection.execute("update file set missing_since = ? where id = ?", (tx.at, file_id))


def _update_file(
    tx: Transaction, file_id: int, root_id: int, folder_id: int, file: FoundFile, item_id: int
) -> None:
    tx.connection.execute(
        "update file set root_id = ?, folder_id = ?, item_id = ?, path = ?, size = ?,"
        " mtime_ns = ?, fingerprint = ?, missing_since = null where id = ?",
        (root_id, folder_id, item_id, *_on_disk(file), file_id),
    )


def _insert(tx: Transaction, root_id: int, folder_id: int, file: FoundFile, item_id: int) -> None:
    tx.connection.execute(
        "insert into file (root_id, folder_id, item_id, path, size, mtime_ns, fingerprint)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (root_id, folder_id, item_id, *_on_disk(file)),
    )


def _on_disk(file: FoundFile) -> tuple[bytes, int, int, str]:
    return os.fsencode(file.path), file.size, file.mtime_ns, file.fingerprint


def _new_item(
    tx: Transaction, file: FoundFile, added: dict[str, list[int]], *, first_scan: bool
) -> int:
    """The id of a new item, which is `added` to those of its kind. Its address is the fingerprint,
    unless an item that uses it has since got other content."""
    kind = kinds.kind_of(file.path) or kinds.MAIN
    added_at = min(file.mtime_ns // 1_000_000, tx.at) if first_scan else tx.at
    media_hash, row = file.fingerprint, None
    while row is None:
        row = tx.connection.execute(
            "insert into item"
            " (kind, media_hash, fingerprint, title, title_key, added_at, random_key)"
            " values (?, ?, ?, '', '', ?, ?) on conflict (media_hash) do nothing returning id",
            (
                kind.id,
                media_hash,
                file.fingerprint,
                max(added_at, 0),
                int(media_hash, 16) % 2_147_483_647,
            ),
        ).fetchone()
        media_hash = hashlib.blake2b(media_hash.encode(), digest_size=8).hexdigest()
    added.setdefault(kind.id, []).append(int(row[0]))
    return int(row[0])


_UNPROBED = (
    "probed_at = null, probe_error = null, thumbnail = null, preview = null,"
    " duration_s = 0, container = null"
)


def _replace_content(tx: Transaction, item_id: int, file: FoundFile) -> None:
    tx.connection.execute(
        f"update item set fingerprint = ?, {_UNPROBED} where id = ?", (file.fingerprint, item_id)
    )
    facts.reset(tx, kinds.KINDS[_kind_of(tx, item_id)], item_id)


def _clear_failure(tx: Transaction, item_id: int) -> None:
    """A file that could not be read is tried again when it was touched."""
    tx.connection.execute(
        "update item set probed_at = null, probe_error = null"
        " where id = ? and probe_error is not null",
        (item_id,),
    )
