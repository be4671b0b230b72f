"""The gallery: one list of cards, and everything around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lvs import paths
from lvs.contexts import folders as folder_contexts
from lvs.contexts.cards import CardRenderer
from lvs.contexts.empty import Empty, empty_context
from lvs.contexts.filters import FilterForm, Select, filter_form, filter_names, place_selects
from lvs.contexts.folders import FolderHead, FolderTile
from lvs.contexts.navigation import (
    folder_name,
    has_own_link,
    kind_name,
    list_name,
    nav_url_of,
    saved_as,
)
from lvs.folders import Folders
from lvs.kinds import KINDS, MAIN
from lvs.kinds.kind import Kind
from lvs.listing.query import GalleryQuery
from lvs.listing.resolve import Listing, resolve
from lvs.models import SavedSearch
from lvs.store import Connection, gallery, roots, saved_searches, tags
from lvs.store.sort_orders import SORT_ORDERS
from lvs.viewer import Viewer

PAGE_SIZE = 60
EAGER = 4  # cards at the top whose thumbnails the browser loads first
_LAZY = 'loading="lazy" decoding="async"'
_EAGER = 'fetchpriority="high" decoding="async"'


@dataclass(frozen=True, slots=True)
class Link:
    """`count` is how many videos are behind it, where that is known."""

    name: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the orders to choose from."""

    name: str
    value: str
    current: bool


@dataclass(frozen=True, slots=True)
class Direction:
    """The direction of the order: its name, and the list in the other one, which is `other`."""

    name: str
    other: str
    url: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Order:
    """How the list is sorted, and by what else it could be; `kept` are the arguments that a new
    order leaves."""

    sorts: tuple[Choice, ...]
    direction: Direction | None
    kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The files of a list that could not be read: how many, and the cards of the first of them."""

    count: int
    cards: Markup


@dataclass(frozen=True, slots=True)
class Summary:
    """Above the grid: where we are, how much there is, in which order, what is further down.

    `folders` and `head` are of a folder's own list, without filters. `filters` lead to the list
    without them, `active` is how many the form has set; `empty` is what to say of a list without
    items, None where the library has none. `noun` is one item of the list in words, `kind` its
    kind, or the main one where it has all.
    """

    heading: str
    crumbs: tuple[Link, ...]
    total: int
    filters: tuple[Link, ...]
    active: int
    folders: tuple[FolderTile, ...]
    head: FolderHead | None
    order: Order
    empty: Empty | None
    noun: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class ListPage:
    """A part of the list. `more` loads the next; `next_page` is the same as a plain link. Empty at
    the end. `cursor` names what `more` would load.
    """

    cards: Markup
    more: str
    next_page: str
    cursor: str


@dataclass(frozen=True, slots=True)
class SearchBox:
    """`scope` names the list that a search stays in, and is empty for the whole library;
    `arguments` are those of that list. `home` is the region without words."""

    words: str
    scope: str
    arguments: tuple[tuple[str, str], ...]
    home: str


@dataclass(frozen=True, slots=True)
class SaveSearch:
    """The form that saves the list by a name, or deletes it where it is `saved`."""

    saved: SavedSearch | None
    suggestion: str


@dataclass(frozen=True, slots=True)
class ListUrls:
    """Addresses of a list: its page, its region alone, its feed, its link in the navigation.
    `query` is the list as arguments."""

    start: str
    again: str
    feed: str
    nav: str
    query: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """A page of the list."""

    summary: Summary
    list_page: ListPage
    failed: Failed
    is_first: bool
    urls: ListUrls
    search: SearchBox
    filters: FilterForm
    save_search: SaveSearch
    shape: str


def list_page_context(
    conn: Connection, viewer: Viewer, folders: Folders, cards: CardRenderer, query: GalleryQuery
) -> ListPage:
    """The cards after the query's cursor."""
    listing = resolve(conn, viewer, folders, query)
    after = query.after or None
    rows, following = gallery.list_page(conn, listing.readable, limit=PAGE_SIZE, after=after)
    return _list_page(conn, cards, listing, rows, following)


