"""`/api/tags`: the vocabulary, and the tags of a video."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field
from quart_schema import validate_querystring

from lvs.api.calls import Arguments, answers, takes
from lvs.api.lookup import Target, found
from lvs.api.problems import A_BODY, refuses
from lvs.folders import Folders
from lvs.http.routes import API, Route
from lvs.http.viewers import current_viewer
from lvs.models import Tag
from lvs.services import current_services
from lvs.store import Connection, Transaction, tags
from lvs.viewer import Viewer


class PopularIn(Arguments):
    q: Annotated[str, Field(max_length=60)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class TagsIn(Target):
    """The new tags of the video; they replace the old ones."""

    tags: Annotated[list[str], Field(max_length=50)]


class TagOut(BaseModel):
    """`count` is how many videos have it."""

    name: str
    count: int


class PopularOut(BaseModel):
    tags: list[TagOut]


class TagsOut(BaseModel):
    tags: list[str]


@validate_querystring(PopularIn)
@answers(PopularOut)
@refuses(400)
async def popular(query_args: PopularIn) -> PopularOut:
    """Tags that contain `q`: prefix matches first, then by number of videos."""
    store = current_services().store
    most_used = await store.read_cached(
        tags.most_used, current_viewer().audience, query_args.q, query_args.limit
    )
    return PopularOut(tags=[TagOut(name=tag.name, count=tag.count) for tag in most_used])


@validate_querystring(Target)
@answers(TagsOut)
@refuses(400, 404)
async def of_video(query_args: Target) -> TagsOut:
    """Get the tags of a video."""
    services = current_services()
    return _names(
        await services.store.read(_of_video, current_viewer(), services.folders, query_args)
    )


@takes(TagsIn)
@answers(TagsOut)
@refuses(*A_BODY)
async def set_all(data: TagsIn) -> TagsOut:
    """Replace a video's tags."""
    services = current_services()
    return _names(await services.store.write(_set_all, current_viewer(), services.folders, data))


def _of_video(conn: Connection, viewer: Viewer, folders: Folders, target: Target) -> list[Tag]:
    return tags.of_item(conn, found(conn, viewer, folders, target)[0])


def _set_all(tx: Transaction, viewer: Viewer, folders: Folders, data: TagsIn) -> list[Tag]:
    item_id, _ = found(tx.connection, viewer, folders, data)
    return tags.set_all(tx, item_id, data.tags)


def _names(given: list[Tag]) -> TagsOut:
    return TagsOut(tags=[tag.name for tag in given])


ROUTES = (
    Route("/api/tags/popular", popular, API),
    Route("/api/tags/video", of_video, API),
    Route("/api/tags/set", set_all, API, ("POST",)),
)
