"""The lists that every library has, each declared once, and the fixed links of the navigation."""

from __future__ import annotations

from dataclasses import dataclass

from lvs.kinds import KINDS, MAIN
from lvs.kinds.kind import Kind
from lvs.listing.query import GalleryQuery, arguments_of, parse_query


@dataclass(frozen=True, slots=True)
class BuiltinList:
    """A list of the library.

    `url` is its address, "" for a list of headset catalogues alone; `arguments` are those of a
    gallery's query string. `empty` is a heading and a text for while it has no videos. `is_counted`
    says that its count is cheap enough for every page, `is_in_rail` that the navigation has a
    link to it, with this `icon`. `catalogue` is its name in the catalogues of headsets and DLNA
    players, "" where they do not have it.
    """

    id: str
    name: str
    url: str
    arguments: str = ""
    empty: tuple[str, str] | None = None
    is_counted: bool = False
    is_in_rail: bool = True
    icon: str = "list"
    catalogue: str = ""

    @property
    def query(self) -> GalleryQuery:
        return parse_query(arguments_of(self.arguments.encode()))


def _of_kind(kind: Kind) -> BuiltinList:
    """The list of all items of a kind. Of the main one, an empty list is an empty library."""
    if kind is MAIN:
        return BuiltinList(
            "library",
            kind.list.name,
            kind.list.url,
            is_counted=True,
            icon=kind.list.icon,
            catalogue="Newest",
        )
    return BuiltinList(
        kind.id,
        kind.list.name,
        kind.list.url,
        f"kind={kind.id}",
        empty=(kind.list.empty, f"Copy {kind.words.file} into a library folder: it appears here."),
        is_counted=True,
        icon=kind.list.icon,
        catalogue=kind.list.name,
    )


BUILTIN_LISTS = (
    *map(_of_kind, KINDS.values()),
    BuiltinList(
        "continue",
        "Continue watching",
        "/continue",
        "started=1&sort=recent",
        empty=("Nothing to continue", "Videos you started appear here."),
        is_counted=True,
        icon="continue",
        catalogue="Continue watching",
    ),
    BuiltinList(
        "favorites",
        "Favorites",
        "/favorites",
        "favorites=1",
        empty=("No favorites yet", "Select the heart on a video to add it."),
        is_counted=True,
        icon="favorites",
        catalogue="Favorites",
    ),
    BuiltinList(
        "best-of",
        "Top rated",
        "/best-of",
        "min_average=4&sort=rating",
        empty=("No top rated videos yet", "Videos with an average of 4 stars or more appear here."),
        icon="best-of",
        catalogue="Top rated",
    ),
    BuiltinList(
        "popular", "Popular", "/popular", "sort=views", is_in_rail=False, catalogue="Most viewed"
    ),
    BuiltinList("vr", "VR", "", "vr=1", catalogue="VR"),
)
# What a list's address adds to the arguments of a request; `/search` is the form's own, and `/` the
# home where there are no arguments.
ARGUMENTS = {one.url: arguments_of(one.arguments.encode()) for one in BUILTIN_LISTS if one.url}
ARGUMENTS["/search"] = {}
ARGUMENTS["/"] = {}
BY_QUERY = {one.query: one for one in BUILTIN_LISTS if one.url}
BY_URL = {one.url: one for one in BUILTIN_LISTS if one.url}


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the navigation. `count` is how many videos (or tags) it leads to, where that is
    cheap to count; `icon` is one of `static/icons.svg`; `pinned` says of a saved search that the
    home has a row of it."""

    id: str
    name: str
    url: str
    count: int | None = None
    icon: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class NavFolder:
    """A folder of the first level, with those directly inside it."""

    link: NavItem
    inside: tuple[NavItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Navigation:
    """`more_folders` says that there are folders of the first level beside these."""

    lists: tuple[NavItem, ...]
    folders: tuple[NavFolder, ...] = ()
    more_folders: bool = False
    saved: tuple[NavItem, ...] = ()


# Without counts: what the error page shows.
NAVIGATION = Navigation(
    (
        NavItem("home", "Home", "/", icon="home"),
        *(
            NavItem(one.id, one.name, one.url, icon=one.icon)
            for one in BY_URL.values()
            if one.is_in_rail
        ),
        NavItem("tags", "Tags", "/tags", icon="tags"),
    )
)
