"""What the API says of items: read at once for many, and their JSON kept by version."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import BaseModel

from lvs.caches import Cache
from lvs.folders import Folders
from lvs.http.viewers import current_viewer
from lvs.listing.query import GalleryQuery
from lvs.listing.resolve import resolve
from lvs.models import Card, RatingSummary
from lvs.services import current_services
from lvs.store import Connection, curation, gallery, items, tags, visibility
from lvs.store.curation import UNRATED
from lvs.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Record:
    """An item with its user data; `favorite` is the viewer's."""

    card: Card
    ratings: RatingSummary
    favorite: bool
    tags: list[str]


# How a call describes an item. The fields `rating`, `favorite` and `views` come in this order.
Describe = Callable[[Record, Folders], BaseModel]
# The JSON of an item before and after the rating and the favorite, and all of it for one that is
# unrated; by how it is described, its row id and version, and the copy in place of its own file.
RecordCache = Cache[Hashable, tuple[bytes, bytes, bytes]]
_RATINGS, _AFTER = b',"rating":', b',"views":'  # a quote inside of a value is escaped


def records(conn: Connection, viewer: Viewer, ids: Sequence[int]) -> list[Record]:
    """The records of those of these items that the viewer sees, in order."""
    cards = items.cards(conn, viewer.audience, ids)
    own_tags = tags.of_items(conn, ids)
    own = curation.of_items(conn, viewer, ids)
    return [
        Record(cards[item_id], *own.get(item_id, UNRATED), own_tags.get(item_id, []))
        for item_id in ids
        if item_id in cards
    ]


async def listed(query: GalleryQuery, limit: int, name: bytes, describe: Describe) -> bytes:
    """The JSON of one page of a list: its items under `name`, `next` and `total`."""
    services = current_services()
    cache = services.rendering.api_items
    return await services.store.read(
        _listed, current_viewer(), services.folders, cache, query, limit, name, describe
    )


def _listed(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    cache: RecordCache,
    query: GalleryQuery,
    limit: int,
    name: bytes,
    describe: Describe,
) -> bytes:
    spec = resolve(conn, viewer, folders, query).spec
    page = gallery.page(conn, spec, limit=limit, after=query.after or None)
    found = b",".join(json_of(conn, viewer, folders, cache, page.items, describe))
    following = json.dumps(page.next).encode()
    return b'{"%b":[%b],"next":%b,"total":%d}' % (name, found, following, page.total)


def json_of(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    cache: RecordCache,
    wanted: Sequence[tuple[int, int]],
    describe: Describe,
) -> Iterator[bytes]:
    """The JSON of items by (id, version). Ratings and favorites are the viewer's and read each
    time; the rest is read from the store for those that are not in the cache."""
    ids = [item_id for item_id, _ in wanted]
    copies = visibility.copies(conn, viewer.audience, ids)
    keys = [(describe, item_id, version, copies.get(item_id)) for item_id, version in wanted]
    kept = cache.get_all(keys)
    missing = {key[1]: key for key in keys if kept[key] is None}
    if missing:
        cards = items.cards(conn, viewer.audience, missing)
        own_tags = tags.of_items(conn, missing)
        for item_id, card in cards.items():
            key = missing[item_id]
            record = Record(card, *UNRATED, own_tags.get(item_id, []))
            unrated = describe(record, folders).model_dump_json().encode()
            before, rest = unrated.split(_RATINGS, 1)
            kept[key] = parts = before, _AFTER + rest.split(_AFTER, 1)[1], unrated
            cache.put(key, parts)
    own = curation.of_items(conn, viewer, ids)
    for key in keys:
        found = kept[key]
        if found is not None and key[1] in own:
            yield found[0] + _own_json(own[key[1]]) + found[1]
        elif found is not None:
            yield found[2]


@lru_cache(1024)  # most items have the same ratings as many others
def _own_json(own: tuple[RatingSummary, bool]) -> bytes:
    """The fields `rating` and `favorite`."""
    ratings, favorite = own
    rating = {"average": ratings.average, "count": ratings.count, "user": ratings.own}
    text = json.dumps({"rating": rating, "favorite": favorite}, separators=(",", ":"))
    return f",{text[1:-1]}".encode()
