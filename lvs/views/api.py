"""`/api`: the JSON API, explained without a connection to anywhere."""

from __future__ import annotations

from quart import Response, current_app, request

from lvs import web
from lvs.contexts.api import api_calls
from lvs.services import services
from lvs.web import Rendered


async def index() -> Response:
    """Every call, made from the document that programs read."""
    document = current_app.extensions["QUART_SCHEMA"].openapi_provider.schema()
    html = services().templates.render("pages/api.html", calls=api_calls(document))
    return web.html_response(request, Rendered(html))
