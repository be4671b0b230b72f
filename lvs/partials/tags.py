"""Tags of a video as plain forms, and what the tag input offers while one types."""

from __future__ import annotations

from collections.abc import Callable

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.contexts.bulk import tag_deleted
from lvs.http import responses
from lvs.http.responses import Rendered
from lvs.http.routes import FORM, FRAGMENT, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import arguments_of
from lvs.models import Tag
from lvs.partials.bulk import answer
from lvs.partials.params import known_video, of_video
from lvs.services import current_services
from lvs.store import Connection, Transaction, tags
from lvs.store.bulk import DELETE_TAG
from lvs.viewer import Viewer

OFFERED = 12


async def add(media_hash: str) -> Response | WerkzeugResponse:
    """Give a video the `tag`."""
    return await _change(media_hash, tags.add)


async def remove(media_hash: str) -> Response | WerkzeugResponse:
    """Take the `tag` from a video."""
    return await _change(media_hash, tags.remove)


async def _change(
    media_hash: str, change: Callable[[Transaction, int, str], list[Tag]]
) -> Response | WerkzeugResponse:
    services = current_services()
    name = (await request.form).get("tag", "")
    found = await services.store.write(
        of_video, current_viewer(), media_hash, lambda tx, item_id: change(tx, item_id, name)
    )
    if not responses.is_fragment(request):
        return redirect(responses.redirect_back(request), 303)
    html = services.rendering.templates.render(
        "partials/_tags.html", tags=found, media_hash=media_hash
    )
    return responses.html_response(request, Rendered(html))


async def suggest() -> Response:
    """Options for the tag input: tags that contain `tag`, best first, and a new one. Tags that the
    `video` has are left out."""
    services = current_services()
    arguments = arguments_of(request.query_string)
    text = arguments.get("tag", "").strip()
    found = await services.store.read_cached(
        tags.most_used, current_viewer().audience, text, OFFERED
    )
    own = set()
    if "video" in arguments:
        own = await services.store.read(_own, current_viewer(), arguments["video"])
    is_known = any(tags.tag_key(tag.name) == tags.tag_key(text) for tag in found)
    new_tag = "" if is_known else text[: tags.LONGEST]
    html = services.rendering.templates.render(
        "partials/_tag_options.html",
        tags=[tag for tag in found if tag.id not in own],
        new_tag=new_tag,
    )
    return responses.html_response(request, Rendered(html))


def _own(conn: Connection, viewer: Viewer, media_hash: str) -> set[int]:
    """Ids of an item's tags."""
    return {tag.id for tag in tags.of_item(conn, known_video(conn, viewer, media_hash))}


async def rename() -> WerkzeugResponse:
    """Give the `tag` the `name`; joins it with the tag that has that name already."""
    form = await request.form
    await current_services().store.write(
        tags.rename, current_viewer().audience, form.get("tag", ""), form.get("name", "")
    )
    return redirect("/tags", 303)


async def delete() -> Response | WerkzeugResponse:
    """Take the `tag` from every video; it can be undone as any change of many videos."""
    services = current_services()
    tag, item_ids = await services.store.read(
        tags.in_use, current_viewer().audience, (await request.form).get("tag", "")
    )
    done = await services.bulk.change(current_viewer(), DELETE_TAG, tag.name, item_ids, False)
    await services.store.write(tags.delete_unused, tag.name)
    return await answer(tag_deleted(done.bulk_edit_id, tag.name, done.changed), done.bulk_edit_id)


ROUTES = (
    Route("/videos/<media_hash>/tag", add, FORM, ("POST",)),
    Route("/videos/<media_hash>/untag", remove, FORM, ("POST",)),
    Route("/partials/tags", suggest, FRAGMENT),
    Route("/tags/rename", rename, FORM, ("POST",)),
    Route("/tags/delete", delete, FORM, ("POST",)),
)
