"""Fragments of the gallery: the next page of cards, and the whole region."""

from __future__ import annotations

from quart import Response, request

from lvs.contexts.gallery import PAGE_SIZE, gallery_context, list_page_context
from lvs.contexts.status import status_context
from lvs.http import responses
from lvs.http.preferences import current_preferences
from lvs.http.responses import Rendered
from lvs.http.routes import FRAGMENT, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import SHOWN_AT_MOST, GalleryQuery, arguments_of, parse_query, whole_number
from lvs.listing.resolve import draft_query
from lvs.services import Services, current_services


async def cards() -> Response:
    """The cards after a cursor, for the end of the grid, and what loads those after them."""
    services = current_services()
    query = parse_query(arguments_of(request.query_string))
    read = services.store.read_long if query.is_costly else services.store.read
    list_page = await read(
        list_page_context, current_viewer(), services.folders, services.rendering.cards, query
    )
    html = responses.partial(
        "#grid", list_page.cards, "place"
    ) + services.rendering.templates.render("partials/_more.html", list_page=list_page)
    return responses.html_response(request, Rendered(html))


async def library() -> Response:
    """The gallery's region with as many cards as the page shows. Pages fetch it after a long time
    offline, and for a search, a `draft` while the user types."""
    services = current_services()
    arguments = arguments_of(request.query_string)
    query, is_draft = await _query(services, arguments)
    shown = whole_number(arguments, "shown", 0, 1_000_000, default=PAGE_SIZE)
    limit = min(max(shown, PAGE_SIZE), SHOWN_AT_MOST)
    since = services.store.last_event_id
    read = services.store.read_long if query.is_costly else services.store.read
    gallery = await read(
        gallery_context,
        current_viewer(),
        services.folders,
        services.rendering.cards,
        query,
        since,
        limit,
    )
    status = status_context(services.activity, services.folders, current_viewer().audience, query)
    html = services.rendering.templates.render(
        "partials/_library.html",
        gallery=gallery,
        st=status,
        is_draft=is_draft,
        preferences=current_preferences().shared,
    )
    return responses.html_response(request, Rendered(html))


async def _query(services: Services, arguments: dict[str, str]) -> tuple[GalleryQuery, bool]:
    """The list asked for, and whether it leaves out what may still become a qualifier."""
    if "draft" not in arguments:
        return parse_query(arguments), False
    return await services.store.read(draft_query, current_viewer(), services.folders, arguments)


ROUTES = (
    Route("/partials/cards", cards, FRAGMENT),
    Route("/partials/gallery", library, FRAGMENT, was="/partials/library"),
)