def gallery_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    cards: CardRenderer,
    query: GalleryQuery,
    since: int,
    limit: int = PAGE_SIZE,
) -> Gallery:
    """A page of the gallery at event `since`; `limit` cards from the query's cursor on."""
    listing = resolve(conn, viewer, folders, query)
    after = query.after or None
    rows, following = gallery.list_page(conn, listing.readable, limit=limit, after=after)
    total = gallery.count(conn, listing.spec)
    saved = saved_searches.saved(conn, viewer)
    summary = summary_context(conn, folders, listing, total, saved)
    return Gallery(
        summary=summary,
        list_page=_list_page(conn, cards, listing, rows, following),
        failed=failed_context(conn, cards, listing),
        is_first=not query.after,
        urls=ListUrls(
            start=query.url(),
            again=query.url("/partials/gallery"),
            feed=query.url("/events", since=since),
            nav=nav_url_of(query, saved),
            query=query.with_(seed=0).url("").removeprefix("?"),
        ),
        search=_search_box(query, saved),
        filters=filter_form(query, _place_selects(conn, folders, listing)),
        shape=KINDS[query.only_kind].list.shape if query.only_kind else "wide",
        save_search=SaveSearch(
            saved=saved_as(query, saved),
            suggestion=", ".join(chip.name.strip("“”") for chip in summary.filters)[: tags.LONGEST],
        ),
    )


def _search_box(query: GalleryQuery, saved: Sequence[SavedSearch]) -> SearchBox:
    """A search has an order of its own."""
    inside = query.with_(q="", after="", sort="", seed=0)
    return SearchBox(
        words=query.q,
        scope=list_name(query.with_(q="", after=""), saved) if inside != GalleryQuery() else "",
        arguments=tuple(inside.arguments),
        home=query.with_(q="", after="").url("/partials/gallery"),
    )


def _list_page(
    conn: Connection,
    cards: CardRenderer,
    listing: Listing,
    videos: list[tuple[int, int]],
    following: str | None,
) -> ListPage:
    query = listing.query
    html = cards.render(conn, listing.spec.viewer, videos, listing.folder)
    if not query.after:  # the first row is on the screen: its thumbnails are not put off
        html[:EAGER] = [Markup(str(card).replace(_LAZY, _EAGER, 1)) for card in html[:EAGER]]
    return ListPage(
        cards=Markup("".join(html)),
        more=query.url("/partials/cards", after=following) if following else "",
        next_page=query.url(after=following) if following else "",
        cursor=following or "",
    )


def _place_selects(conn: Connection, folders: Folders, listing: Listing) -> tuple[Select, ...]:
    audience = listing.spec.viewer.audience
    if listing.folder is not None:
        inside = roots.folders_in(conn, audience, listing.folder.id)
    else:
        inside = folder_contexts.top_folders(conn, audience, folders)
    return place_selects(folders, listing.query, inside, tags.most_used(conn, audience))


def failed_context(conn: Connection, cards: CardRenderer, listing: Listing) -> Failed:
    """What is folded at the end of a list."""
    spec = listing.failed
    count = gallery.count(conn, spec)
    rows = gallery.list_page(conn, spec, limit=PAGE_SIZE)[0] if count else []
    html = cards.render(conn, spec.viewer, rows, listing.folder, selectable=False)
    return Failed(count, Markup("").join(html))


