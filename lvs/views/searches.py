"""`/searches`: what can be done with saved searches."""

from __future__ import annotations

from quart import Response, request

from lvs.contexts.navigation import saved_links
from lvs.http import responses
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.services import current_services
from lvs.views.rendering import rendered


async def searches() -> Response:
    services = current_services()
    found = await services.store.read(saved_links, current_viewer())
    page = await rendered(services, "searches.html", "/searches", searches=found)
    return responses.html_response(request, page)


ROUTES = (Route("/searches", searches, PAGE),)
