"""The home page: rows, each the beginning of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from markupsafe import Markup

from lvs import formatting
from lvs.contexts.cards import CardRenderer
from lvs.contexts.empty import Empty
from lvs.contexts.folders import FolderTile, tiles, top_folders
from lvs.errors import NotFoundError
from lvs.folders import Folders
from lvs.kinds import MAIN
from lvs.kinds.kind import Kind
from lvs.listing.builtin import BY_QUERY, BY_URL
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import resolve
from lvs.models import SavedSearch
from lvs.store import Connection, gallery, home, saved_searches
from lvs.store.gallery import Page
from lvs.viewer import Viewer

ROW_LENGTH = 12
MOST_MOVED = 3  # items that change before a row is sent whole
NEWEST = 60  # items among which those of one folder are grouped
EAGER = 6  # thumbnails of a row that are seen at once
NEW_DAYS = 14

RECENT, FOLDERS = "recent", "folders"
_EAGER_ROWS = ("continue", RECENT)  # what the first screen shows
_TOP = "min_average=4&watched=0&sort=rating"
_ATTRIBUTE = re.compile(r'(?<=\s)(id|aria-describedby|aria-labelledby)="([^"]*)"')
_OF_ITEM = re.compile(r"\b[a-z]+-\d+\b")
_LAZY = ' loading="lazy"'


@dataclass(frozen=True, slots=True)
class RowList:
    """A list that the home shows the beginning of. `query` is None for the folders."""

    name: str
    heading: str
    query: GalleryQuery | None
    url: str


@dataclass(frozen=True, slots=True)
class NewTile:
    """A folder that got several items at once."""

    tile: FolderTile
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the page, without entries where its list has none. `total` is how many its list has,
    where that is known."""

    name: str
    heading: str
    url: str
    entries: tuple[Markup | FolderTile | NewTile, ...] = ()
    total: int | None = None

    @property
    def is_of_folders(self) -> bool:
        return self.name == FOLDERS


