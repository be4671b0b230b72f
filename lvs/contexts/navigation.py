"""The navigation: the lists of the library, the saved searches, and which of them a page is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from lvs import paths
from lvs.contexts.filters import filter_names
from lvs.errors import InvalidInputError
from lvs.kinds import KINDS, MAIN
from lvs.listing import builtin
from lvs.listing.builtin import Navigation, NavItem
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.models import SavedSearch
from lvs.store import Connection, gallery, saved_searches, tags
from lvs.store.list_plan import ListSpec
from lvs.viewer import Viewer

LONGEST_NAME = 2  # filters that a heading lists; more are clearer as chips


def navigation_context(
    conn: Connection, viewer: Viewer, shared: Mapping[str, int] | None = None
) -> Navigation:
    """`shared` are the `shared_counts` of this viewer's audience, where they are known."""
    counts = {
        **(shared_counts(conn, viewer) if shared is None else shared),
        **_counts(conn, viewer, personal=True),
    }
    return Navigation(
        tuple(NavItem(p.id, p.name, p.url, counts.get(p.url)) for p in builtin.NAVIGATION.lists),
        tuple(
            NavItem(f"saved-{s.id}", s.name, saved_url(s))
            for s in saved_searches.saved(conn, viewer)
        ),
    )


def shared_counts(conn: Connection, viewer: Viewer) -> dict[str, int]:
    """How many items (or tags) lists have that are the same for an audience, by address."""
    return {
        **_counts(conn, viewer, personal=False),
        "/tags": tags.count(conn, viewer.audience),
    }


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
    """The address of the link in the navigation that is this list, or the list it narrows.
    A search of everything has no link."""
    whole = query.with_(after="", seed=0)
    if whole in builtin.BY_QUERY:
        return builtin.BY_QUERY[whole].url
    if search := saved_as(query, saved):
        return saved_url(search)
    if query.q and not (query.folder or query.only_kind or query.tags or query.filters.values):
        return "/search"
    without_words = whole.with_(q="")
    if without_words in builtin.BY_QUERY:
        return builtin.BY_QUERY[without_words].url
    if query.filters.get("started"):
        return "/continue"
    if query.filters.get("favorites"):
        return "/favorites"
    if query.tags and not query.folder:
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
