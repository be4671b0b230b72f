"""The actions of the admin pages."""

from __future__ import annotations

import logging

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import web
from lvs.contexts.backups import backups_context
from lvs.contexts.upkeep import long_ago
from lvs.errors import InvalidInputError
from lvs.services import services
from lvs.store import cleanup
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


async def clean_up() -> WerkzeugResponse:
    """Back up, then forget the videos whose files have been gone for long."""
    house = services()
    found = await house.store.read(cleanup.long_missing, long_ago())
    if found:
        await house.keeper.make()
        await house.store.write(cleanup.forget, [video.id for video in found])
    return redirect("/admin/upkeep", 303)


async def set_log_level() -> WerkzeugResponse:
    """Log from `level` on, until the next start."""
    level = (await request.form).get("level", "")
    if level not in ("debug", "info", "warning", "error"):
        raise InvalidInputError("`level` can be debug, info, warning or error.")
    logging.getLogger("lvs").setLevel(level.upper())
    return redirect("/admin/upkeep", 303)
