"""The dashboard's pages: `/admin` for its owner, maintenance, and the server's own figures."""

from __future__ import annotations

from quart import Response, request

from lvs.http import responses
from lvs.http.routes import PAGE, Route
from lvs.services import current_services
from lvs.views.rendering import rendered


async def status() -> Response:
    """What needs attention, how the library is, what plays, the last backup."""
    services = current_services()
    view = await services.admin.dashboard.status_view()
    page = await rendered(services, "status.html", "/admin", status=view)
    return responses.html_response(request, page)


async def maintenance() -> Response:
    """Failed, missing and duplicate files, backups, and what one can do about them."""
    services = current_services()
    view = await services.admin.dashboard.maintenance.view()
    page = await rendered(services, "maintenance.html", "/admin/maintenance", maintenance=view)
    return responses.html_response(request, page)


async def performance() -> Response:
    """The server's own figures; its stream keeps them live."""
    services = current_services()
    page = await rendered(
        services,
        "performance.html",
        "/admin/performance",
        dashboard=services.admin.dashboard.view(),
        maintenance=await services.admin.dashboard.maintenance.view(),
    )
    return responses.html_response(request, page)


ROUTES = (
    Route("/admin", status, PAGE),
    Route("/admin/maintenance", maintenance, PAGE),
    Route("/admin/performance", performance, PAGE),
)
