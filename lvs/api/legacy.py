"""The calls of the first server, for clients that still make them: `{"filename", ...}` in,
`{"success": true, ...}` out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from lvs.api.calls import answers, takes
from lvs.api.lookup import found
from lvs.api.problems import A_BODY, refuses
from lvs.api.schemas import (
    FirstFavoriteIn,
    FirstFavoriteOut,
    FirstIn,
    FirstRateIn,
    FirstRateOut,
    FirstTagIn,
    FirstTagsOut,
    FirstViewIn,
    FirstViewOut,
    Target,
)
from lvs.folders import Folders
from lvs.models import Tag
from lvs.services import services
from lvs.store import Transaction, curation, playback, tags

P = ParamSpec("P")
T = TypeVar("T")


@takes(FirstRateIn)
@answers(FirstRateOut)
@refuses(*A_BODY)
async def rate(data: FirstRateIn) -> FirstRateOut:
    """Rate a video; 0 clears its rating."""
    ratings = await _change(data, curation.rate, data.rating or None)
    return FirstRateOut(rating=ratings.own, average=ratings.average)


@takes(FirstFavoriteIn)
@answers(FirstFavoriteOut)
@refuses(*A_BODY)
async def favorite(data: FirstFavoriteIn) -> FirstFavoriteOut:
    """Make a video a favorite or not; without `favorite`, turn it over."""
    state = await _change(data, curation.set_favorite, data.favorite)
    return FirstFavoriteOut(favorite=state.favorite)


@takes(FirstTagIn)
@answers(FirstTagsOut)
@refuses(*A_BODY)
async def tag(data: FirstTagIn) -> FirstTagsOut:
    """Give a video a tag."""
    return _names(await _change(data, tags.add, data.tag))


@takes(FirstTagIn)
@answers(FirstTagsOut)
@refuses(*A_BODY)
async def delete_tag(data: FirstTagIn) -> FirstTagsOut:
    """Take a tag from a video."""
    return _names(await _change(data, tags.remove, data.tag))


@takes(FirstViewIn)
@answers(FirstViewOut)
@refuses(*A_BODY)
async def view(data: FirstViewIn) -> FirstViewOut:
    """Count a view."""
    return FirstViewOut(views=await _change(data, playback.count_view))


async def _change(
    data: FirstIn,
    change: Callable[Concatenate[Transaction, int, P], T],
    *args: P.args,
    **_: P.kwargs,
) -> T:
    """Make a change of the store to the video that a body names, in one write."""
    house = services()
    return await house.store.write(_of_filename, house.folders, data.filename, change, args)


def _of_filename(
    tx: Transaction,
    folders: Folders,
    filename: str,
    change: Callable[..., T],
    args: Sequence[object],
) -> T:
    video_id, _ = found(tx.connection, folders, Target(filename=filename))
    return change(tx, video_id, *args)


def _names(given: list[Tag]) -> FirstTagsOut:
    return FirstTagsOut(tags=[tag.name for tag in given])
