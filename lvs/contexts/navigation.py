"""The navigation: the lists of the library, the saved searches, and which of them a page is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from lvs import paths
from lvs.contexts.filters import filter_names
from lvs.contexts.folders import folder_url, top_folders
from lvs.errors import InvalidInputError, NotFoundError
from lvs.folders import Folders
from lvs.kinds import KINDS, MAIN
from lvs.listing import builtin
from lvs.listing.builtin import NavFolder, Navigation, NavItem
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import resolve
from lvs.models import Folder, SavedSearch
from lvs.store import Connection, gallery, roots, saved_searches, tags
from lvs.store.list_plan import ListSpec
from lvs.viewer import Viewer

FOLDER_PREFIX = "/all?folder="
MAX_FOLDERS = 30  # of the first level
MAX_SUBFOLDERS = 60  # of the second, in all
MAX_COUNTED = 10  # saved searches
COUNTED_LIBRARY = 3_000  # items at most: each count reads them all
LONGEST_NAME = 2  # filters that a heading lists; more are clearer as chips


@dataclass(frozen=True, slots=True)
class SavedLink:
    """A saved search on the page of all of them."""

    id: int
    name: str
    url: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class SharedNavigation:
    """What an audience shares: how many items or tags a list has, by its address; the folders;
    how many items there are in all."""

    counts: dict[str, int]
    folders: tuple[NavFolder, ...]
    has_more_folders: bool
    total: int


_IN_RAIL = {query for query, one in builtin.BY_QUERY.items() if one.is_in_rail}


def navigation_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    shared: SharedNavigation | None = None,
) -> Navigation:
    """`shared` is the `shared_navigation` of this viewer's audience, where it was read already."""
    shared = shared or shared_navigation(conn, viewer, folders)
    counts = {**shared.counts, **_counts(conn, viewer, personal=True)}
    optional = {kind.list.url for kind in KINDS.values() if kind is not MAIN}
    lists = tuple(
        replace(item, count=counts.get(item.url))
        for item in builtin.NAVIGATION.lists
        if counts.get(item.url) or item.url not in optional
    )
    saved = _saved_items(conn, viewer, folders, is_counted=shared.total <= COUNTED_LIBRARY)
    return Navigation(lists, shared.folders, shared.has_more_folders, saved)


def shared_navigation(conn: Connection, viewer: Viewer, folders: Folders) -> SharedNavigation:
    """What the navigation shows to everybody of this viewer's audience."""
    tops = top_folders(conn, viewer.audience, folders)
    return SharedNavigation(
        counts={
            **_counts(conn, viewer, personal=False),
            "/tags": tags.count(conn, viewer.audience),
        },
        folders=_tree(conn, viewer, folders, tops[:MAX_FOLDERS]),
        has_more_folders=len(tops) > MAX_FOLDERS,
        total=gallery.count(conn, ListSpec(viewer)),
    )


def _tree(
    conn: Connection, viewer: Viewer, folders: Folders, tops: Sequence[Folder]
) -> tuple[NavFolder, ...]:
    """These folders and those directly inside, `MAX_SUBFOLDERS` in all: a folder that has more than
    are left is a link alone."""
    left = MAX_SUBFOLDERS
    tree = []
    for top in tops:
        inside = roots.folders_in(conn, viewer.audience, top.id, limit=left + 1)
        if len(inside) > left:
            inside = []
        left -= len(inside)
        tree.append(
            NavFolder(
                _folder_item(folders, top), tuple(_folder_item(folders, one) for one in inside)
            )
        )
    return tuple(tree)


def _folder_item(folders: Folders, folder: Folder) -> NavItem:
    url = folder_url(folders, folder)
    return NavItem(f"folder-{folder.id}", folder.name, url, folder.item_count, "folder")


def _saved_items(
    conn: Connection, viewer: Viewer, folders: Folders, *, is_counted: bool
) -> tuple[NavItem, ...]:
    """Counted in a small library: in a large one, a search may be costly to count, and these are
    on every page."""
    found = []
    for number, search in enumerate(saved_searches.saved(conn, viewer)):
        query = _list_of(search.query)
        count = None
        if query is not None and is_counted and number < MAX_COUNTED:
            try:
                count = gallery.count(conn, resolve(conn, viewer, folders, query).spec)
            except NotFoundError:  # its folder was removed
                count = 0
        item = NavItem(f"saved-{search.id}", search.name, saved_url(search), count, "saved")
        found.append(replace(item, pinned=search.pinned))
    return tuple(found)