def summary_context(
    conn: Connection,
    folders: Folders,
    listing: Listing,
    total: int,
    saved: Sequence[SavedSearch] | None = None,
) -> Summary:
    """`saved` are all saved searches, where they have been read already."""
    query, viewer = listing.query, listing.spec.viewer
    heading = list_name(query, saved_searches.saved(conn, viewer) if saved is None else saved)
    narrowed_by = _narrowed_by(query, heading)
    chips = tuple(Link(name, wider.url()) for name, wider in narrowed_by)

    def count(other: GalleryQuery) -> int:
        return gallery.count(conn, resolve(conn, viewer, folders, other).spec)

    return Summary(
        heading=heading,
        crumbs=_crumbs(folders, query),
        total=total,
        filters=() if has_own_link(query) else chips,
        active=0 if has_own_link(query) else len(query.filters.values) + len(query.tags),
        folders=_folder_tiles(conn, folders, listing),
        head=(
            folder_contexts.head(conn, viewer.audience, listing.folder, query)
            if listing.folder and not query.is_filtered
            else None
        ),
        order=Order(
            sorts=_sorts(query),
            direction=_direction(query),
            kept=tuple(query.with_(sort="", direction="", seed=0, after="").arguments),
        ),
        empty=None if total else empty_context(query, narrowed_by, count),
        noun=_noun(conn, viewer, query),
        kind=KINDS[query.only_kind or MAIN.id],
    )


def _noun(conn: Connection, viewer: Viewer, query: GalleryQuery) -> str:
    """What the items of a list are called: by the kind, where they are all of one."""
    if query.only_kind:
        return KINDS[query.only_kind].words.one
    others = gallery.has_other_kinds(conn, viewer.audience, MAIN.id)
    return "item" if others else MAIN.words.one


def _narrowed_by(query: GalleryQuery, heading: str) -> list[tuple[str, GalleryQuery]]:
    """What the list is narrowed by, where the heading does not say so, each with the list without
    it."""
    everything = query.with_(after="")
    found = []
    folder = folder_name(query.folder)
    if folder and folder != heading:
        found.append((f"Folder: {folder}", everything.with_(folder="")))
    found += [(name, everything.with_(filters=rest)) for name, rest in filter_names(query.filters)]
    if query.kind and (name := kind_name(query.kind)) != heading:
        found.append((name, everything.with_(kind="")))
    if query.q:
        found.append((f"“{query.q}”", everything.with_(q="")))
    for tag in query.tags:
        kept = tuple(other for other in query.tags if other != tag)
        found.append((f"Tag: {tag}", everything.with_(tags=kept)))
    return found


def _crumbs(folders: Folders, query: GalleryQuery) -> tuple[Link, ...]:
    everything = query.with_(folder="", after="")
    crumbs = [Link(MAIN.list.name, everything.url(), current=not query.folder)]
    parts = query.folder.split("/") if query.folder else []
    for depth, part in enumerate(parts, 1):
        path = "/".join(parts[:depth])
        crumbs.append(
            Link(paths.to_words(part), everything.with_(folder=path).url(), depth == len(parts))
        )
    return tuple(crumbs)


def _folder_tiles(conn: Connection, folders: Folders, listing: Listing) -> tuple[FolderTile, ...]:
    """The folders one level down, in a list that is a folder and nothing else."""
    query, folder = listing.query, listing.folder
    if folder is None or query.is_filtered or query.kind:
        return ()
    audience = listing.spec.viewer.audience
    inside = roots.folders_in(conn, audience, folder.id)
    return folder_contexts.tiles(conn, audience, folders, inside)


def _sorts(query: GalleryQuery) -> tuple[Choice, ...]:
    """The orders to choose from. That by age is one, with two directions."""
    order = "newest" if query.order == "oldest" else query.order
    return tuple(
        Choice(sort.label, sort.name, sort.name == order)
        for sort in SORT_ORDERS.values()
        if sort.name != "oldest" and (query.q or not sort.needs_words)
    )


def _direction(query: GalleryQuery) -> Direction | None:
    order = SORT_ORDERS["newest" if query.order == "oldest" else query.order]
    if order.directions is None:
        return None
    is_turned = bool(query.direction) or query.order == "oldest"
    other = "asc" if order.descending != is_turned else "desc"
    turned = query.with_(sort=order.name, direction=other, after="")
    name, other_name = order.directions[::-1] if is_turned else order.directions
    return Direction(name, other_name, turned.url(remember=1), order.descending != is_turned)
