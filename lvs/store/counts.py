"""Counts that triggers keep, and what they have to be."""

from __future__ import annotations

from dataclasses import dataclass

from lvs.store.backends.connection import Connection

_ROUNDING = 1e-9  # an average that grew one rating at a time differs in its last digits


@dataclass(frozen=True, slots=True)
class _Count:
    """A column, what it has to be for the row `t`, and by how much it may differ."""

    table: str
    column: str
    recount: str
    tolerance: float = 0


_COUNTS = (
    _Count("folder", "item_count", "(select count(*) from folder_item where folder_id = t.id)"),
    _Count("tag", "item_count", "(select count(*) from item_tag where tag_id = t.id)"),
    _Count(
        "library_stats",
        "item_count",
        "(select count(*) from item where kind = t.kind and file_count > 0)",
    ),
    _Count("item", "rating_count", "(select count(*) from rating where item_id = t.id)"),
    _Count("item", "favorite_count", "(select count(*) from favorite where item_id = t.id)"),
    _Count(
        "item",
        "rating_average",
        "(select coalesce(avg(value), 0) from rating where item_id = t.id)",
        _ROUNDING,
    ),
)


def correct(conn: Connection) -> int:
    """Recount everything and correct what differs; returns how many counts did."""
    corrected = 0
    for count in _COUNTS:
        corrected += conn.execute(
            f"update {count.table} as t set {count.column} = {count.recount}"
            f" where abs({count.column} - {count.recount}) > {count.tolerance}"
        ).rowcount
    return corrected
