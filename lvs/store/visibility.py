"""Which items an audience sees. Lists and reads of single items both ask here.

An item is visible when it has a present file in a visible library folder, or without any present
file, had one there, and has no hidden tag. Where its own file is in another folder, it goes by the
file that is visible. An audience that sees everything costs no SQL at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from lvs import paths
from lvs.errors import NotFoundError
from lvs.models import Card
from lvs.store.backends.connection import Connection
from lvs.viewer import Audience

_TOPS = "select id from folder where parent_id is null and root_id in ({folders})"


def _numbers(ids: Iterable[int]) -> str:
    """Ids for an SQL list; none is a list that nothing is in."""
    return ", ".join(str(int(id_)) for id_ in sorted(ids)) or "null"


def top_folders(audience: Audience) -> str:
    """SQL for the ids of the visible library folders' own rows in `folder`."""
    return _TOPS.format(folders=_numbers(audience.folders or ()))


def conditions(audience: Audience) -> list[str]:
    """SQL that a present item `i` meets when the audience sees it; none for everything."""
    wanted = []
    if audience.folders is not None:
        wanted.append(
            "exists (select 1 from folder_item where item_id = i.id"
            f" and folder_id in ({top_folders(audience)}))"
        )
    if audience.hidden_tags:
        wanted.append(f"not {_has_hidden_tag(audience)}")
    return wanted


def _has_hidden_tag(audience: Audience) -> str:
    return (
        "exists (select 1 from item_tag where item_id = i.id"
        f" and tag_id in ({_numbers(audience.hidden_tags)}))"
    )


def visible(conn: Connection, audience: Audience, item_ids: Iterable[int]) -> set[int]:
    """Those of these items that the audience sees, present or missing."""
    ids = set(item_ids)
    if audience.sees_everything or not ids:
        return ids
    wanted = [conn.dialect.among("i.id")]
    if audience.folders is not None:
        wanted.append(
            "exists (select 1 from file where item_id = i.id"
            " and (missing_since is null or i.file_count = 0)"
            f" and root_id in ({_numbers(audience.folders)}))"
        )
    if audience.hidden_tags:
        wanted.append(f"not {_has_hidden_tag(audience)}")
    rows = conn.execute(
        f"select i.id from item i where {' and '.join(wanted)}", (conn.dialect.array(ids),)
    )
    return {row[0] for row in rows}


def require(conn: Connection, audience: Audience, item_id: int) -> None:
    """Raises NotFoundError for an item that the audience does not see."""
    if item_id not in visible(conn, audience, [item_id]):
        raise NotFoundError("Not found in the library.")


def copies(
    conn: Connection, audience: Audience, item_ids: Iterable[int]
) -> dict[int, tuple[int, str]]:
    """(library folder, path) of a visible file, of those items whose own file is not visible."""
    if audience.folders is None:
        return {}
    folders, join = _numbers(audience.folders), conn.dialect.ordered_join
    # `+`: SQLite would read all files of a library folder.
    rows = conn.execute(
        f"select i.id, f.root_id, f.path from item i {join} file own on own.id = i.file_id"
        f" {join} file f on f.item_id = i.id where {conn.dialect.among('i.id')}"
        f" and own.root_id not in ({folders}) and +f.root_id in ({folders})"
        " and (f.missing_since is null or i.file_count = 0)"
        " order by f.id desc",
        (conn.dialect.array(item_ids),),
    )
    return {row[0]: (row[1], os.fsdecode(row[2])) for row in rows}


def as_seen(conn: Connection, audience: Audience, cards: dict[int, Card]) -> dict[int, Card]:
    """Those of the cards that the audience sees, each by a visible file."""
    if audience.sees_everything:
        return cards
    seen = visible(conn, audience, cards)
    found = {id_: card for id_, card in cards.items() if id_ in seen}
    for id_, (root_id, path) in copies(conn, audience, found).items():
        title = paths.title_of(path)
        file = replace(found[id_].file, root_id=root_id, path=path)
        found[id_] = replace(found[id_], file=file, title=title)
    return found


