"""Where one can go from every page: the lists of the library, and the saved searches."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from lvs.models import Filters
from lvs.store import gallery, searches, tags
from lvs.store.views import View


@dataclass(frozen=True, slots=True)
class Place:
    """`count` is how many videos (or tags) are there, where that is cheap to know."""

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
        Place("Library", "/"),
        Place("Continue watching", "/continue"),
        Place("Favorites", "/favorites"),
        Place("Best of", "/best-of"),
        Place("Popular", "/popular"),
        Place("Tags", "/tags"),
        Place("Surprise me", "/random"),
        Place("On a headset", "/headset"),
    )
)


def places_context(conn: sqlite3.Connection) -> Places:
    counts = {
        "/": gallery.count(conn, View()),
        "/continue": gallery.count(conn, View(filters=Filters(started=True))),
        "/favorites": gallery.count(conn, View(filters=Filters(favorites=True))),
        "/tags": tags.count(conn),
    }
    return Places(
        tuple(Place(place.name, place.url, counts.get(place.url)) for place in BARE.lists),
        tuple(Place(search.name, f"/?{search.query}") for search in searches.saved(conn)),
    )
