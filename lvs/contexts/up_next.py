"""The list that an item's page belongs to, around that item."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lvs import kinds, paths
from lvs.contexts.cards import as_in
from lvs.contexts.entries import Entry, entries
from lvs.contexts.gallery import Link
from lvs.contexts.navigation import list_name
from lvs.errors import NotFoundError
from lvs.folders import Folders
from lvs.listing.query import GalleryQuery
from lvs.listing.resolve import resolve
from lvs.models import Card, Folder
from lvs.store import Connection, gallery, items, saved_searches
from lvs.store.list_plan import ListSpec
from lvs.viewer import Viewer

BEFORE = 2
AFTER = 12
MOST_SHOWN = BEFORE + 1 + AFTER


@dataclass(frozen=True, slots=True)
class UpNext:
    """A part of the list `all`: some entries before the item, the item, and those after it.
    `previous` and `next` are addresses, empty at the list's ends. `ids` are the items shown."""

    all: Link
    previous: str
    next: str
    entries: tuple[Entry, ...]
    ids: frozenset[int]


def up_next_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    card: Card,
    came_from: GalleryQuery | None,
) -> UpNext:
    """None for `came_from` is the item's own folder."""
    query = came_from or own_folder(folders, card)
    before, after, folder = _around(conn, viewer, folders, query, card.id)
    ids = [*before, card.id, *after]
    cards = as_in(conn, items.cards(conn, viewer.audience, ids), folder)
    shown = [
        replace(one, url=with_list(one.url, came_from), is_current=one.id == f"next-{card.id}")
        for one in entries(conn, viewer, folders, "next", ids, cards)
    ]
    urls = {one.id: one.url for one in shown}
    return UpNext(
        all=Link(list_name(query, saved_searches.saved(conn, viewer)), query.url()),
        previous=urls.get(f"next-{before[-1]}", "") if before else "",
        next=urls.get(f"next-{after[0]}", "") if after else "",
        entries=tuple(shown) if before or after else (),
        ids=frozenset(ids),
    )


def own_folder(folders: Folders, card: Card) -> GalleryQuery:
    """The list that a person comes from who came from none."""
    folder = folders.filename(card.file.root_id, card.file.path.rpartition("/")[0])
    return GalleryQuery("" if folder else "title", folder)


def with_list(url: str, came_from: GalleryQuery | None) -> str:
    """An address of a page that keeps to the list that the person came from."""
    return came_from.url(url, list=1) if url and came_from else url


def crumbs(folders: Folders, card: Card) -> tuple[Link, ...]:
    """The folders that an item is in, outermost first; the list of its kind for one in none."""
    folder = own_folder(folders, card).folder
    if not folder:
        shown = kinds.KINDS[card.kind].list
        return (Link(shown.name, shown.url),)
    parts = folder.split("/")
    return tuple(
        Link(paths.to_words(part), GalleryQuery(folder="/".join(parts[:depth])).url())
        for depth, part in enumerate(parts, 1)
    )


def _around(
    conn: Connection, viewer: Viewer, folders: Folders, query: GalleryQuery, item_id: int
) -> tuple[list[int], list[int], Folder | None]:
    """Ids before and after an item in a list, and the list's folder."""
    try:
        listing = resolve(conn, viewer, folders, query)
        spec, folder = listing.spec, listing.folder
    except NotFoundError:
        spec, folder = ListSpec(viewer), None
    key = gallery.sort_key_of(conn, spec, item_id)
    if key is None:
        return [], [], folder
    spec = replace(spec, failed=key.failed)  # a file that can't be read is nobody's neighbour
    return *gallery.around(conn, spec, key, before=BEFORE, after=AFTER), folder
