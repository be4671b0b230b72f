"""Tags of items. Triggers count them; their case does not matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from lvs.errors import InvalidInputError, NotFoundError
from lvs.models import Tag
from lvs.store import items, search, visibility
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction
from lvs.viewer import Audience

LONGEST = 60
MOST_ON_A_VIDEO = 50


def clean_name(name: str, what: str = "A tag") -> str:
    """A name as it is kept: one line, single spaces. Raises InvalidInputError."""
    words = " ".join(unicodedata.normalize("NFC", name).split())
    if not words or not words.isprintable():
        raise InvalidInputError(f"{what} needs at least one visible character.")
    if len(words) > LONGEST:
        raise InvalidInputError(f"{what} can have {LONGEST} characters; this one has {len(words)}.")
    return words


def tag_key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def of_item(conn: Connection, item_id: int) -> list[Tag]:
    """An item's tags by name."""
    rows = conn.execute(
        "select t.id, t.name, t.item_count from item_tag it join tag t on t.id = it.tag_id"
        " where it.item_id = ? order by t.key",
        (item_id,),
    )
    return [Tag(*row) for row in rows]


def has(conn: Connection, item_id: int, name: str) -> bool:
    row = conn.execute(
        "select 1 from item_tag it join tag t on t.id = it.tag_id"
        " where it.item_id = ? and t.key = ?",
        (item_id, tag_key(name)),
    ).fetchone()
    return row is not None


