"""The answer to a button of the server's own: what it did, and every dashboard shows it."""

from __future__ import annotations

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.http import responses
from lvs.services import Services


def toast(services: Services, what: str) -> Response | WerkzeugResponse:
    services.admin.dashboard.refresh()
    return responses.toast(request, services.rendering.templates.render, what)
