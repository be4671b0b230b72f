"""`/admin/performance`: how the server does, and what wants a person."""

from __future__ import annotations

from quart import Response, request

from lvs.http import responses
from lvs.services import services
from lvs.views.rendering import rendered


async def performance() -> Response:
    """The dashboard, whole; its stream keeps it live."""
    house = services()
    page = await rendered(
        house,
        "performance.html",
        dashboard=house.dashboard.view(),
        upkeep=await house.dashboard.upkeep.view(),
    )
    return responses.html_response(request, page)
