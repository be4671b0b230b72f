"""The gallery: one list of cards, and everything around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from lvs import paths
from lvs.contexts.cards import CardRenderer
from lvs.contexts.empty import Empty, empty_context
from lvs.contexts.filters import FilterForm, filter_form, filter_names
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
from lvs.models import Folder, SavedSearch
from lvs.store import Connection, gallery, roots, saved_searches, tags
from lvs.store.sort_orders import SORT_ORDERS
from lvs.viewer import Viewer

PAGE_SIZE = 60


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
class Summary:
    """Above the grid: where we are, how much there is, in which order, what is further down.

    `filters` lead to the list without them; `kept` are the arguments that a new order leaves;
    `empty` is what to say of a list without items, None where the library has none. `noun` is one
    item of the list in words, `kind` its kind, or the main one where it has all.
    """

    heading: str
    crumbs: tuple[Link, ...]
    total: int
    filters: tuple[Link, ...]
    folders: tuple[Link, ...]
    sorts: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...]
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
class Gallery:
    """A page of the list. `query` is the list as arguments, `nav_url` the address of its link in
    the navigation."""

    summary: Summary
    list_page: ListPage
    is_first: bool
    start: str
    again: str
    feed: str
    query: str
    nav_url: str
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
    rows, following = gallery.list_page(conn, listing.spec, limit=PAGE_SIZE, after=after)
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
    page = gallery.page(conn, listing.spec, limit=limit, after=query.after or None)
    saved = saved_searches.saved(conn, viewer)
    summary = summary_context(conn, folders, listing, page.total, saved)
    return Gallery(
        summary=summary,
        list_page=_list_page(conn, cards, listing, page.items, page.next),
        is_first=not query.after,
        start=query.url(),
        again=query.url("/partials/gallery"),
        feed=query.url("/events", since=since),
        query=query.with_(seed=0).url("").removeprefix("?"),
        nav_url=nav_url_of(query, saved),
        search=_search_box(query, saved),
        filters=filter_form(query),
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
    return ListPage(
        cards=Markup("").join(cards.render(conn, listing.spec.viewer, videos, listing.folder)),
        more=query.url("/partials/cards", after=following) if following else "",
        next_page=query.url(after=following) if following else "",
        cursor=following or "",
    )


def summary_context(
    conn: Connection,
    folders: Folders,
    listing: Listing,
    total: int,
    saved: Sequence[SavedSearch] | None = None,
) -> Summary:
    """`saved` are all saved searches, where they have been read already."""
    query, viewer = listing.query, listing.spec.viewer
    sorts = tuple(
        Choice(sort.label, sort.name, sort.name == query.order)
        for sort in SORT_ORDERS.values()
        if query.q or not sort.needs_words
    )
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
        folders=tuple(_folder_links(conn, folders, listing)) if total and not query.kind else (),
        sorts=sorts,
        kept=tuple(query.with_(sort="", seed=0).arguments),
        empty=None if total else empty_context(query, narrowed_by, count),
        noun=_noun(conn, query),
        kind=KINDS[query.only_kind or MAIN.id],
    )


def _noun(conn: Connection, query: GalleryQuery) -> str:
    """What the items of a list are called: by the kind, where they are all of one."""
    if query.only_kind:
        return KINDS[query.only_kind].words.one
    others = gallery.has_other_kinds(conn, MAIN.id)
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


def _folder_links(conn: Connection, folders: Folders, listing: Listing) -> list[Link]:
    """The folders one level down; several configured folders are the first level."""
    query, folder = listing.query, listing.folder
    audience = listing.spec.viewer.audience
    inside = [] if folder is None else roots.folders_in(conn, audience, folder.id)
    if folder is None:
        tops = [roots.folder_at(conn, audience, root.id, "") for root in folders.roots.values()]
        inside = [replace(top, name=folders.roots[top.root_id].name) for top in tops if top]
        if len(inside) == 1:
            inside = roots.folders_in(conn, audience, inside[0].id)
    rest = query.with_(folder="", after="").url("").replace("?", "&", 1)
    return [_folder_link(folders, child, rest, query.is_filtered) for child in inside]


def _folder_link(folders: Folders, folder: Folder, rest: str, is_filtered: bool) -> Link:
    """`rest` is what the address has beside the folder: the same for hundreds of them."""
    filename = folders.filename(folder.root_id, folder.path)
    # No count with a filter: it is not stored, and the folder's whole count would mislead.
    count = None if is_filtered else folder.item_count
    return Link(folder.name, f"/all?folder={paths.to_url(filename)}{rest}", count=count)
