"""`/partials/watch`: a watch page's regions, for a page that was offline long."""

from __future__ import annotations

from quart import Response, request

from lvs.contexts.stage import Stage, stage_context
from lvs.contexts.up_next import UpNext, up_next_context
from lvs.contexts.watch import About, about_context
from lvs.folders import Folders
from lvs.http import responses
from lvs.http.responses import Rendered
from lvs.http.routes import FRAGMENT, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import GalleryQuery, arguments_of
from lvs.partials.params import known_video, list_of
from lvs.services import current_services
from lvs.store import Connection, items, marks
from lvs.viewer import Viewer


async def regions() -> Response:
    """What is said about the `video` (its identity), its player where the page has another, and
    the list that it is in."""
    services = current_services()
    arguments = arguments_of(request.query_string)
    stage, about, up_next = await services.store.read(
        _regions,
        current_viewer(),
        services.folders,
        arguments.get("video", ""),
        list_of(arguments),
    )
    render = services.rendering.templates.render
    html = render("partials/_about.html", about=about)
    html += responses.partial("#stage", render("partials/_stage.html", stage=stage))
    html += responses.partial("#up-next", render("partials/_up_next.html", up_next=up_next))
    return responses.html_response(request, Rendered(html))


def _regions(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    media_hash: str,
    came_from: GalleryQuery | None,
) -> tuple[Stage, About, UpNext]:
    details = items.details(conn, viewer.audience, known_video(conn, viewer, media_hash))
    own = marks.of_item(conn, viewer, details.card.id)
    return (
        stage_context(folders, details, own, came_from, None),
        about_context(conn, viewer, folders, details, came_from),
        up_next_context(conn, viewer, folders, details.card, came_from),
    )


ROUTES = (Route("/partials/watch", regions, FRAGMENT),)
