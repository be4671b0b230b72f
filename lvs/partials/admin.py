"""The actions of the admin pages."""

from __future__ import annotations

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import web
from lvs.contexts.backups import backups_context
from lvs.services import services
from lvs.web import Rendered


async def events() -> Response:
    """The dashboard's tiles, once a second those that changed."""
    response = Response(services().dashboard.stream(), 200, web.SSE_HEADERS)
    response.timeout = None
    return response


async def backup() -> Response | WerkzeugResponse:
    """Back up now; answers when it is made and proved."""
    house = services()
    await house.keeper.make()
    if not web.is_fragment(request):
        return redirect("/admin/backups", 303)
    context = backups_context(house.config, house.keeper, await house.keeper.listed())
    html = house.templates.render("partials/_backups.html", backups=context)
    return web.html_response(request, Rendered(html))
