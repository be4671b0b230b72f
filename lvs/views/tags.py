"""`/tags`: every tag, with how many videos have it."""

from __future__ import annotations

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.http import responses
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import GalleryQuery
from lvs.services import current_services
from lvs.store import tags
from lvs.views.rendering import rendered


async def index() -> Response:
    services = current_services()
    found = await services.store.read_cached(tags.by_name, current_viewer().audience)
    page = await rendered(services, "tags.html", "/tags", tags=found)
    return responses.html_response(request, page)


async def single(tag: str) -> WerkzeugResponse:
    """A tag's own address leads to the list of its videos."""
    return redirect(GalleryQuery(tags=(tag,)).url(), 303)


ROUTES = (
    Route("/tags", index, PAGE),
    Route("/tag/<path:tag>", single, PAGE),
)
