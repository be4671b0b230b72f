"""The calls of the first server, for clients that still make them: `{"filename", ...}` in,
`{"success": true, ...}` out."""

from __future__ import annotations

from quart_schema import validate_request, validate_response

from lvs.api.refusals import A_BODY, refuses
from lvs.api.schemas import (
    FirstFavoriteIn,
    FirstFavoriteOut,
    FirstRateIn,
    FirstRateOut,
    FirstTagIn,
    FirstTagsOut,
    FirstViewIn,
    FirstViewOut,
    Target,
)
from lvs.api.targets import found
from lvs.models import Tag
from lvs.services import services
from lvs.store import curation, playback, tags


@validate_request(FirstRateIn)
@validate_response(FirstRateOut)
@refuses(*A_BODY)
async def rate(data: FirstRateIn) -> FirstRateOut:
    """Rate a video; 0 clears its rating."""
    video_id = await _video(data.filename)
    ratings = await services().store.write(curation.rate, video_id, data.rating or None)
    return FirstRateOut(rating=ratings.own, average=ratings.average)


@validate_request(FirstFavoriteIn)
@validate_response(FirstFavoriteOut)
@refuses(*A_BODY)
async def favorite(data: FirstFavoriteIn) -> FirstFavoriteOut:
    """Make a video a favorite or not; without `favorite`, turn it over."""
    video_id = await _video(data.filename)
    state = await services().store.write(curation.set_favorite, video_id, data.favorite)
    return FirstFavoriteOut(favorite=state.favorite)


@validate_request(FirstTagIn)
@validate_response(FirstTagsOut)
@refuses(*A_BODY)
async def tag(data: FirstTagIn) -> FirstTagsOut:
    """Give a video a tag."""
    video_id = await _video(data.filename)
    return _names(await services().store.write(tags.add, video_id, data.tag))


@validate_request(FirstTagIn)
@validate_response(FirstTagsOut)
@refuses(*A_BODY)
async def delete_tag(data: FirstTagIn) -> FirstTagsOut:
    """Take a tag from a video."""
    video_id = await _video(data.filename)
    return _names(await services().store.write(tags.remove, video_id, data.tag))


@validate_request(FirstViewIn)
@validate_response(FirstViewOut)
@refuses(*A_BODY)
async def view(data: FirstViewIn) -> FirstViewOut:
    """Count a view."""
    video_id = await _video(data.filename)
    return FirstViewOut(views=await services().store.write(playback.count_view, video_id))


async def _video(filename: str) -> int:
    house = services()
    video_id, _ = await house.store.read(found, house.library, Target(filename=filename))
    return video_id


def _names(given: list[Tag]) -> FirstTagsOut:
    return FirstTagsOut(tags=[tag.name for tag in given])