def count(conn: Connection, audience: Audience, kind: str) -> int:
    """How many present items of a kind (empty: of any) an audience sees whose folders or tags are
    restricted."""
    names = {"kind": kind}
    own, others = conn.execute(
        "select coalesce(sum(case when :kind in ('', kind) then item_count else 0 end), 0),"
        " coalesce(sum(case when :kind in ('', kind) then 0 else item_count end), 0)"
        " from library_stats",
        names,
    ).fetchone()
    of_kind = " and i.kind = :kind" if others else ""
    inside = _inside(conn, audience)
    total = int(own) if not inside else _count_inside(conn, audience, kind, own, others)
    if not audience.hidden_tags:
        return total
    (hidden,) = conn.execute(
        "select count(distinct it.item_id) from item_tag it join item i on i.id = it.item_id"
        f" where i.file_count > 0{of_kind}{inside}"
        f" and it.tag_id in ({_numbers(audience.hidden_tags)})",
        names,
    ).fetchone()
    return total - int(hidden)


def _inside(conn: Connection, audience: Audience) -> str:
    """SQL for items in the visible library folders; empty when no other one has an item."""
    if audience.folders is None:
        return ""
    (elsewhere,) = conn.execute(
        "select count(*) from folder where parent_id is null and item_count > 0"
        f" and root_id not in ({_numbers(audience.folders)})"
    ).fetchone()
    if not elsewhere and audience.folders:
        return ""
    tops = top_folders(audience)
    return f" and exists (select 1 from folder_item where item_id = i.id and folder_id in ({tops}))"


def _count_inside(conn: Connection, audience: Audience, kind: str, own: int, others: int) -> int:
    """How many present items of a kind are in the visible library folders. `own` items are of this
    kind in the whole library, `others` of another: the fewer are counted."""
    tops = top_folders(audience)
    names = {"kind": kind}
    inside = f"exists (select 1 from folder_item where item_id = i.id and folder_id in ({tops}))"
    if others >= own:
        row = conn.execute(
            f"select count(*) from item i where i.file_count > 0 and i.kind = :kind and {inside}",
            names,
        ).fetchone()
        return int(row[0])
    folders, total = conn.execute(
        f"select count(*), coalesce(sum(item_count), 0) from folder where id in ({tops})"
    ).fetchone()
    if folders > 1:  # an item may be in several
        (total,) = conn.execute(
            f"select count(distinct item_id) from folder_item where folder_id in ({tops})"
        ).fetchone()
    if not others:
        return int(total)
    (other,) = conn.execute(
        "select count(*) from item i where i.file_count > 0 and i.kind in"
        f" (select kind from library_stats where kind <> :kind) and {inside}",
        names,
    ).fetchone()
    return int(total) - int(other)


def hidden_counts(conn: Connection, audience: Audience, parent_id: int) -> dict[int, int]:
    """How many items with hidden tags each folder directly inside one has, by its id."""
    if not audience.hidden_tags:
        return {}
    rows = conn.execute(
        "select fi.folder_id, count(distinct fi.item_id) from folder_item fi"
        " join folder f on f.id = fi.folder_id join item_tag it on it.item_id = fi.item_id"
        f" where f.parent_id = ? and it.tag_id in ({_numbers(audience.hidden_tags)})"
        " group by fi.folder_id",
        (parent_id,),
    )
    return {row[0]: row[1] for row in rows}


def hidden_count(conn: Connection, audience: Audience, folder_id: int) -> int:
    """How many items with hidden tags a folder has."""
    if not audience.hidden_tags:
        return 0
    row = conn.execute(
        "select count(distinct fi.item_id) from folder_item fi"
        " join item_tag it on it.item_id = fi.item_id"
        f" where fi.folder_id = ? and it.tag_id in ({_numbers(audience.hidden_tags)})",
        (folder_id,),
    ).fetchone()
    return int(row[0])
