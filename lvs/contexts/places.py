"""The navigation: the lists of the library, the saved searches, and which of them a page is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from lvs import paths
from lvs.contexts.filters import filter_names
from lvs.contexts.query import PLACES, GalleryQuery, arguments_of, parse_query
from lvs.errors import InvalidInputError
from lvs.models import Filters, SavedSearch
from lvs.store import gallery, searches, tags
from lvs.store.views import View

LONGEST_NAME = 2  # filters that a heading lists; beyond, the chips beside it say more clearly


@dataclass(frozen=True, slots=True)
class Place:
    """A link of the navigation. `count` is how many videos (or tags) are there, where that is cheap
    to know."""

    id: str
    name: str
    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    lists: tuple[Place, ...]
    saved: tuple[Place, ...] = ()


# Without a store at hand: what the error page offers.
BARE = Places(
    (
        Place("library", "All videos", "/"),
        Place("continue", "Continue watching", "/continue"),
        Place("favorites", "Favorites", "/favorites"),
        Place("best-of", "Top rated", "/best-of"),
        Place("popular", "Popular", "/popular"),
        Place("tags", "Tags", "/tags"),
        Place("random", "Surprise me", "/random"),
        Place("headset", "Headset", "/headset"),
    )
)
_NAMES = {place.url: place.name for place in BARE.lists}
_LISTS = {parse_query(PLACES[url]): url for url in _NAMES if url in PLACES}


def places_context(conn: sqlite3.Connection) -> Places:
    counts = {
        "/": gallery.count(conn, View()),
        "/continue": gallery.count(conn, View(filters=Filters(started=True))),
        "/favorites": gallery.count(conn, View(filters=Filters(favorites=True))),
        "/tags": tags.count(conn),
    }
    return Places(
        tuple(Place(p.id, p.name, p.url, counts.get(p.url)) for p in BARE.lists),
        tuple(Place(f"saved-{s.id}", s.name, _saved_url(s)) for s in searches.saved(conn)),
    )


def has_own_link(query: GalleryQuery) -> bool:
    """Whether this is a list that the navigation always has."""
    return query.with_(after="", seed=0) in _LISTS


def saved_as(query: GalleryQuery, saved: Iterable[SavedSearch]) -> SavedSearch | None:
    """The saved search that is this list."""
    whole = query.with_(after="", seed=0)
    return next((search for search in saved if _list_of(search.query) == whole), None)


def place_of(query: GalleryQuery, saved: Iterable[SavedSearch]) -> str:
    """The address of the link in the navigation that is this list, or the list it narrows."""
    whole = query.with_(after="", seed=0)
    if whole in _LISTS:
        return _LISTS[whole]
    if search := saved_as(query, saved):
        return _saved_url(search)
    without_words = whole.with_(q="")
    if without_words in _LISTS:
        return _LISTS[without_words]
    if query.filters.started:
        return "/continue"
    if query.filters.favorites:
        return "/favorites"
    return "/tags" if query.tags and not query.folder else "/"


def list_name(query: GalleryQuery, saved: Iterable[SavedSearch]) -> str:
    """What a list is called in its heading, in titles and in links to it."""
    whole = query.with_(after="", seed=0)
    if whole in _LISTS:
        return _NAMES[_LISTS[whole]]
    if search := saved_as(query, saved):
        return search.name
    if query.q:
        return "Search"
    if query.folder:
        return folder_name(query.folder)
    if query.filters.started:
        return _NAMES["/continue"]
    if query.filters.favorites:
        return _NAMES["/favorites"]
    names = [name for name, _ in filter_names(query.filters)]
    names += [f"Tag: {tag}" for tag in query.tags]
    if len(names) > LONGEST_NAME:
        return "Filtered videos"
    return ", ".join(names) or _NAMES["/"]


def folder_name(folder: str) -> str:
    return paths.to_words(folder.rpartition("/")[2])


def _saved_url(search: SavedSearch) -> str:
    return f"/?{search.query}"


@lru_cache(maxsize=searches.MOST * 4)
def _list_of(arguments: str) -> GalleryQuery | None:
    """The list that a saved search's arguments describe; None for those of an older program."""
    try:
        return parse_query(arguments_of(arguments.encode())).with_(seed=0)
    except InvalidInputError:
        return None