@dataclass(frozen=True, slots=True)
class MarkedCards:
    """Items of a row whose marks have changed."""

    row_name: str
    ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class CardMoves:
    """What brings a row up to date where few items have changed: the items that it does not show,
    and (item, card, the item that follows it, None at the end). The last card comes first, so that
    the page has what follows."""

    row_name: str
    removed: tuple[int, ...]
    placed: tuple[tuple[int, Markup, int | None], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Emptiness:
    """What `_empty.html` reads: how many items the library has, and what it says without any."""

    total: int
    kind: Kind
    empty: Empty | None = None


@dataclass(frozen=True, slots=True)
class Home:
    rows: tuple[Row, ...]
    summary: Emptiness
    feed: str
    again: str


class Sources(Protocol):
    """What rows are made from, beside the store."""

    @property
    def folders(self) -> Folders: ...

    @property
    def cards(self) -> CardRenderer: ...


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened since a home was rendered: whether items or folders came, went or `moved`,
    which items were `updated`, the `averages` of which, and which items the viewer `marked`."""

    moved: bool
    updated: frozenset[int]
    averages: frozenset[int]
    marked: frozenset[int]

    def concern(self, one: RowList, shown: frozenset[int]) -> bool:
        """Whether a row that shows these items by now may differ in more than marks."""
        if self.moved or one.query is None:
            return self.moved
        if self.updated & shown:
            return True
        own = bool(self.marked) and one.query.is_personal
        average = bool(self.averages) and one.query.uses_average
        return own or average or (bool(self.updated) and one.query.is_filtered)


def home_context(
    conn: Connection, viewer: Viewer, folders: Folders, cards: CardRenderer, since: int
) -> Home:
    """The page at event `since`."""
    sources = _Sources(folders, cards)
    return Home(
        rows=tuple(
            row(conn, viewer, sources, one) for one in row_lists(saved_searches.saved(conn, viewer))
        ),
        summary=emptiness(conn, viewer, folders),
        feed=f"/events?home=1&since={since}",
        again="/partials/home",
    )


@dataclass(frozen=True, slots=True)
class _Sources:
    folders: Folders
    cards: CardRenderer


def changed_rows(
    conn: Connection,
    viewer: Viewer,
    sources: Sources,
    lists: Sequence[RowList],
    changes: Changes,
) -> Iterator[Row | CardMoves | MarkedCards]:
    """The rows that these changes may concern, as they are now, or what brings them there."""
    for one in lists:
        page = row_page(conn, viewer, sources.folders, one)
        shown = frozenset(item_id for item_id, _ in page.items) if page else frozenset()
        if changes.concern(one, shown) or (one.query is None and _is_in_tiles(conn, changes)):
            yield _moves(conn, viewer, sources, one, page, changes) or _row(
                conn, viewer, sources, one, page
            )
        elif changes.marked & shown:
            yield MarkedCards(one.name, changes.marked & shown)


def _moves(
    conn: Connection,
    viewer: Viewer,
    sources: Sources,
    one: RowList,
    page: Page | None,
    changes: Changes,
) -> CardMoves | None:
    """None where the row is to be sent whole: it may have been absent, or is to be."""
    touched = changes.updated | changes.marked | changes.averages
    length = NEWEST if one.name == RECENT else ROW_LENGTH
    shown = page.items[:length] if page else []
    if page is None or changes.moved or len(touched) > MOST_MOVED or len(shown) <= len(touched):
        return None
    ids = [item_id for item_id, _ in shown]
    removed = touched.difference(ids)
    wanted = {place for place, item_id in enumerate(ids) if item_id in touched}
    following = page.items[ROW_LENGTH:]
    if one.name == RECENT:  # it keeps its items, some of them in tiles
        removed, following = frozenset(), []
    elif following or len(ids) == ROW_LENGTH:  # others took the places of those that left
        wanted |= set(range(len(ids) - len(removed), len(ids)))
    placed = []
    for place in sorted(wanted, reverse=True):
        for card in _cards(conn, viewer, sources.cards, [shown[place]]):
            after = ids[place + 1] if place + 1 < len(ids) else None
            placed.append((ids[place], _in_row(one.name, card, place), after))
    hidden = (*removed, *(item_id for item_id, _ in following))
    return CardMoves(one.name, hidden, tuple(placed), page.total)


def _is_in_tiles(conn: Connection, changes: Changes) -> bool:
    """Whether tiles of folders may have another thumbnail: those of the newest items."""
    return bool(changes.updated) and home.has_thumbnails(conn, changes.updated)


def row_lists(saved: Sequence[SavedSearch]) -> tuple[RowList, ...]:
    """The rows in their order, also those whose lists are empty."""
    started = BY_URL["/continue"]
    today = date.today()  # noqa: DTZ011 - the household's own day
    fixed = (
        RowList("continue", started.name, started.query, started.url),
        RowList(RECENT, "Recently added", BY_URL[MAIN.list.url].query, MAIN.list.url),
        RowList(FOLDERS, "Folders", None, "/folders"),
        _row_list("top", "Top rated, not watched yet", _TOP),
        _row_list("day", "On this day", f"day={today.month * 100 + today.day}"),
    )
    return fixed + tuple(
        _row_list(f"saved-{search.id}", search.name, search.query)
        for search in saved
        if search.pinned
    )


def _row_list(name: str, heading: str, arguments: str) -> RowList:
    query = parse_query(arguments_of(arguments.encode()))
    return RowList(name, heading, query, query.url())


def row_page(conn: Connection, viewer: Viewer, folders: Folders, one: RowList) -> Page | None:
    """The beginning of the row's list; None for the folders, and where a list's folder is not
    there."""
    if one.query is None:
        return None
    try:
        spec = resolve(conn, viewer, folders, one.query).spec
    except NotFoundError:  # of a saved search: its folder was removed
        return None
    limit = NEWEST if one.name == RECENT else ROW_LENGTH + MOST_MOVED
    items, following = gallery.list_page(conn, spec, limit=limit)
    builtin = BY_QUERY.get(one.query)
    total = gallery.count(conn, spec) if builtin and builtin.is_counted else None
    if total is None and following is None:
        total = len(items)
    return Page(items, following, total or 0)


def row(conn: Connection, viewer: Viewer, sources: Sources, one: RowList) -> Row:
    return _row(conn, viewer, sources, one, row_page(conn, viewer, sources.folders, one))


def _row(
    conn: Connection, viewer: Viewer, sources: Sources, one: RowList, page: Page | None
) -> Row:
    if one.query is None:
        return _folder_row(conn, viewer, sources.folders, one)
    items = page.items if page else []
    if one.name == RECENT:
        entries: tuple[Markup | NewTile, ...] = _recent(conn, viewer, sources, items)
    else:
        shown = items[:ROW_LENGTH]
        entries = tuple(in_row(one.name, _cards(conn, viewer, sources.cards, shown)))
    total = page.total if page and one.name != RECENT else 0
    return Row(one.name, one.heading, one.url, entries, total or None)


def _folder_row(conn: Connection, viewer: Viewer, folders: Folders, one: RowList) -> Row:
    shown = top_folders(conn, viewer.audience, folders)
    if len(shown) < 2:  # the only folder is the library
        return Row(one.name, one.heading, one.url)
    found = tiles(conn, viewer.audience, folders, shown[:ROW_LENGTH])
    return Row(one.name, one.heading, one.url, found, len(shown))


def _cards(
    conn: Connection, viewer: Viewer, cards: CardRenderer, items: Sequence[tuple[int, int]]
) -> list[Markup]:
    return cards.render(conn, viewer, items, selectable=False)


def _recent(
    conn: Connection,
    viewer: Viewer,
    sources: Sources,
    items: Sequence[tuple[int, int]],
) -> tuple[Markup | NewTile, ...]:
    """The newest items; those that a folder got at once are one tile."""
    found = home.arrivals(conn, items)[:ROW_LENGTH]
    single = [one.items[0] for one in found if one.folder_id is None]
    rendered = iter(in_row(RECENT, _cards(conn, viewer, sources.cards, single)))
    wanted = {one.folder_id for one in found if one.folder_id is not None}
    there = home.folders(conn, viewer.audience, wanted) if wanted else {}
    made = {
        tile.id: tile
        for tile in tiles(conn, viewer.audience, sources.folders, tuple(there.values()))
    }
    entries: list[Markup | NewTile] = []
    for one in found:
        if one.folder_id is None:
            entries += [card for card in [next(rendered, None)] if card is not None]
        elif one.folder_id in made:
            entries.append(NewTile(made[one.folder_id], _count_words(len(one.items), one.added_at)))
    return tuple(entries)


def _count_words(count: int, added_at: int) -> str:
    today = date.today()  # noqa: DTZ011
    is_new = (today - formatting.local_date(added_at)).days <= NEW_DAYS
    return f"{formatting.number(count)} {'new' if is_new else 'added'}"


def in_row(name: str, cards: Sequence[Markup]) -> list[Markup]:
    """Cards with ids of the row: an item may be in several. Those of the first screen load their
    thumbnails at once, the first of a row before all others."""
    return [_in_row(name, card, place) for place, card in enumerate(cards)]


def _in_row(name: str, card: Markup, place: int) -> Markup:
    def named(found: re.Match[str]) -> str:
        return f'{found[1]}="{_OF_ITEM.sub(lambda id_: f"{id_[0]}-{name}", found[2])}"'

    html = _ATTRIBUTE.sub(named, card)
    if name in _EAGER_ROWS and place < EAGER:
        html = html.replace(_LAZY, ' fetchpriority="high"' if place == 0 else "")
    return Markup(html)


def emptiness(conn: Connection, viewer: Viewer, folders: Folders) -> Emptiness:
    everything = resolve(conn, viewer, folders, GalleryQuery(kind="all")).spec
    return Emptiness(gallery.count(conn, everything), MAIN)
