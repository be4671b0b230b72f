"""`/all` and the lists with addresses of their own; `/random`: some video."""

from __future__ import annotations

import random
from datetime import date

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.contexts.cards import as_in
from lvs.contexts.gallery import gallery_context
from lvs.contexts.status import status_context
from lvs.errors import NotFoundError
from lvs.http import responses
from lvs.http.preferences import SORT_PREFIX, current_preferences, remember
from lvs.http.responses import Rendered
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.kinds import MAIN
from lvs.listing.builtin import ARGUMENTS
from lvs.listing.query import SEEDS, GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import resolve
from lvs.models import Card
from lvs.services import Services, current_services
from lvs.store import Connection, items
from lvs.store import gallery as gallery_store
from lvs.store.list_plan import ListSpec
from lvs.urls import page_url, watch_url
from lvs.viewer import Viewer
from lvs.views.params import list_arguments, sort_key_of_list
from lvs.views.rendering import rendered


async def index() -> Response | WerkzeugResponse:
    """The gallery page. A shuffled list is given its seed first, so that its address is stable."""
    arguments = list_arguments(request.path, arguments_of(request.query_string))
    query = parse_query(arguments)
    if "remember" in arguments:
        return _remembering(query)
    if query.sort == "random" and "seed" not in arguments:
        return redirect(query.url(), 303)
    return responses.html_response(request, await page(current_services(), query))


def _remembering(query: GalleryQuery) -> Response:
    """To the list in the order that was just selected, which the browser keeps for it."""
    answer = Response("", 303, {"Location": query.url()})
    if key := sort_key_of_list(query):
        is_own = not (query.sort or query.direction)
        order = "" if is_own else "-".join(filter(None, (query.order, query.direction)))
        remember(answer, current_preferences().with_(SORT_PREFIX + key, order))
    return answer


async def play() -> WerkzeugResponse:
    """The first item of a list, in that list: of a random order, another one each time."""
    query = parse_query(arguments_of(request.query_string))
    services = current_services()
    found = await services.store.read(_first_card, current_viewer(), services, query)
    if found is None:
        raise NotFoundError("Nothing in this list can be played.")
    return redirect(query.url(page_url(services.folders, found), list=1), 303)


def _first_card(
    conn: Connection, viewer: Viewer, services: Services, query: GalleryQuery
) -> Card | None:
    listing = resolve(conn, viewer, services.folders, query)
    rows, _ = gallery_store.list_page(conn, listing.readable, limit=1)
    if not rows:
        return None
    found = items.cards(conn, viewer.audience, [rows[0][0]])
    return as_in(conn, found, listing.folder)[rows[0][0]]


async def random_video() -> WerkzeugResponse:
    """Some video of the library."""
    services = current_services()
    found = await services.store.read(_some_card, current_viewer())
    if found is None:
        raise NotFoundError("No videos yet.")
    return redirect(watch_url(services.folders, found), 303)


def _some_card(conn: Connection, viewer: Viewer) -> Card | None:
    spec = ListSpec(viewer, "random", seed=random.randint(1, SEEDS), kind=MAIN.id)
    first = gallery_store.page(conn, spec, limit=1).items
    return items.card(conn, viewer.audience, first[0][0]) if first else None


async def page(services: Services, query: GalleryQuery) -> Rendered:
    """The page, rendered once per state of the library."""
    viewer, since = current_viewer(), services.store.last_event_id
    averages = query.uses_average
    edits = services.store.edits.of(viewer, averages=averages)
    changes = services.store.changes.of(viewer, averages=averages)
    preferences = current_preferences().shared
    key = ("gallery", viewer, query, preferences, date.today(), edits)  # noqa: DTZ011

    async def render() -> Rendered:
        read = services.store.read_long if query.is_costly else services.store.read
        gallery = await read(
            gallery_context, viewer, services.folders, services.rendering.cards, query, since
        )
        status = status_context(services.activity, services.folders, viewer.audience, query)
        return await rendered(
            services,
            "gallery.html",
            gallery.urls.nav,
            gallery=gallery,
            st=status,
            preferences=preferences,
        )

    return await services.rendering.pages.page(key, (changes, services.activity.version), render)


ROUTES = (
    *(Route(url, index, PAGE) for url in ARGUMENTS if url != "/"),
    Route("/random", random_video, PAGE),
    Route("/play", play, PAGE),
)
