"""`/api/items`: items of every kind, with the facts of their kind. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from quart import request
from quart_schema import validate_querystring

from lvs import formatting, paths
from lvs.api import records
from lvs.api.calls import answers
from lvs.api.problems import refuses
from lvs.api.records import Record
from lvs.api.videos import ListIn, VideoRating, rating_out, video_out
from lvs.folders import Folders
from lvs.http.routes import API, Route
from lvs.http.viewers import current_viewer
from lvs.kinds import ALL, KINDS, MAIN
from lvs.listing.query import arguments_of, parse_query
from lvs.listing.resolve import find_hash
from lvs.services import current_services
from lvs.store import Connection
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
async def listed(query_args: ItemsIn) -> bytes:
    """One page of items. With `sort=random`, pass the same `seed` for each page."""
    arguments = arguments_of(request.query_string)
    query = parse_query({"kind": ALL, **arguments})
    if not (arguments.get("sort") or query.q):
        query = query.with_(sort="newest")
    return await records.listed(query, query_args.limit, b"items", item_out)


@answers(ItemOut)
@refuses(404)
async def single(media_hash: str) -> ItemOut:
    """Get an item by its `media_hash`."""
    services = current_services()
    return await services.store.read(_single, current_viewer(), services.folders, media_hash)


def _single(conn: Connection, viewer: Viewer, folders: Folders, media_hash: str) -> ItemOut:
    item_id = find_hash(conn, viewer, folders, media_hash)
    return item_out(records.records(conn, viewer, [item_id])[0], folders)


def item_out(record: Record, folders: Folders) -> ItemOut:
    card = record.card
    fields = dict(video_out(record, folders)) if card.kind == MAIN.id else {}
    shared = ItemOut.model_construct(
        kind=card.kind,
        media_hash=card.media_hash,
        title=card.title,
        filename=paths.to_words(folders.filename(card.file.root_id, card.file.path)),
        duration_s=card.duration_s,
        size_bytes=card.file.size,
        added_at=formatting.iso(card.added_at),
        rating=rating_out(record.ratings),
        favorite=record.favorite,
        views=card.views,
        tags=record.tags,
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
