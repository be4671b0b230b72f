"""`/settings`: what a person prefers, and the state of the server for who runs it."""

from __future__ import annotations

from quart import Response, request

from lvs import paths
from lvs.admin.settings import ServerSettings, counts, features, folder_rows
from lvs.http import responses
from lvs.http.preferences import PREFERENCES
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.models import Root
from lvs.services import Services, current_services
from lvs.views.rendering import rendered

# Captions, autoplay and the language are remembered, and offered once something follows them.
OFFERED = ("theme", "density", "view", "start_page")


async def settings() -> Response:
    """Each preference is a form of its own, which applies at once."""
    services = current_services()
    is_admin = current_viewer().role == "admin"
    page = await rendered(
        services,
        "settings.html",
        "/settings",
        offered=[PREFERENCES[name] for name in OFFERED],
        server=await _server(services) if is_admin else None,
    )
    return responses.html_response(request, page)


async def _server(services: Services) -> ServerSettings:
    found = await services.store.read_cached(counts, services.folders)
    maintenance = await services.admin.dashboard.maintenance.view()

    def url(root: Root) -> str:
        return f"/?folder={paths.to_url(services.folders.filename(root.id, ''))}"

    return ServerSettings(
        folders=await folder_rows(services.library, found.__getitem__, url),
        features=features(
            services.config,
            services.network.ports,
            services.activity,
            maintenance.backups,
        ),
    )


ROUTES = (Route("/settings", settings, PAGE),)
