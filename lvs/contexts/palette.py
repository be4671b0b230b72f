"""The command palette and the suggestions of the search field: what matches a few letters.

Folders, pages, tags, saved searches and actions are matched by their names, videos by the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar
from urllib.parse import quote

from lvs import paths
from lvs.contexts.folders import folder_url
from lvs.contexts.navigation import saved_url
from lvs.folders import Folders
from lvs.listing.builtin import NAVIGATION
from lvs.listing.query import GalleryQuery
from lvs.listing.shortcuts import PLACES
from lvs.models import Folder, Tag
from lvs.store import Connection, gallery, items, roots, saved_searches, search
from lvs.store.filters import Filters
from lvs.store.list_plan import ListSpec
from lvs.urls import page_url, thumbnail_url
from lvs.viewer import Audience, Viewer

T = TypeVar("T")

PER_GROUP = 6
SUGGESTIONS_PER_GROUP = 3
LONGEST_TEXT = 200
MOST_FOLDERS = 20_000  # that are matched; those with most videos
_plain = lru_cache(MOST_FOLDERS)(paths.plain)


@dataclass(frozen=True, slots=True)
class Entry:
    """A choice: a link to `url`, an action that is posted there (`is_action`), or a `command` of
    the script. `note` is for equal names, `picture` is the address of a thumbnail."""

    name: str
    url: str = ""
    note: str = ""
    picture: str = ""
    is_action: bool = False
    command: str = ""


@dataclass(frozen=True, slots=True)
class PaletteGroup:
    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Palette:
    """`text` is what was typed, `search_url` the list of all that match it."""

    text: str
    groups: tuple[PaletteGroup, ...]
    search_url: str


_NAMES = {
    **{link.url: link.name for link in NAVIGATION.lists},
    **{place.url: place.name for place in PLACES},
    "/admin/performance": "Diagnostics",
    "/api": "API",
}
_PAGES = tuple(Entry(name, url) for url, name in _NAMES.items())
_COMMANDS = (
    Entry("Select videos", command="select"),
    Entry("Keyboard shortcuts", command="shortcuts"),
)
_ADMIN_ACTIONS = (
    Entry("Scan now", "/library/scan", is_action=True),
    Entry("Back up now", "/admin/backup", is_action=True),
)


def named_folders(conn: Connection, audience: Audience) -> list[Folder]:
    """All folders with items, those with most first. The audience's own: they may be cached."""
    return roots.all_folders(conn, audience, MOST_FOLDERS)


def palette_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    known: Sequence[Folder],
    used_tags: Sequence[Tag],
    text: str,
) -> Palette:
    """What matches a text, best group first; without one, what was watched last and the pages."""
    text = _clean(text)
    if not text:
        groups = (
            PaletteGroup("Recently watched", _recent(conn, viewer, folders)),
            PaletteGroup("Pages", _PAGES),
            PaletteGroup("Actions", _actions(viewer)),
        )
        return Palette(text, tuple(group for group in groups if group.entries), "")
    saved = [Entry(one.name, saved_url(one)) for one in saved_searches.saved(conn, viewer)]
    found = [
        ("Folders", _folders(conn, viewer.audience, folders, known, text, PER_GROUP)),
        ("Pages", _best(text, _PAGES, by_name, PER_GROUP)),
        ("Tags", _tags(used_tags, text, PER_GROUP)),
        ("Saved searches", _best(text, saved, by_name, PER_GROUP)),
        ("Videos", _videos(conn, viewer, folders, text, PER_GROUP)),
        ("Actions", _best(text, _actions(viewer), by_name, PER_GROUP)),
    ]
    found.sort(key=lambda group: min((score for score, _ in group[1]), default=99))
    return Palette(text, _groups(found), _search_url(text))


def suggestions_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    known: Sequence[Folder],
    used_tags: Sequence[Tag],
    text: str,
) -> Palette:
    """What the search field offers for a text: folders, tags and titles."""
    places = places_context(conn, viewer, folders, known, used_tags, text)
    videos = _videos(conn, viewer, folders, places.text, SUGGESTIONS_PER_GROUP)
    return replace(places, groups=(*places.groups, *_groups([("Videos", videos)])))


