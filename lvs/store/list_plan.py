"""Which items a list has and in which order, and the SQL that reads it the short way."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lvs.store import visibility
from lvs.store.backends.connection import Connection
from lvs.store.backends.full_text import SearchQuery
from lvs.store.filters import NO_FILTERS, FilterRows, Filters
from lvs.store.playback import WORTH_RESUMING_S
from lvs.store.sort_orders import SORT_ORDERS
from lvs.viewer import Audience, Viewer

FEW_HITS = 5_000
FEW_FAILED = 100

NO_SEARCH = SearchQuery()

_BY_RANK = ("hit.rank", False)  # the best lowest

_FAILED = "select id from item where probe_error is not null and file_count > 0"

_IN_FOLDER = (
    " and (:folder is null or exists (select 1 from folder_item"
    " where folder_id = :folder and item_id = i.id))"
)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """Which items, for whom, in which order. `seed` matters to `random` alone; `reverse` turns the
    direction of the order. Items whose file could not be read come last in every order: `failed`
    restricts the list to them, or to the others; None is for both."""

    viewer: Viewer
    sort: str = "newest"
    folder_id: int | None = None
    seed: int = 1
    filters: Filters = NO_FILTERS
    tag_ids: tuple[int, ...] = ()
    match: SearchQuery = NO_SEARCH  # of `search.expression`
    kind: str = ""  # empty: of all kinds
    reverse: bool = False
    failed: bool | None = None
    has_few_hits: bool | None = field(default=None, compare=False)  # of `match`; None: not counted

    @property
    def is_whole(self) -> bool:
        """Whether it has every item of its kind in its folder."""
        is_filtered = self.filters != NO_FILTERS or bool(self.tag_ids) or bool(self.match)
        return self.failed is None and not is_filtered

    @property
    def parameters(self) -> dict[str, Any]:
        """What the SQL of a list refers to by name."""
        return {
            "folder": self.folder_id,
            "seed": self.seed,
            "match": self.match,
            "kind": self.kind,
            "worth": WORTH_RESUMING_S,
            "viewer": self.viewer.user_id,
            **dict(self.filters.values),
        }


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """How to read a list: `select ... from {source} where {where} order by {key}`."""

    source: str
    where: str
    key: str
    descending: bool


Purpose = Literal["walk", "count", "one"]


def plan(conn: Connection, spec: ListSpec, purpose: Purpose = "walk") -> QueryPlan:
    """The short way through a list: from the hits of a search, from what was started, from the
    rarest tag or the folder, where gathering and sorting those is cheaper than walking the order
    through them. `one` restricts it to the item `:id`.
    """
    there = "i.file_count > 0" + (" and i.id = :id" if purpose == "one" else "")
    sort = SORT_ORDERS[spec.sort]
    order = sort.key, sort.descending != (spec.reverse and sort.has_direction)
    full_text, join = conn.dialect.full_text, conn.dialect.ordered_join
    if spec.failed and purpose != "one":
        asked: Purpose = "one" if spec.match and _few_failed(conn) else "count"
        where = there + _conditions(conn, spec, asked) + _IN_FOLDER
        return QueryPlan(f"({_FAILED}) bad {join} item i on i.id = bad.id", where, *order)
    if spec.match and _finds_few(conn, spec):
        rank = f", {full_text.rank} as rank" if sort.needs_words else ""
        one = f" and {full_text.id} = :id" if purpose == "one" else ""
        hits = (
            f"select {full_text.id} as id{rank} from item_fts where {full_text.matches(':match')}"
        )
        where = there + _conditions(conn, replace(spec, match=NO_SEARCH), purpose) + _IN_FOLDER
        order = _BY_RANK if rank else order
        return QueryPlan(f"({hits}{one}) hit {join} item i on i.id = hit.id", where, *order)
    where = there + _conditions(conn, spec, purpose) + _IN_FOLDER
    if purpose == "one":
        return QueryPlan("item i", where, *order)
    rows = spec.filters.rows
    if rows is not None and (purpose == "count" or _has_few_rows(conn, spec, rows)):
        source = f"{rows.table} found {join} item i on i.id = found.item_id"
        return QueryPlan(source, f"{where} and {rows.condition}", *order)
    if spec.tag_ids:
        count, rarest = min((count_of(conn, "tag", tag), tag) for tag in spec.tag_ids)
        if _is_cheap_to_gather(conn, count):
            source = f"item_tag vt {join} item i on i.id = vt.item_id"
            return QueryPlan(source, f"{where} and vt.tag_id = {int(rarest)}", *order)
    elif spec.folder_id is not None and _is_cheap_to_gather(
        conn, count_of(conn, "folder", spec.folder_id)
    ):
        source = f"folder_item fv {join} item i on i.id = fv.item_id"
        where = there + _conditions(conn, spec, purpose) + " and fv.folder_id = :folder"
        return QueryPlan(source, where, *order)
    elif spec.viewer.audience.folders is not None and _sees_few(conn, spec.viewer.audience):
        tops = visibility.top_folders(spec.viewer.audience)
        seen = f"(select distinct item_id from folder_item where folder_id in ({tops})) seen"
        return QueryPlan(f"{seen} {join} item i on i.id = seen.item_id", where, *order)
    return QueryPlan("item i", where, *order)


def _sees_few(conn: Connection, audience: Audience) -> bool:
    """Whether so few items are in the folders of an audience that gathering them is cheap."""
    (count,) = conn.execute(
        "select coalesce(sum(item_count), 0) from folder"
        f" where id in ({visibility.top_folders(audience)})"
    ).fetchone()
    return _is_cheap_to_gather(conn, count)


def _conditions(conn: Connection, spec: ListSpec, purpose: Purpose) -> str:
    """What an item must be, beside there and in the folder."""
    wanted = ["i.kind = :kind"] if spec.kind else []
    wanted += _of_part(spec, purpose)
    wanted += visibility.conditions(spec.viewer.audience)
    wanted += spec.filters.conditions
    wanted += [
        f"exists (select 1 from item_tag where tag_id = {int(tag)} and item_id = i.id)"
        for tag in spec.tag_ids
    ]
    full_text = conn.dialect.full_text
    hits = f"from item_fts where {full_text.matches(':match')}"
    if spec.match and purpose != "one" and (purpose == "count" or not _walks_to_hits(spec)):
        wanted.append(f"i.id in (select {full_text.id} {hits})")
    elif spec.match:
        wanted.append(f"exists (select 1 {hits} and {full_text.id} = i.id)")
    return "".join(f" and {sql}" for sql in wanted)


def _of_part(spec: ListSpec, purpose: Purpose) -> list[str]:
    """Without the failed ones, or those alone. Where an index has all that an order needs, the few
    that failed are gathered once, and no row is read for the others."""
    if spec.failed is None:
        return []
    if spec.failed or purpose == "one" or SORT_ORDERS[spec.sort].is_indexed:
        return [f"i.probe_error is {'not ' if spec.failed else ''}null"]
    return [f"i.id not in ({_FAILED})"]


def _walks_to_hits(spec: ListSpec) -> bool:
    """Whether an index walks the order, and every few items there is a hit: each is then asked by
    itself (40 µs). Else the hits are gathered once (1 µs each), where 100,000 would be asked."""
    indexed = SORT_ORDERS[spec.sort].is_indexed
    return indexed and not (spec.filters != NO_FILTERS or spec.tag_ids)


def _finds_few(conn: Connection, spec: ListSpec) -> bool:
    return has_few_hits(conn, spec.match) if spec.has_few_hits is None else spec.has_few_hits


def has_few_hits(conn: Connection, match: SearchQuery) -> bool:
    """Whether a search finds so few items that they are gathered, ranked and sorted."""
    row = conn.execute(
        "select count(*) from (select 1 from item_fts"
        f" where {conn.dialect.full_text.matches('?')} limit ?) found",
        (match, FEW_HITS + 1),
    ).fetchone()
    return bool(row[0] <= FEW_HITS)


def _few_failed(conn: Connection) -> bool:
    """Whether so few items failed that asking the search for each (40 µs) takes less than gathering
    all that it finds."""
    row = conn.execute(f"select count(*) from ({_FAILED} limit {FEW_FAILED + 1}) found").fetchone()
    return bool(row[0] <= FEW_FAILED)


def count_of(conn: Connection, table: Literal["tag", "folder"], row_id: int) -> int:
    """The kept count of items of a tag or a folder; 0 when it is not there."""
    row = conn.execute(f"select item_count from {table} where id = ?", (row_id,)).fetchone()
    return int(row[0]) if row else 0


def _has_few_rows(conn: Connection, spec: ListSpec, rows: FilterRows) -> bool:
    """Whether there are so few of these rows, or the order has no index to walk."""
    if not SORT_ORDERS[spec.sort].is_indexed:
        return True
    total = max(_total(conn), 1)
    row = conn.execute(
        f"select count(*) from (select 1 from {rows.table} found where {rows.condition}"
        " limit :most) few",
        {**spec.parameters, "most": math.isqrt(60 * total) + 1},
    ).fetchone()
    return bool(row[0] ** 2 < 60 * total)


def _total(conn: Connection) -> int:
    row = conn.execute("select coalesce(sum(item_count), 0) from library_stats").fetchone()
    return int(row[0])


def _is_cheap_to_gather(conn: Connection, count: int) -> bool:
    """Gathering costs its n items; walking to 60 hits costs 60 * total / n steps."""
    return count**2 < 60 * max(_total(conn), 1)
