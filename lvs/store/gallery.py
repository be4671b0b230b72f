"""Pages of the gallery: keyset cursors over one index per order, never an offset."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from lvs.errors import InvalidInputError
from lvs.events import Event
from lvs.store import visibility
from lvs.store.backends.connection import Connection
from lvs.store.cached_counts import cached
from lvs.store.database import newest_event
from lvs.store.filters import NO_FILTERS
from lvs.store.list_plan import ListSpec, count_of, plan
from lvs.viewer import Audience


class Key(NamedTuple):
    """A place in a list: the value that its order sorts by, the item, and whether that is one of
    those that could not be read, which come last."""

    value: Any
    item_id: int
    failed: bool = False


_Row = tuple[int, int, Any, int]  # id, version, value of the order, whether it could not be read


def _key_of(row: _Row) -> Key:
    return Key(row[2], row[0], bool(row[3]))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: (id, version) of each item, and the cursor of what follows."""

    items: list[tuple[int, int]]
    next: str | None
    total: int


def page(conn: Connection, spec: ListSpec, *, limit: int, after: str | None = None) -> Page:
    """The first `limit` items of a list after a cursor, and how many it has.

    Raises InvalidInputError when the cursor is not one of ours, or of another sort order.
    """
    items, cursor = list_page(conn, spec, limit=limit, after=after)
    return Page(items, cursor, count(conn, spec))


