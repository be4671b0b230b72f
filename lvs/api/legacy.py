"""The API of the previous server, for its clients: `{"filename", ...}` in,
`{"success": true, ...}` out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field, StrictBool, StrictInt

from lvs.api.calls import answers, takes
from lvs.api.lookup import Target, found
from lvs.api.problems import A_BODY, refuses
from lvs.folders import Folders
from lvs.http.routes import LEGACY, Route
from lvs.http.viewers import current_viewer
from lvs.models import Tag
from lvs.services import current_services
from lvs.store import Transaction, curation, playback, tags
from lvs.viewer import Viewer


class LegacyIn(BaseModel):
    """Request of a legacy call; other fields are ignored."""

    filename: Annotated[str, Field(min_length=1, max_length=4096)]


class LegacyRateIn(LegacyIn):
    """1 to 5 stars; 0 clears them."""

    rating: Annotated[StrictInt, Field(ge=0, le=5)]


class LegacyFavoriteIn(LegacyIn):
    """Without `favorite`, toggles."""

    favorite: StrictBool | None = None


class LegacyTagIn(LegacyIn):
    tag: Annotated[str, Field(min_length=1, max_length=200)]


class LegacyViewIn(LegacyIn):
    pass


class LegacyRateOut(BaseModel):
    success: Literal[True] = True
    rating: int | None
    average: float


class LegacyFavoriteOut(BaseModel):
    success: Literal[True] = True
    favorite: bool


class LegacyTagsOut(BaseModel):
    success: Literal[True] = True
    tags: list[str]


class LegacyViewOut(BaseModel):
    success: Literal[True] = True
    views: int


T = TypeVar("T")


@takes(LegacyRateIn)
@answers(LegacyRateOut)
@refuses(*A_BODY)
async def rate(data: LegacyRateIn) -> LegacyRateOut:
    """Rate a video; 0 clears its rating."""
    ratings = await _change(
        data, lambda tx, viewer, item: curation.rate(tx, viewer, item, data.rating or None)
    )
    return LegacyRateOut(rating=ratings.own, average=ratings.average)


@takes(LegacyFavoriteIn)
@answers(LegacyFavoriteOut)
@refuses(*A_BODY)
async def favorite(data: LegacyFavoriteIn) -> LegacyFavoriteOut:
    """Set whether a video is a favorite; without `favorite`, toggle it."""
    state = await _change(
        data, lambda tx, viewer, item: curation.set_favorite(tx, viewer, item, data.favorite)
    )
    return LegacyFavoriteOut(favorite=state.favorite)


@takes(LegacyTagIn)
@answers(LegacyTagsOut)
@refuses(*A_BODY)
async def tag(data: LegacyTagIn) -> LegacyTagsOut:
    """Add a tag to a video."""
    return _names(await _change(data, lambda tx, _, item: tags.add(tx, item, data.tag)))


@takes(LegacyTagIn)
@answers(LegacyTagsOut)
@refuses(*A_BODY)
async def delete_tag(data: LegacyTagIn) -> LegacyTagsOut:
    """Remove a tag from a video."""
    return _names(await _change(data, lambda tx, _, item: tags.remove(tx, item, data.tag)))


@takes(LegacyViewIn)
@answers(LegacyViewOut)
@refuses(*A_BODY)
async def view(data: LegacyViewIn) -> LegacyViewOut:
    """Count a view."""
    views = await _change(data, lambda tx, _, item: playback.count_view(tx, item))
    return LegacyViewOut(views=views)


async def _change(data: LegacyIn, change: Callable[[Transaction, Viewer, int], T]) -> T:
    """Make a change of the store to the video that a body names, in one write."""
    services = current_services()
    return await services.store.write(
        _of_filename, current_viewer(), services.folders, data.filename, change
    )


def _of_filename(
    tx: Transaction,
    viewer: Viewer,
    folders: Folders,
    filename: str,
    change: Callable[[Transaction, Viewer, int], T],
) -> T:
    item_id, _ = found(tx.connection, viewer, folders, Target(filename=filename))
    return change(tx, viewer, item_id)


def _names(given: list[Tag]) -> LegacyTagsOut:
    return LegacyTagsOut(tags=[tag.name for tag in given])


ROUTES = (
    Route("/rate", rate, LEGACY, ("POST",), is_rating=True),
    Route("/favorite", favorite, LEGACY, ("POST",)),
    Route("/tag", tag, LEGACY, ("POST",)),
    Route("/delete_tag", delete_tag, LEGACY, ("POST",)),
    Route("/view", view, LEGACY, ("POST",)),
)
