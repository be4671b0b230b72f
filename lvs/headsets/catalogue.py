"""The lists of a headset's catalogue, and the videos on them that can be played now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lvs.errors import InvalidInputError, NotFoundError
from lvs.folders import Folders
from lvs.kinds import MAIN
from lvs.listing import builtin
from lvs.listing.builtin import BUILTIN_LISTS
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import resolve
from lvs.models import Card, Marks
from lvs.store import Connection, gallery, items, marks, saved_searches, tags
from lvs.viewer import Viewer

NEWEST_AT_MOST = 2_000
AT_MOST = 200  # players show a dozen per page, and fail with ten thousand links
TAGS_SHOWN = 10

_VIEWED = builtin.BY_URL["/popular"].catalogue  # most videos of that list have no view


@dataclass(frozen=True, slots=True)
class CatalogueList:
    """`marks` are the viewer's own data of its cards by item id, where there is any."""

    name: str
    cards: tuple[Card, ...]
    marks: Mapping[int, Marks]


def catalogue_lists(
    conn: Connection, viewer: Viewer, folders: Folders
) -> tuple[CatalogueList, ...]:
    """Every list that has something on it: ours, the saved searches, the most used tags."""
    found: list[CatalogueList] = []
    for name, any_kind in _queries(conn, viewer):
        if any_kind.only_kind not in ("", MAIN.id):
            continue
        query = any_kind.with_(kind=MAIN.id)
        most = AT_MOST if found else NEWEST_AT_MOST
        try:
            rows, _ = gallery.list_page(
                conn, resolve(conn, viewer, folders, query).spec, limit=most
            )
        except NotFoundError:  # a saved search of a folder that was deleted
            continue
        cards = items.cards(conn, viewer.audience, [item_id for item_id, _ in rows])
        there = tuple(
            cards[i]
            for i, _ in rows
            if is_playable(cards[i], folders) and (cards[i].views or name != _VIEWED)
        )
        if there or not found:
            own = marks.of_items(conn, viewer, [card.id for card in there])
            found.append(CatalogueList(name, there, own))
    return tuple(found)


def builtin_lists() -> list[tuple[str, str]]:
    """(name, arguments) of the built-in lists that catalogues have."""
    return [(one.catalogue, one.arguments) for one in BUILTIN_LISTS if one.catalogue]


def _queries(conn: Connection, viewer: Viewer) -> Iterator[tuple[str, GalleryQuery]]:
    saved = ((search.name, search.query) for search in saved_searches.saved(conn, viewer))
    for name, arguments in (*builtin_lists(), *saved):
        try:
            yield name, query_of(arguments)
        except InvalidInputError:  # saved by an older version
            continue
    for tag in tags.most_used(conn, viewer.audience, limit=TAGS_SHOWN):
        yield tag.name, parse_query({"tag": tag.name})


def query_of(arguments: str) -> GalleryQuery:
    """The list of some arguments. Raises InvalidInputError."""
    return parse_query(arguments_of(arguments.encode()))


def is_playable(card: Card, folders: Folders) -> bool:
    """Whether a headset can play it now: a video whose file is there."""
    return (
        card.kind == MAIN.id
        and card.file.missing_since is None
        and card.file.root_id not in folders.offline_ids
        and card.probed.error is None
    )