def list_page(
    conn: Connection, spec: ListSpec, *, limit: int, after: str | None = None
) -> tuple[list[tuple[int, int]], str | None]:
    """As `page`, without counting: (items, cursor of what follows)."""
    rows = _list_page(conn, spec, decode_cursor(spec, after) if after else None, limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    cursor = encode_cursor(spec, _key_of(rows[-1])) if more else None
    return [(row[0], row[1]) for row in rows], cursor


def count(conn: Connection, spec: ListSpec) -> int:
    """How many items a list has. The rows store it; only filters need a count."""
    audience = spec.viewer.audience
    if spec.is_whole and spec.folder_id is not None and not spec.kind:
        # All of a visible folder, but what has hidden tags.
        hidden = visibility.hidden_count(conn, audience, spec.folder_id)
        return count_of(conn, "folder", spec.folder_id) - hidden
    if spec.is_whole and spec.folder_id is None and not audience.sees_everything:
        return visibility.count(conn, audience, spec.kind)
    if spec.is_whole and spec.folder_id is None:
        row = conn.execute(
            "select coalesce(sum(item_count), 0) from library_stats where ? in ('', kind)",
            (spec.kind,),
        ).fetchone()
    elif spec.match and spec.has_few_hits is False and spec.filters == NO_FILTERS:
        key = audience, spec.match, spec.kind, spec.folder_id, spec.tag_ids
        return cached(conn, key, lambda: _count(conn, spec))
    else:
        return _count(conn, spec)
    return int(row[0])


def _count(conn: Connection, spec: ListSpec) -> int:
    if spec.viewer.audience.sees_everything and spec == ListSpec(
        spec.viewer, spec.sort, seed=spec.seed, match=spec.match, reverse=spec.reverse
    ):
        row = conn.execute(
            f"select count(*) from item_fts where {conn.dialect.full_text.matches('?')}",
            (spec.match,),
        ).fetchone()
    else:
        way = plan(conn, spec, "count")
        row = conn.execute(
            f"select count(*) from {way.source} where {way.where}", spec.parameters
        ).fetchone()
    return int(row[0])


def has_other_kinds(conn: Connection, audience: Audience, kind: str) -> bool:
    """Whether the audience sees an item of another kind than this one."""
    found = "select kind from library_stats where kind <> ? and item_count > 0"
    if not audience.sees_everything:
        seen = ["i.file_count > 0", f"i.kind in ({found})", *visibility.conditions(audience)]
        found = f"select 1 from item i where {' and '.join(seen)}"
    return conn.execute(f"{found} limit 1", (kind,)).fetchone() is not None


def sort_key_of(conn: Connection, spec: ListSpec, item_id: int) -> Key | None:
    """Where an item is in a list, or None when it is not in it."""
    way = plan(conn, spec, "one")
    row = conn.execute(
        f"select {way.key}, i.id, i.probe_error is not null from {way.source} where {way.where}",
        {**spec.parameters, "id": item_id},
    ).fetchone()
    return Key(row[0], row[1], bool(row[2])) if row else None


def is_descending(conn: Connection, spec: ListSpec) -> bool:
    return plan(conn, spec).descending


def next_id(conn: Connection, spec: ListSpec, key: Key) -> int | None:
    """The item right after a key in a list."""
    rows = _list_page(conn, spec, key, 1)
    return rows[0][0] if rows else None


def around(
    conn: Connection, spec: ListSpec, key: Key, *, before: int, after: int
) -> tuple[list[int], list[int]]:
    """Ids of the items before and after a key, in the list's order."""
    earlier = _list_page(conn, spec, key, before, backwards=True)
    return [row[0] for row in reversed(earlier)], [
        row[0] for row in _list_page(conn, spec, key, after)
    ]


def all_ids(conn: Connection, spec: ListSpec) -> list[int]:
    """The ids of all items of a list, in no order."""
    way = plan(conn, spec, "count")
    rows = conn.execute(f"select i.id from {way.source} where {way.where}", spec.parameters)
    return [row[0] for row in rows]


def _list_page(
    conn: Connection,
    spec: ListSpec,
    key: Key | None,
    limit: int,
    *,
    backwards: bool = False,
) -> list[_Row]:
    """The rows beyond a key, `limit` at most: of what can be read, then of what could not be."""
    parts = [False, True] if spec.failed is None else [spec.failed]
    if backwards:
        parts.reverse()
    if key is not None:
        parts = parts[parts.index(key.failed) :]
    rows: list[_Row] = []
    for failed in parts:
        start = key if key is not None and key.failed == failed else None
        part = replace(spec, failed=failed)
        rows += _part(conn, part, start, limit - len(rows), backwards=backwards)
        if len(rows) >= limit:
            break
    return rows


def _part(
    conn: Connection, spec: ListSpec, key: Key | None, limit: int, *, backwards: bool
) -> list[_Row]:
    way = plan(conn, spec)
    down = way.descending != backwards
    direction = "desc" if down else "asc"
    names = {**spec.parameters, "limit": limit}
    where = way.where
    if key is not None:
        where += f" and ({way.key}, i.id) {'<' if down else '>'} (:key, :id)"
        names["key"], names["id"] = key.value, key.item_id
    return conn.execute(
        f"select i.id, i.version, {way.key}, {int(bool(spec.failed))} from {way.source}"
        f" where {where} order by {way.key} {direction}, i.id {direction} limit :limit",
        names,
    ).fetchall()


def encode_cursor(spec: ListSpec, key: Key) -> str:
    value = json.dumps([_order_of(spec), key.value, key.item_id, *([1] if key.failed else [])])
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def decode_cursor(spec: ListSpec, cursor: str) -> Key:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
        order, value, item_id, *failed = json.loads(text)
        if failed not in ([], [1]) or (failed and spec.failed is False):
            raise ValueError("not of this list")
        if not isinstance(value, str | int | float) or not isinstance(item_id, int):
            raise ValueError("not a key")
        if isinstance(value, str):
            value.encode()  # half a surrogate pair is no text to SQLite
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("too large")
        if not -(2**63) <= item_id < 2**63:
            raise ValueError("too large")
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            "The `after` cursor is not one that this server gave out; start from the first page."
        ) from error
    if order != _order_of(spec):
        raise InvalidInputError(
            "The `after` cursor belongs to another sort order; start from the first page."
        )
    return Key(value, item_id, bool(failed) or spec.failed is True)


def _order_of(spec: ListSpec) -> str:
    """The order that a cursor is a position in: each seed shuffles by itself."""
    if spec.sort == "random":
        return f"{spec.sort} {spec.seed}"
    return f"{spec.sort} reversed" if spec.reverse else spec.sort


def events_since(
    conn: Connection, users: Collection[int], since: int, limit: int
) -> tuple[list[Event], int, bool]:
    """Shared events after `since` and those of these users, the id of the newest of all, and
    whether none is lacking.

    It is incomplete when older events were deleted, when there are more than `limit`, or when
    `since` lies in the future (a page of another database).
    """
    last = newest_event(conn)
    if since >= last:
        return [], last, since == last
    rows = conn.execute(
        "select id, topic, kind, entity_id, user_id from event where id > :since and"
        f" (user_id is null or {conn.dialect.among('user_id', ':users')})"
        " order by id limit :limit",
        {"since": since, "users": conn.dialect.array(users), "limit": limit + 1},
    ).fetchall()
    # The newest event is always kept, and ids have no gaps.
    (oldest,) = conn.execute("select min(id) from event").fetchone()
    complete = oldest is not None and oldest <= since + 1 and len(rows) <= limit
    return [Event(*row) for row in rows[:limit]], last, complete