def saved_links(conn: Connection, viewer: Viewer) -> tuple[SavedLink, ...]:
    return tuple(
        SavedLink(one.id, one.name, saved_url(one), one.pinned)
        for one in saved_searches.saved(conn, viewer)
    )


def current_of(navigation: Navigation, nav_url: str) -> str:
    """The link of the navigation to mark on a page that is at `nav_url`: of a folder that the tree
    does not have the nearest one above it, else all folders; of a kind that the library has nothing
    of, the main one."""
    links = [*navigation.lists, *navigation.saved]
    for folder in navigation.folders:
        links += [folder.link, *folder.inside]
    known = {link.url for link in links}
    path = nav_url
    while path not in known and path.startswith(FOLDER_PREFIX):
        path, parted, _ = path.rpartition("/")
        if not parted or not path.startswith(FOLDER_PREFIX):
            return "/folders"
    if path not in known and path in {kind.list.url for kind in KINDS.values()}:
        return MAIN.list.url
    return path


def _counts(conn: Connection, viewer: Viewer, *, personal: bool) -> dict[str, int]:
    return {
        one.url: gallery.count(conn, ListSpec(viewer, filters=query.filters, kind=query.only_kind))
        for query, one in builtin.BY_QUERY.items()
        if one.is_counted and query.is_personal == personal
    }


def has_own_link(query: GalleryQuery) -> bool:
    """Whether this is a list that the navigation always has."""
    return query.with_(after="", seed=0) in builtin.BY_QUERY


def saved_as(query: GalleryQuery, saved: Iterable[SavedSearch]) -> SavedSearch | None:
    """The saved search that is this list."""
    whole = query.with_(after="", seed=0)
    return next((search for search in saved if _list_of(search.query) == whole), None)


def nav_url_of(query: GalleryQuery, saved: Iterable[SavedSearch]) -> str:
    """The address of the link in the navigation that is this list, or the list it narrows; a folder
    by its own address, also where it has no link."""
    whole = query.with_(after="", seed=0)
    if whole in _IN_RAIL:
        return builtin.BY_QUERY[whole].url
    if search := saved_as(query, saved):
        return saved_url(search)
    without_words = whole.with_(q="")
    if without_words in _IN_RAIL:
        return builtin.BY_QUERY[without_words].url
    if query.folder:
        return GalleryQuery(folder=query.folder).url()
    if query.filters.get("started"):
        return "/continue"
    if query.filters.get("favorites"):
        return "/favorites"
    if query.tags:
        return "/tags"
    return KINDS[query.only_kind or MAIN.id].list.url


def list_name(query: GalleryQuery, saved: Iterable[SavedSearch]) -> str:
    """What a list is called in its heading, in titles and in links to it."""
    whole = query.with_(after="", seed=0)
    if whole in builtin.BY_QUERY:
        return builtin.BY_QUERY[whole].name
    if search := saved_as(query, saved):
        return search.name
    if query.q:
        return "Search"
    if query.folder:
        return folder_name(query.folder)
    if query.filters.get("started"):
        return builtin.BY_URL["/continue"].name
    if query.filters.get("favorites"):
        return builtin.BY_URL["/favorites"].name
    names = [name for name, _ in filter_names(query.filters)]
    names += [f"Tag: {tag}" for tag in query.tags]
    if len(names) > LONGEST_NAME:
        return f"Filtered {KINDS[query.only_kind].words.several if query.only_kind else 'items'}"
    return ", ".join(names) or kind_name(query.only_kind)


def kind_name(kind: str) -> str:
    """What the list of a kind is called."""
    return KINDS[kind].list.name if kind in KINDS else "All kinds"


def folder_name(folder: str) -> str:
    return paths.to_words(folder.rpartition("/")[2])


def saved_url(search: SavedSearch) -> str:
    return f"/all?{search.query}"


@lru_cache(maxsize=saved_searches.MOST * 4)
def _list_of(arguments: str) -> GalleryQuery | None:
    """The list that a saved search's arguments describe; None for those of an older program."""
    try:
        return parse_query(arguments_of(arguments.encode())).with_(seed=0)
    except InvalidInputError:
        return None
