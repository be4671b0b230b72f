"""`/tags`: every tag, with how many videos have it."""

from __future__ import annotations

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import web
from lvs.contexts.query import GalleryQuery
from lvs.services import services
from lvs.store import tags
from lvs.views.pages import rendered


async def index() -> Response:
    house = services()
    found = await house.store.recall(tags.by_name)
    page = await rendered(house, "tags.html", "/tags", tags=found)
    return web.html_response(request, page)


async def single(tag: str) -> WerkzeugResponse:
    """A tag's own address leads to the list of its videos."""
    return redirect(GalleryQuery(tags=(tag,)).url(), 303)
