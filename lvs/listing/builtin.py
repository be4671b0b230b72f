"""The lists that every library has, and the fixed links of the navigation."""

from __future__ import annotations

from dataclasses import dataclass

from lvs.listing.query import parse_query

# Lists with an address of their own: what they add to the arguments.
BUILTIN_LISTS: dict[str, dict[str, str]] = {
    "/": {},
    "/continue": {"sort": "recent", "started": "1"},
    "/favorites": {"favorites": "1"},
    "/best-of": {"sort": "rating", "min_rating": "4"},
    "/popular": {"sort": "views"},
    "/search": {},
}


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the navigation. `count` is how many videos (or tags) are there, where that is cheap
    to know."""

    id: str
    name: str
    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Navigation:
    lists: tuple[NavItem, ...]
    saved: tuple[NavItem, ...] = ()


# Without a store at hand: what the error page offers.
NAVIGATION = Navigation(
    (
        NavItem("library", "All videos", "/"),
        NavItem("continue", "Continue watching", "/continue"),
        NavItem("favorites", "Favorites", "/favorites"),
        NavItem("best-of", "Top rated", "/best-of"),
        NavItem("popular", "Popular", "/popular"),
        NavItem("tags", "Tags", "/tags"),
        NavItem("random", "Surprise me", "/random"),
        NavItem("headset", "Headset", "/headset"),
    )
)
NAMES = {item.url: item.name for item in NAVIGATION.lists}
BY_QUERY = {parse_query(BUILTIN_LISTS[url]): url for url in NAMES if url in BUILTIN_LISTS}