def of_items(conn: Connection, item_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of the tags of these items by id, in one query."""
    found: dict[int, list[str]] = {}
    for item_id, name in conn.execute(
        "select it.item_id, t.name from item_tag it join tag t on t.id = it.tag_id"
        f" where {conn.dialect.among('it.item_id')} order by t.key",
        (conn.dialect.array(item_ids),),
    ):
        found.setdefault(item_id, []).append(name)
    return found


def ids(conn: Connection, audience: Audience, names: Sequence[str]) -> tuple[int, ...]:
    """The id of each name; 0, which no tag has, for one that is not there or hidden."""
    found = []
    for name in names:
        row = conn.execute("select id from tag where key = ?", (tag_key(name),)).fetchone()
        found.append(row[0] if row and row[0] not in audience.hidden_tags else 0)
    return tuple(found)


def most_used(conn: Connection, audience: Audience, text: str = "", limit: int = 50) -> list[Tag]:
    """Tags in use that contain a text: those that begin with it first, then by use."""
    key = tag_key(text)
    # What both engines have: SQLite says `instr`, PostgreSQL `position`.
    contains = " and replace(key, :key, '') <> key" if key else ""
    rows = conn.execute(
        f"select id, name, item_count from {_counted(audience)} where item_count > 0{contains}"
        " order by substr(key, 1, length(:key)) <> :key, item_count desc, key limit :limit",
        {"key": key, "limit": limit},
    )
    return [Tag(*row) for row in rows]


def _counted(audience: Audience) -> str:
    """SQL of a table like `tag`, whose counts are of the items that the audience sees."""
    if audience.sees_everything:
        return "tag"
    seen = " and ".join(visibility.conditions(audience))
    return (
        "(select t.id, t.name, t.key, count(*) as item_count from tag t"
        " join item_tag it on it.tag_id = t.id join item i on i.id = it.item_id"
        f" where i.file_count > 0 and {seen} group by t.id, t.name, t.key) tag"
    )


def by_name(conn: Connection, audience: Audience) -> list[Tag]:
    """Every tag in use that the audience sees."""
    rows = conn.execute(
        f"select id, name, item_count from {_counted(audience)} where item_count > 0 order by key"
    )
    return [Tag(*row) for row in rows]


def count(conn: Connection, audience: Audience) -> int:
    """How many tags are in use that the audience sees."""
    seen = ""
    if not audience.sees_everything:
        conditions = "".join(f" and {sql}" for sql in visibility.conditions(audience))
        seen = (
            f" and exists (select 1 from item_tag it {conn.dialect.ordered_join} item i"
            f" on i.id = it.item_id where it.tag_id = t.id and i.file_count > 0{conditions})"
        )
    row = conn.execute(f"select count(*) from tag t where t.item_count > 0{seen}").fetchone()
    return int(row[0])


def add(tx: Transaction, item_id: int, name: str) -> list[Tag]:
    """Give an item a tag; returns all it has. Raises InvalidInputError when it has too many."""
    had = [tag.name for tag in of_item(tx.connection, item_id)]
    return set_all(tx, item_id, [*had, name])


def remove(tx: Transaction, item_id: int, name: str) -> list[Tag]:
    """Take a tag from an item; returns all it still has."""
    kept = [
        tag.name for tag in of_item(tx.connection, item_id) if tag_key(tag.name) != tag_key(name)
    ]
    return set_all(tx, item_id, kept)


def set_all(tx: Transaction, item_id: int, names: Iterable[str]) -> list[Tag]:
    """Make these an item's tags, no others; returns them. Raises InvalidInputError."""
    conn = tx.connection
    wanted: dict[str, str] = {}
    for name in map(clean_name, names):
        wanted.setdefault(tag_key(name), name)
    if len(wanted) > MOST_ON_A_VIDEO:
        raise InvalidInputError(f"A video can have at most {MOST_ON_A_VIDEO} tags.")
    had = {tag_key(tag.name): tag.id for tag in of_item(conn, item_id)}
    for key in had.keys() - wanted.keys():
        conn.execute("delete from item_tag where item_id = ? and tag_id = ?", (item_id, had[key]))
        conn.execute("delete from tag where id = ? and item_count = 0", (had[key],))
    for key in [key for key in wanted if key not in had]:
        conn.execute(
            "insert into tag (name, key) values (?, ?) on conflict do nothing", (wanted[key], key)
        )
        conn.execute(
            "insert into item_tag (item_id, tag_id, added_at)"
            " select ?, id, ? from tag where key = ?",
            (item_id, tx.at, key),
        )
    if had.keys() != wanted.keys():
        _touch(tx, [item_id])
    return of_item(conn, item_id)


def rename(tx: Transaction, audience: Audience, name: str, new_name: str) -> None:
    """Give a tag another name; one that another tag has joins the two.

    Raises InvalidInputError, and NotFoundError for a tag that is not there.
    """
    conn = tx.connection
    words = clean_name(new_name)
    tag_id = _existing(conn, audience, name)
    other = conn.execute("select id from tag where key = ?", (tag_key(words),)).fetchone()
    touched = _videos_of(conn, tag_id)
    if other is None or other[0] == tag_id:
        conn.execute(
            "update tag set name = ?, key = ? where id = ?", (words, tag_key(words), tag_id)
        )
    else:
        conn.execute(
            "insert into item_tag (item_id, tag_id, added_at)"
            " select item_id, ?, added_at from item_tag where tag_id = ? on conflict do nothing",
            (other[0], tag_id),
        )
        _timing(conn, tag_id)
    _touch(tx, touched)


def in_use(conn: Connection, audience: Audience, name: str) -> tuple[Tag, list[int]]:
    """A tag and the items that have it, missing ones too. Raises NotFoundError."""
    tag_id = _existing(conn, audience, name)
    row = conn.execute("select id, name, item_count from tag where id = ?", (tag_id,)).fetchone()
    return Tag(*row), _videos_of(conn, tag_id)


def delete_unused(tx: Transaction, name: str) -> None:
    """Delete a tag that no item has; whoever adds it again may write it differently."""
    tx.connection.execute("delete from tag where key = ? and item_count = 0", (tag_key(name),))


def _existing(conn: Connection, audience: Audience, name: str) -> int:
    row = conn.execute(
        "select id from tag where key = ? and item_count > 0", (tag_key(name),)
    ).fetchone()
    if row is None or row[0] in audience.hidden_tags:
        raise NotFoundError(
            f"Tag {name[:LONGEST]!r} not found. It may have been renamed or deleted."
        )
    return int(row[0])


def _videos_of(conn: Connection, tag_id: int) -> list[int]:
    rows = conn.execute("select item_id from item_tag where tag_id = ?", (tag_id,))
    return [row[0] for row in rows]


def _timing(conn: Connection, tag_id: int) -> None:
    conn.execute("delete from item_tag where tag_id = ?", (tag_id,))
    conn.execute("delete from tag where id = ?", (tag_id,))


def _touch(tx: Transaction, item_ids: Iterable[int]) -> None:
    """New versions of these items, found by their new tags, sent to every page."""
    for item_id in item_ids:
        search.index(tx.connection, [item_id])
        items.touch(tx, item_id)
