"""`/api/videos`: the gallery's lists and single videos."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from quart import request
from quart_schema import validate_querystring

from lvs import formatting, paths
from lvs.api.calls import answers
from lvs.api.problems import refuses
from lvs.api.schemas import ListIn, VideoOut, VideoRating, VideosOut
from lvs.caches import Cache
from lvs.errors import NotFoundError
from lvs.folders import Folders
from lvs.http.routes import API, Route
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import resolve
from lvs.models import Card
from lvs.services import current_services
from lvs.store import Connection, gallery, tags
from lvs.store import videos as videos_store
from lvs.urls import thumbnail_url, watch_url

Items = Cache[tuple[int, int], bytes]  # the JSON of a video by its row id and version


@validate_querystring(ListIn)
@answers(VideosOut)
@refuses(400, 404)
async def listed(query_args: ListIn) -> bytes:
    """One page of videos. With `sort=random`, pass the same `seed` for each page."""
    services = current_services()
    arguments = arguments_of(request.query_string)
    query = parse_query(arguments)
    if not (arguments.get("sort") or query.q):
        query = query.with_(sort="newest")  # of folders, too: programs follow what is new
    return await services.store.read(
        _listed, services.folders, services.rendering.api_items, query, query_args.limit
    )


@answers(VideoOut)
@refuses(404)
async def single(media_hash: str) -> VideoOut:
    """Get a video by its `media_hash`."""
    services = current_services()
    return await services.store.read(_single, services.folders, media_hash)


def _listed(
    conn: Connection, folders: Folders, items: Items, query: GalleryQuery, limit: int
) -> bytes:
    """The JSON of a `VideosOut`."""
    spec = resolve(conn, folders, query).spec
    page = gallery.page(conn, spec, limit=limit, after=query.after or None)
    videos = b",".join(_items(conn, folders, items, page.videos))
    following = json.dumps(page.next).encode()
    return b'{"videos":[%b],"next":%b,"total":%d}' % (videos, following, page.total)


def _items(
    conn: Connection, folders: Folders, items: Items, wanted: Sequence[tuple[int, int]]
) -> Iterator[bytes]:
    """The JSON of videos by (id, version). Only those not in the cache are read from the store."""
    kept = {key: items.get(key) for key in wanted}
    missing = [key for key, item in kept.items() if item is None]
    made = _videos(conn, folders, [video_id for video_id, _ in missing]) if missing else []
    for key, video in zip(missing, made, strict=True):
        written = video.model_dump_json().encode()
        items.put(key, written)
        kept[key] = written
    return (item for key in wanted if (item := kept[key]) is not None)


def _single(conn: Connection, folders: Folders, media_hash: str) -> VideoOut:
    video_id = videos_store.id_of_hash(conn, media_hash)
    if video_id is None:
        raise NotFoundError("No video with this `media_hash` in the library.")
    return _videos(conn, folders, [video_id])[0]


def _videos(conn: Connection, folders: Folders, ids: Sequence[int]) -> list[VideoOut]:
    cards = videos_store.cards(conn, ids)
    codecs = videos_store.codecs(conn, ids)
    given = tags.of_videos(conn, ids)
    return [_video(cards[i], codecs[i], given.get(i, []), folders) for i in ids]


def _video(
    card: Card, codecs: tuple[str | None, str | None], given: list[str], folders: Folders
) -> VideoOut:
    filename = folders.filename(card.root_id, card.path)
    return VideoOut.model_construct(
        media_hash=card.media_hash,
        title=card.title,
        filename=paths.to_words(filename),
        duration_s=card.duration_s,
        width=card.width,
        height=card.height,
        video_codec=codecs[0],
        audio_codec=codecs[1],
        size_bytes=card.size,
        added_at=formatting.iso(card.added_at),
        rating=VideoRating(average=card.rating_average, count=card.rating_count, user=card.rating),
        favorite=card.favorite,
        views=card.views,
        tags=given,
        projection=card.projection,
        stereo=formatting.stereo(card.stereo),
        eyes_swapped=card.stereo in ("rl", "bt"),
        thumbnail_url=thumbnail_url(card, 320),
        video_url="/video/" + paths.to_url(filename),
        watch_url=watch_url(folders, card),
    )


ROUTES = (
    Route("/api/videos", listed, API),
    Route("/api/videos/<media_hash>", single, API),
)