def places_context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    known: Sequence[Folder],
    used_tags: Sequence[Tag],
    text: str,
) -> Palette:
    """As `suggestions_context`, without titles."""
    text, most = _clean(text), SUGGESTIONS_PER_GROUP
    if not text:
        return Palette("", (), "")
    found = [
        ("Folders", _folders(conn, viewer.audience, folders, known, text, most)),
        ("Tags", _tags(used_tags, text, most)),
    ]
    return Palette(text, _groups(found), _search_url(text))


def _clean(text: str) -> str:
    return " ".join(text[:LONGEST_TEXT].split())


def by_name(entry: Entry) -> str:
    return entry.name


Scored = list[tuple[int, Entry]]


def _groups(found: Iterable[tuple[str, Scored]]) -> tuple[PaletteGroup, ...]:
    return tuple(
        PaletteGroup(name, tuple(entry for _, entry in scored)) for name, scored in found if scored
    )


def _search_url(text: str) -> str:
    return f"/search?q={quote(text)}"


def _actions(viewer: Viewer) -> tuple[Entry, ...]:
    return (*_COMMANDS, *(_ADMIN_ACTIONS if viewer.role == "admin" else ()))


def _recent(conn: Connection, viewer: Viewer, folders: Folders) -> tuple[Entry, ...]:
    spec = ListSpec(viewer, "recent", filters=Filters(started=1))
    return _entries(conn, viewer, folders, spec, PER_GROUP)


def _videos(conn: Connection, viewer: Viewer, folders: Folders, text: str, most: int) -> Scored:
    match = search.expression(text)
    if not match:
        return []
    found = _entries(conn, viewer, folders, ListSpec(viewer, "relevance", match=match), most)
    return [(score(text, entry.name) or 2, entry) for entry in found]


def _entries(
    conn: Connection, viewer: Viewer, folders: Folders, spec: ListSpec, most: int
) -> tuple[Entry, ...]:
    wanted = [item_id for item_id, _ in gallery.list_page(conn, spec, limit=most)[0]]
    cards = items.cards(conn, viewer.audience, wanted)
    return tuple(
        Entry(
            card.title,
            page_url(folders, card),
            paths.to_words(folders.filename(card.file.root_id, card.file.path).rpartition("/")[0]),
            thumbnail_url(card, 320) if card.thumbnail.key else "",
        )
        for card in (cards[item_id] for item_id in wanted if item_id in cards)
    )


def _folders(
    conn: Connection,
    audience: Audience,
    folders: Folders,
    known: Sequence[Folder],
    text: str,
    most: int,
) -> Scored:
    def name(folder: Folder) -> str:
        return paths.to_words(folders.filename(folder.root_id, folder.path))

    found: Scored = []
    for points, folder in _best(text, known, name, 2 * most):
        # One with nothing but hidden videos is not known to the audience.
        if roots.folder_at(conn, audience, folder.root_id, folder.path) is None:
            continue
        above, _, own = name(folder).rpartition("/")
        found.append((points, Entry(own, folder_url(folders, folder), above)))
    return found[:most]


def _tags(used: Sequence[Tag], text: str, most: int) -> Scored:
    return [
        (points, Entry(tag.name, GalleryQuery(tags=(tag.name,)).url()))
        for points, tag in _best(text, used, lambda tag: tag.name, most)
    ]


def _best(
    text: str, among: Iterable[T], name_of: Callable[[T], str], most: int
) -> list[tuple[int, T]]:
    """(score, one) of those that match, the best first; equally good ones in their order."""
    scored = ((score(text, name_of(one)), one) for one in among)
    found = [(points, one) for points, one in scored if points is not None]
    return sorted(found, key=lambda pair: pair[0])[:most]


def score(text: str, name: str) -> int | None:
    """How well a name (or path) matches what was typed, 0 best: its beginning, beginnings of its
    words in any order, something inside, the letters in this order. None when it does not."""
    wanted, whole = _plain(text), _plain(name)
    own = whole.rpartition("/")[2]
    if own.startswith(wanted):
        return 0
    words = own.replace("-", " ").replace("_", " ").split()
    if all(any(word.startswith(part) for word in words) for part in wanted.split()):
        return 1
    if all(part in whole for part in wanted.split()):
        return 2
    letters = iter(whole)
    return 3 if all(letter in letters for letter in wanted.replace(" ", "")) else None
