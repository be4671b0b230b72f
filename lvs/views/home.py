"""`/`: the home, rows of what to watch; `/folders`: the first level of the folders."""

from __future__ import annotations

from datetime import date

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.contexts.folders import FolderTile, tiles, top_folders
from lvs.contexts.home import home_context
from lvs.contexts.status import status_context
from lvs.folders import Folders
from lvs.http import responses
from lvs.http.preferences import current_preferences
from lvs.http.responses import Rendered
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import LIST_ARGUMENTS, arguments_of
from lvs.services import Services, current_services
from lvs.store import Connection
from lvs.viewer import Audience
from lvs.views import gallery
from lvs.views.rendering import rendered

START_PAGES = {"all": "/all", "continue": "/continue"}


async def home() -> Response | WerkzeugResponse:
    """The home; with arguments of a list that list, as `/all` has it. A start page that a person
    prefers is where a visit begins: a link of ours leads to the home itself."""
    arguments = arguments_of(request.query_string)
    if LIST_ARGUMENTS & arguments.keys():
        return await gallery.index()
    start = START_PAGES.get(current_preferences().start_page)
    if start and not request.headers.get("Referer"):
        return redirect(start, 303)
    return responses.html_response(request, await page(current_services()))


async def page(services: Services) -> Rendered:
    """The page, rendered once per state of the library."""
    viewer, since = current_viewer(), services.store.last_event_id
    preferences = current_preferences().shared
    edits = services.store.edits.of(viewer, averages=True)
    changes = services.store.changes.of(viewer, averages=True)
    key = ("home", viewer, preferences, date.today(), edits)  # noqa: DTZ011

    async def render() -> Rendered:
        found = await services.store.read_long(
            home_context, viewer, services.folders, services.rendering.cards, since
        )
        status = status_context(services.activity, services.folders, viewer.audience)
        return await rendered(
            services, "home.html", "/", home=found, st=status, preferences=preferences
        )

    return await services.rendering.pages.page(key, (changes, services.activity.version), render)


async def all_folders() -> Response:
    """Tiles of the folders on the first level."""
    services = current_services()
    found = await services.store.read(_tiles, current_viewer().audience, services.folders)
    return responses.html_response(
        request, await rendered(services, "folders.html", "/folders", tiles=found)
    )


def _tiles(conn: Connection, audience: Audience, folders: Folders) -> tuple[FolderTile, ...]:
    return tiles(conn, audience, folders, top_folders(conn, audience, folders))


ROUTES = (
    Route("/", home, PAGE),
    Route("/folders", all_folders, PAGE),
)
