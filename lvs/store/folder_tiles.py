"""Thumbnails for the tiles of folders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lvs.models import Folder
from lvs.store import visibility
from lvs.store.backends.connection import Connection
from lvs.viewer import Audience

PER_TILE = 4


MAX_SUMMED = 5_000  # items of a folder whose lengths are added up: each is a read of its row


@dataclass(frozen=True, slots=True)
class TileThumbnail:
    """The thumbnail of an item: `key` names its derived files."""

    media_hash: str
    key: str


def thumbnails(
    conn: Connection, audience: Audience, folder_ids: Collection[int]
) -> dict[int, list[TileThumbnail]]:
    """Up to four thumbnails per folder, of the newest items anywhere below it, in one statement.

    Folders without thumbnails are left out. Each place is a walk of the index of `folder_item`
    from its end, so that a large folder costs no more than a small one.
    """
    wanted = ["i.file_count > 0", "i.thumbnail is not null", *visibility.conditions(audience)]
    newest = (
        f"select fi.item_id from folder_item fi {conn.dialect.ordered_join} item i"
        f" on i.id = fi.item_id where fi.folder_id = folder.value and {' and '.join(wanted)}"
        " order by fi.item_id desc limit 1"
    )
    picks = " union all ".join(
        f"select folder.value as folder_id, {place} as place, ({newest} offset {place}) as item_id"
        f" from {conn.dialect.ids('folder', ':ids')}"
        for place in range(PER_TILE)
    )
    rows = conn.execute(
        f"select pick.folder_id, i.media_hash, i.thumbnail from ({picks}) pick"
        " join item i on i.id = pick.item_id order by pick.folder_id, pick.place",
        {"ids": conn.dialect.array(folder_ids)},
    )
    found: dict[int, list[TileThumbnail]] = {}
    for folder_id, media_hash, key in rows:
        found.setdefault(folder_id, []).append(TileThumbnail(media_hash, key))
    return found


def total_duration_s(conn: Connection, audience: Audience, folder: Folder) -> float:
    """How long all of a folder is; 0 for a folder with so many items that it is not added up."""
    if folder.item_count > MAX_SUMMED:
        return 0
    conditions = "".join(f" and {sql}" for sql in visibility.conditions(audience))
    (total,) = conn.execute(
        f"select coalesce(sum(i.duration_s), 0) from folder_item fi {conn.dialect.ordered_join}"
        " item i on i.id = fi.item_id where fi.folder_id = ? and i.file_count > 0" + conditions,
        (folder.id,),
    ).fetchone()
    return float(total)
