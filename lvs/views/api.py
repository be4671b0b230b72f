"""`/api`: the JSON API, explained without a connection to anywhere."""

from __future__ import annotations

from quart import Response, current_app, request

from lvs.contexts.api import api_calls
from lvs.http import responses
from lvs.http.routes import PAGE, Route
from lvs.services import current_services
from lvs.views.rendering import rendered


async def index() -> Response:
    """Every call, made from the document that programs read."""
    services = current_services()
    document = current_app.extensions["QUART_SCHEMA"].openapi_provider.schema()
    page = await rendered(services, "api.html", "/api", calls=api_calls(document))
    return responses.html_response(request, page)


ROUTES = (Route("/api", index, PAGE),)
