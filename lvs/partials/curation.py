"""Hearts and stars as plain forms: 303 back to the page, or the marks as they are now to htmx."""

from __future__ import annotations

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.contexts.cards import MarksContext, marks_context
from lvs.errors import InvalidInputError
from lvs.http import responses
from lvs.http.responses import Rendered
from lvs.http.routes import FORM, Route
from lvs.http.viewers import current_viewer
from lvs.partials.params import known_video
from lvs.services import current_services
from lvs.store import Connection, Transaction, curation, items, marks
from lvs.viewer import Viewer


async def rating(media_hash: str) -> Response | WerkzeugResponse:
    """Give a video `value` stars, 1 to 5; 0 clears them."""
    value = await _choice("value", 0, 5)
    viewer, store = current_viewer(), current_services().store
    return await answer(await store.write(_rate, viewer, media_hash, value or None))


async def favorite(media_hash: str) -> Response | WerkzeugResponse:
    """Make a video a favorite (`favorite=1`) or not (`0`)."""
    wanted = await _choice("favorite", 0, 1)
    viewer, store = current_viewer(), current_services().store
    return await answer(await store.write(_set_favorite, viewer, media_hash, bool(wanted)))


def _rate(tx: Transaction, viewer: Viewer, media_hash: str, value: int | None) -> MarksContext:
    item_id = known_video(tx.connection, viewer, media_hash)
    curation.rate(tx, viewer, item_id, value)
    return marks_of(tx.connection, viewer, item_id)


def _set_favorite(tx: Transaction, viewer: Viewer, media_hash: str, wanted: bool) -> MarksContext:
    item_id = known_video(tx.connection, viewer, media_hash)
    curation.set_favorite(tx, viewer, item_id, wanted)
    return marks_of(tx.connection, viewer, item_id)


def marks_of(conn: Connection, viewer: Viewer, item_id: int) -> MarksContext:
    """The viewer's marks of an item."""
    return marks_context(
        items.card(conn, viewer.audience, item_id), marks.of_item(conn, viewer, item_id)
    )


async def _choice(name: str, low: int, high: int) -> int:
    text = (await request.form).get(name, "")
    if not (len(text) == 1 and text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise InvalidInputError(f"`{name}` is {text[:40]!r}; it must be {low} to {high}.")
    return int(text)


async def answer(own: MarksContext) -> Response | WerkzeugResponse:
    """Back to the page, or the marks: those of the item's page for `inline=1`, else of a card."""
    if not responses.is_fragment(request):
        return redirect(responses.redirect_back(request), 303)
    inline = (await request.form).get("inline") == "1"
    template = "partials/_own_marks.html" if inline else "partials/_marks.html"
    html = current_services().rendering.templates.render(template, marks=own)
    return responses.html_response(request, Rendered(html))


ROUTES = (
    Route("/videos/<media_hash>/rating", rating, FORM, ("POST",), is_rating=True),
    Route("/videos/<media_hash>/favorite", favorite, FORM, ("POST",)),
)
