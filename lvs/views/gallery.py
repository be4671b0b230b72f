"""`/`: the gallery."""

from __future__ import annotations

from datetime import date

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import web
from lvs.contexts.gallery import gallery_context
from lvs.contexts.query import GalleryQuery, arguments_of, parse_query
from lvs.contexts.status import status_context
from lvs.services import Services, services
from lvs.web import Rendered


async def index() -> Response | WerkzeugResponse:
    """The gallery page. A shuffled list is given its seed first, so that its address is stable."""
    arguments = arguments_of(request.query_string)
    query = parse_query(arguments)
    if query.sort == "random" and "seed" not in arguments:
        return redirect(query.url(), 303)
    return web.html_response(request, await page(services(), query))


async def page(house: Services, query: GalleryQuery) -> Rendered:
    """The page, rendered once per state of the library."""
    since = house.store.last_event_id
    today = date.today()  # noqa: DTZ011
    key, state = ("gallery", query, today), (since, house.library.status.version)
    rendered = house.pages.get(key, state)
    if rendered is None:
        gallery = await house.store.read(gallery_context, house.library, house.cards, query, since)
        status = status_context(house.library, query)
        html = house.templates.render("pages/gallery.html", gallery=gallery, st=status)
        rendered = Rendered(html)
        house.pages.put(key, state, rendered)
    return rendered
