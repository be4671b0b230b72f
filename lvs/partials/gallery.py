"""Fragments of the gallery: the next stretch of cards, and the whole region anew."""

from __future__ import annotations

from quart import Response, request

from lvs.contexts.gallery import PAGE_SIZE, gallery_context, stretch_context
from lvs.contexts.status import status_context
from lvs.http import responses
from lvs.http.responses import Rendered
from lvs.listing.query import SHOWN_AT_MOST, GalleryQuery, arguments_of, parse_query, whole_number
from lvs.listing.resolve import draft_query
from lvs.services import Services, services


async def cards() -> Response:
    """The cards after a cursor, for the end of the grid, and what loads those after them."""
    house = services()
    query = parse_query(arguments_of(request.query_string))
    read = house.store.read_long if query.is_costly else house.store.read
    stretch = await read(stretch_context, house.folders, house.cards, query)
    html = responses.partial("#grid", stretch.cards, "place") + house.templates.render(
        "partials/_more.html", stretch=stretch
    )
    return responses.html_response(request, Rendered(html))


async def library() -> Response:
    """The gallery's region with as many cards as the page shows: for a page that was away long, and
    for a search, a `draft` while it is typed."""
    house = services()
    arguments = arguments_of(request.query_string)
    query, is_draft = await _query(house, arguments)
    shown = whole_number(arguments, "shown", 0, 1_000_000, default=PAGE_SIZE)
    limit = min(max(shown, PAGE_SIZE), SHOWN_AT_MOST)
    since = house.store.last_event_id
    read = house.store.read_long if query.is_costly else house.store.read
    gallery = await read(gallery_context, house.folders, house.cards, query, since, limit)
    status = status_context(house.activity, house.folders, query)
    html = house.templates.render(
        "partials/_library.html", gallery=gallery, st=status, is_draft=is_draft
    )
    return responses.html_response(request, Rendered(html))


async def _query(house: Services, arguments: dict[str, str]) -> tuple[GalleryQuery, bool]:
    """The list asked for, and whether it leaves out what may still become a qualifier."""
    if "draft" not in arguments:
        return parse_query(arguments), False
    return await house.store.read(draft_query, house.folders, arguments)
