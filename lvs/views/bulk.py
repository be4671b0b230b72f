"""`/bulk/<id>`: what came of a change of many videos, for browsers without scripts."""

from __future__ import annotations

from quart import Response, request

from lvs.contexts.bulk import kept_result
from lvs.http import responses
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.services import current_services
from lvs.store import bulk
from lvs.views.rendering import rendered

LARGEST_ID = 2**63 - 1


async def single(bulk_edit_id: int) -> Response:
    """Raises NotFoundError for a change that is no longer kept, or never was."""
    services = current_services()
    found = await services.store.read(bulk.bulk, current_viewer(), min(bulk_edit_id, LARGEST_ID))
    page = await rendered(services, "bulk.html", "/all", result=kept_result(found))
    return responses.html_response(request, page)


ROUTES = (Route("/bulk/<int:bulk_edit_id>", single, PAGE),)
