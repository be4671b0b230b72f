"""`/api/items`: items of every kind, with the facts of their kind. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from quart import request
from quart_schema import validate_querystring

from lvs import formatting, paths
from lvs.api.calls import answers
from lvs.api.problems import refuses
from lvs.api.videos import ListIn, VideoRating, video_out
from lvs.folders import Folders
from lvs.http.routes import API, Route
from lvs.http.viewers import current_viewer
from lvs.kinds import ALL, KINDS, MAIN
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import find_hash, resolve
from lvs.models import Card, RatingSummary
from lvs.services import current_services
from lvs.store import Connection, curation, gallery, tags
from lvs.store import items as items_store
from lvs.urls import media_url, page_url, thumbnail_url
from lvs.viewer import Viewer


class ItemsIn(ListIn):
    """The gallery's arguments. Without `kind`, items of all kinds."""

    kind: Literal[*KINDS, ALL] = ALL  # type: ignore[valid-type]


class ItemOut(BaseModel):
    """`facts` are those of the `kind`; their values are null until probed. A video also has the
    fields of `VideoOut`."""

    model_config = ConfigDict(extra="allow")

    kind: str
    media_hash: str
    title: str
    filename: str
    duration_s: float | None
    size_bytes: int
    added_at: str
    rating: VideoRating
    favorite: bool
    views: int
    tags: list[str]
    facts: dict[str, Any]
    thumbnail_url: str
    media_url: str
    page_url: str


class ItemsOut(BaseModel):
    """`next` is the cursor for `after`; null on the last page."""

    items: list[ItemOut]
    next: str | None
    total: int


@validate_querystring(ItemsIn)
@answers(ItemsOut)
@refuses(400, 404)
async def listed(query_args: ItemsIn) -> ItemsOut:
    """One page of items. With `sort=random`, pass the same `seed` for each page."""
    services = current_services()
    arguments = arguments_of(request.query_string)
    query = parse_query({"kind": ALL, **arguments})
    if not (arguments.get("sort") or query.q):
        query = query.with_(sort="newest")
    return await services.store.read(
        _listed, current_viewer(), services.folders, query, query_args.limit
    )


@answers(ItemOut)
@refuses(404)
async def single(media_hash: str) -> ItemOut:
    """Get an item by its `media_hash`."""
    services = current_services()
    return await services.store.read(_single, current_viewer(), services.folders, media_hash)


def _listed(
    conn: Connection, viewer: Viewer, folders: Folders, query: GalleryQuery, limit: int
) -> ItemsOut:
    spec = resolve(conn, viewer, folders, query).spec
    page = gallery.page(conn, spec, limit=limit, after=query.after or None)
    items = _items(conn, viewer, folders, [item_id for item_id, _ in page.items])
    return ItemsOut.model_construct(items=items, next=page.next, total=page.total)


def _single(conn: Connection, viewer: Viewer, folders: Folders, media_hash: str) -> ItemOut:
    return _items(conn, viewer, folders, [find_hash(conn, viewer, folders, media_hash)])[0]


def _items(conn: Connection, viewer: Viewer, folders: Folders, ids: Sequence[int]) -> list[ItemOut]:
    cards = items_store.cards(conn, viewer.audience, ids)
    own_tags = tags.of_items(conn, ids)
    own = curation.of_items(conn, viewer, ids)
    return [_item(cards[i], own[i], own_tags.get(i, []), folders) for i in ids]


def _item(
    card: Card, own: tuple[RatingSummary, bool], own_tags: list[str], folders: Folders
) -> ItemOut:
    ratings, favorite = own
    is_video = card.kind == MAIN.id
    fields = dict(video_out(card, own, own_tags, folders)) if is_video else {}
    shared = ItemOut.model_construct(
        kind=card.kind,
        media_hash=card.media_hash,
        title=card.title,
        filename=paths.to_words(folders.filename(card.file.root_id, card.file.path)),
        duration_s=card.duration_s,
        size_bytes=card.file.size,
        added_at=formatting.iso(card.added_at),
        rating=VideoRating(average=ratings.average, count=ratings.count, user=ratings.own),
        favorite=favorite,
        views=card.views,
        tags=own_tags,
        facts=dict(card.facts),
        thumbnail_url=thumbnail_url(card, 320),
        media_url=media_url(folders, card),
        page_url=page_url(folders, card),
    )
    return ItemOut.model_construct(**(fields | dict(shared)))


ROUTES = (
    Route("/api/items", listed, API),
    Route("/api/items/<media_hash>", single, API),
)
