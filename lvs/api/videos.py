"""`/api/videos`: the gallery's lists and single videos. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model
from quart import request
from quart_schema import validate_querystring

from lvs import formatting, paths
from lvs.api import records
from lvs.api.calls import Arguments, answers
from lvs.api.problems import refuses
from lvs.api.records import Record
from lvs.errors import NotFoundError
from lvs.folders import Folders
from lvs.http.routes import API, Route
from lvs.http.viewers import current_viewer
from lvs.kinds import MAIN
from lvs.listing.query import arguments_of, parse_query
from lvs.models import RatingSummary
from lvs.services import current_services
from lvs.store import Connection, items
from lvs.store.filters import FILTERS, Filter
from lvs.store.sort_orders import SORT_ORDERS
from lvs.urls import thumbnail_url, watch_url
from lvs.viewer import Viewer

Projection = Literal[
    "flat", "180", "360", "fisheye", "fisheye190", "mkx200", "mkx220", "rf52", "vrca220", "eac"
]


class _OrderIn(Arguments):
    sort: Literal[*SORT_ORDERS] | None = None  # type: ignore[valid-type]
    direction: Literal["asc", "desc"] | None = None
    folder: str = ""
    seed: Annotated[int, Field(ge=1, le=2_147_483_646)] | None = None


def _argument(one: Filter) -> Any:
    """Type and default of a filter as pydantic takes them."""
    number = Annotated[int, Field(ge=0, le=one.highest)]
    return (number | None, None) if one.negation else (number, 0)


_FilteredIn = create_model(
    "_FilteredIn", __base__=_OrderIn, **{one.name: _argument(one) for one in FILTERS}
)


class ListIn(_FilteredIn):  # type: ignore[misc, valid-type]
    """The gallery's arguments. `min_*` is inclusive, `max_*` is exclusive."""

    q: Annotated[str, Field(max_length=200)] = ""
    tag: Annotated[list[str] | str, Field(max_length=100)] = ""
    after: Annotated[str, Field(max_length=4096)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 60


class VideoRating(BaseModel):
    average: float
    count: int
    user: int | None


class VideoOut(BaseModel):
    """`width` and `height` are as displayed, in pixels; null until probed."""

    media_hash: str
    title: str
    filename: str
    duration_s: float | None
    width: int | None
    height: int | None
    video_codec: str | None
    audio_codec: str | None
    size_bytes: int
    added_at: str
    rating: VideoRating
    favorite: bool
    views: int
    tags: list[str]
    projection: Projection
    stereo: Literal["mono", "sbs", "tb"]
    eyes_swapped: bool
    thumbnail_url: str
    video_url: str
    watch_url: str


class VideosOut(BaseModel):
    """`next` is the cursor for `after`; null on the last page."""

    videos: list[VideoOut]
    next: str | None
    total: int


@validate_querystring(ListIn)
@answers(VideosOut)
@refuses(400, 404)
async def listed(query_args: ListIn) -> bytes:
    """One page of videos. With `sort=random`, pass the same `seed` for each page."""
    arguments = arguments_of(request.query_string)
    query = parse_query({**arguments, "kind": MAIN.id})
    if not (arguments.get("sort") or query.q):
        query = query.with_(sort="newest")  # also in folders: programs want new videos
    return await records.listed(query, query_args.limit, b"videos", video_out)


@answers(VideoOut)
@refuses(404)
async def single(media_hash: str) -> VideoOut:
    """Get a video by its `media_hash`."""
    services = current_services()
    return await services.store.read(_single, current_viewer(), services.folders, media_hash)


def _single(conn: Connection, viewer: Viewer, folders: Folders, media_hash: str) -> VideoOut:
    item_id = items.id_of_hash(conn, viewer.audience, media_hash)
    found = records.records(conn, viewer, [item_id] if item_id is not None else [])
    if not found or found[0].card.kind != MAIN.id:
        raise NotFoundError("No video with this `media_hash` in the library.")
    return video_out(found[0], folders)


def video_out(record: Record, folders: Folders) -> VideoOut:
    card = record.card
    filename = folders.filename(card.file.root_id, card.file.path)
    return VideoOut.model_construct(
        media_hash=card.media_hash,
        title=card.title,
        filename=paths.to_words(filename),
        duration_s=card.duration_s,
        width=card.facts["width"],
        height=card.facts["height"],
        video_codec=card.facts["video_codec"],
        audio_codec=card.facts["audio_codec"],
        size_bytes=card.file.size,
        added_at=formatting.iso(card.added_at),
        rating=rating_out(record.ratings),
        favorite=record.favorite,
        views=card.views,
        tags=record.tags,
        projection=card.facts["effective_projection"],
        stereo=formatting.stereo(card.facts["effective_stereo"]),
        eyes_swapped=card.facts["effective_stereo"] in ("rl", "bt"),
        thumbnail_url=thumbnail_url(card, 320),
        video_url="/video/" + paths.to_url(filename),
        watch_url=watch_url(folders, card),
    )


def rating_out(ratings: RatingSummary) -> VideoRating:
    return VideoRating(average=ratings.average, count=ratings.count, user=ratings.own)


ROUTES = (
    Route("/api/videos", listed, API),
    Route("/api/videos/<media_hash>", single, API),
)
