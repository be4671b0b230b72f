"""`/api/ratings` and `/api/favorites`: the same writes as the pages', for programs."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StrictBool, StrictInt

from lvs.api.calls import Arguments, answers, takes
from lvs.api.lookup import Target, found
from lvs.api.problems import A_BODY, refuses
from lvs.folders import Folders
from lvs.http.routes import API, Route
from lvs.http.viewers import current_viewer
from lvs.models import RatingSummary
from lvs.services import current_services
from lvs.store import Connection, Transaction, curation
from lvs.viewer import Viewer

Stars = Annotated[StrictInt, Field(ge=1, le=5)]


class RatingIn(Arguments):
    value: Stars


class TargetedRatingIn(Target):
    value: Stars


class FavoriteIn(Target):
    """Without `favorite`, toggles."""

    favorite: StrictBool | None = None


class OwnRating(BaseModel):
    value: int | None


class RatingOut(BaseModel):
    """`user.value` is null when unrated."""

    average: float
    count: int
    user: OwnRating


class FavoriteOut(BaseModel):
    """`count` is how many users have it as a favorite."""

    media_hash: str
    favorite: bool
    count: int


@answers(RatingOut)
@refuses(404)
async def rating(media_hash: str) -> RatingOut:
    """Get a video's ratings."""
    services = current_services()
    viewer, target = current_viewer(), _by_hash(media_hash)
    return _summary(await services.store.read(_ratings, viewer, services.folders, target))


def _ratings(conn: Connection, viewer: Viewer, folders: Folders, target: Target) -> RatingSummary:
    return curation.rating_of(conn, viewer, found(conn, viewer, folders, target)[0])


@takes(RatingIn)
@answers(RatingOut, 201)
@refuses(*A_BODY)
async def rate(media_hash: str, data: RatingIn) -> RatingOut:
    """Rate a video; replaces your rating."""
    return await _rate(_by_hash(media_hash), data.value)


@takes(TargetedRatingIn)
@answers(RatingOut, 201)
@refuses(*A_BODY)
async def rate_named(data: TargetedRatingIn) -> RatingOut:
    """Rate the video named in the body."""
    return await _rate(data, data.value)


@answers(RatingOut)
@refuses(403, 404, 429)
async def clear_rating(media_hash: str) -> RatingOut:
    """Remove your rating."""
    return await _rate(_by_hash(media_hash), None)


@takes(FavoriteIn)
@answers(FavoriteOut)
@refuses(*A_BODY)
async def set_favorite(data: FavoriteIn) -> FavoriteOut:
    """Set whether a video is a favorite; without `favorite`, toggle it."""
    services = current_services()
    return await services.store.write(_set_favorite, current_viewer(), services.folders, data)


def _set_favorite(
    tx: Transaction, viewer: Viewer, folders: Folders, data: FavoriteIn
) -> FavoriteOut:
    item_id, media_hash = found(tx.connection, viewer, folders, data)
    state = curation.set_favorite(tx, viewer, item_id, data.favorite)
    return FavoriteOut(media_hash=media_hash, favorite=state.favorite, count=state.count)


async def _rate(target: Target, value: int | None) -> RatingOut:
    services = current_services()
    viewer = current_viewer()
    return _summary(
        await services.store.write(_rate_target, viewer, services.folders, target, value)
    )


def _rate_target(
    tx: Transaction, viewer: Viewer, folders: Folders, target: Target, value: int | None
) -> RatingSummary:
    item_id, _ = found(tx.connection, viewer, folders, target)
    return curation.rate(tx, viewer, item_id, value)


def _by_hash(media_hash: str) -> Target:
    """A target from an address. It is not validated: an address may hold any text."""
    return Target.model_construct(media_hash=media_hash, filename=None)


def _summary(ratings: RatingSummary) -> RatingOut:
    own = OwnRating(value=ratings.own)
    return RatingOut(average=ratings.average, count=ratings.count, user=own)


ROUTES = (
    Route("/api/ratings/<media_hash>", rating, API),
    Route("/api/ratings/<media_hash>", rate, API, ("POST",), is_rating=True),
    Route("/api/ratings/<media_hash>", clear_rating, API, ("DELETE",)),
    Route("/api/ratings", rate_named, API, ("POST",), is_rating=True),
    Route("/api/favorites", set_favorite, API, ("POST",)),
)
