"""`/admin`: looking after the server."""

from __future__ import annotations

import logging

from quart import Response, request

from lvs import web
from lvs.contexts.backups import backups_context
from lvs.contexts.upkeep import upkeep_context
from lvs.services import services
from lvs.views.pages import rendered


async def backups() -> Response:
    """The backups that there are, and the button that makes one."""
    house = services()
    context = backups_context(house.config, house.keeper, await house.keeper.listed())
    page = await rendered(house, "backups.html", backups=context)
    return web.html_response(request, page)


async def performance() -> Response:
    """The dashboard, whole; its stream keeps it live."""
    house = services()
    page = await rendered(house, "performance.html", dashboard=house.dashboard.view())
    return web.html_response(request, page)


async def upkeep() -> Response:
    """What the library may need a person for."""
    house = services()
    level = logging.getLogger("lvs").getEffectiveLevel()
    context = await house.store.read(
        upkeep_context,
        house.library,
        list(house.errors.errors),
        logging.getLevelName(level).lower(),
    )
    page = await rendered(house, "upkeep.html", upkeep=context)
    return web.html_response(request, page)
