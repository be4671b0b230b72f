"""Saved searches: forms save and delete them; the stream shows them in the navigation."""

from __future__ import annotations

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.contexts.bulk import search_deleted
from lvs.errors import InvalidInputError
from lvs.http import responses
from lvs.http.routes import FORM, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import arguments_of, parse_query
from lvs.partials.bulk import answer_as_toast
from lvs.partials.params import number
from lvs.services import current_services
from lvs.store import saved_searches

LONGEST_QUERY = 2_000


async def save() -> Response | WerkzeugResponse:
    """Save the list of `query` (a gallery's arguments) by a `name`."""
    form = await request.form
    given = parse_query(arguments_of(form.get("query", "").encode("ascii", "replace")))
    query = given.with_(after="", seed=0).url("").removeprefix("?")
    if len(query) > LONGEST_QUERY:
        raise InvalidInputError("This search is too long to save. Use fewer words or filters.")
    await current_services().store.write(
        saved_searches.save, current_viewer(), form.get("name", ""), query
    )
    return responses.no_content(request)


async def rename() -> Response | WerkzeugResponse:
    """Give the `search` (its id) another `name`."""
    name = (await request.form).get("name", "")
    await current_services().store.write(
        saved_searches.rename, current_viewer(), await number("search"), name
    )
    return responses.no_content(request)


async def pin() -> Response | WerkzeugResponse:
    """Show the `search` (its id) on the home, or not with `pinned=0`."""
    pinned = (await request.form).get("pinned", "1") == "1"
    await current_services().store.write(
        saved_searches.pin, current_viewer(), await number("search"), pinned
    )
    return responses.no_content(request)


async def delete() -> Response | WerkzeugResponse:
    """Delete the `search` (its id); `/bulk/undo` restores it."""
    search_id = await number("search")
    bulk_edit_id, name = await current_services().store.write(
        saved_searches.delete, current_viewer(), search_id
    )
    return await answer_as_toast(search_deleted(bulk_edit_id, name), bulk_edit_id)


ROUTES = (
    Route("/searches", save, FORM, ("POST",)),
    Route("/searches/rename", rename, FORM, ("POST",)),
    Route("/searches/pin", pin, FORM, ("POST",)),
    Route("/searches/delete", delete, FORM, ("POST",), was="/searches/forget"),
)
