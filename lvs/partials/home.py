"""Fragments of the home: its region, which a page fetches after a long time offline."""

from __future__ import annotations

from quart import Response, request

from lvs.contexts.home import home_context
from lvs.contexts.status import status_context
from lvs.http import responses
from lvs.http.responses import Rendered
from lvs.http.routes import FRAGMENT, Route
from lvs.http.viewers import current_viewer
from lvs.services import current_services


async def home() -> Response:
    services = current_services()
    viewer, since = current_viewer(), services.store.last_event_id
    found = await services.store.read_long(
        home_context, viewer, services.folders, services.rendering.cards, since
    )
    status = status_context(services.activity, services.folders, viewer.audience)
    html = services.rendering.templates.render("partials/_home.html", home=found, st=status)
    return responses.html_response(request, Rendered(html))


ROUTES = (Route("/partials/home", home, FRAGMENT),)
