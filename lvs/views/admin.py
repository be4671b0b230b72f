"""`/admin/performance`: how the server does, and what wants a person."""

from __future__ import annotations

from quart import Response, request

from lvs.http import responses
from lvs.http.routes import PAGE, Route
from lvs.services import current_services
from lvs.views.rendering import rendered


async def performance() -> Response:
    """The dashboard, whole; its stream keeps it live."""
    services = current_services()
    page = await rendered(
        services,
        "performance.html",
        dashboard=services.admin.dashboard.view(),
        maintenance=await services.admin.dashboard.maintenance.view(),
    )
    return responses.html_response(request, page)


ROUTES = (Route("/admin/performance", performance, PAGE),)
