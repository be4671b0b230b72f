"""`/bulk/<id>`: what came of a change of many videos, for browsers without scripts."""

from __future__ import annotations

from quart import Response, request

from lvs import web
from lvs.contexts.bulk import kept_result
from lvs.services import services
from lvs.store import bulk
from lvs.views.pages import rendered


async def single(bulk_id: int) -> Response:
    house = services()
    found = await house.store.read(bulk.bulk, bulk_id)
    page = await rendered(house, "bulk.html", result=kept_result(found))
    return web.html_response(request, page)
