"""Bulk changes of selected videos, or of all in a list."""

from __future__ import annotations

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.contexts.bulk import (
    TAGS,
    BulkResult,
    change_of,
    cleanup_undone,
    result_of,
    search_restored,
    undone,
)
from lvs.contexts.navigation import navigation_context
from lvs.errors import InvalidInputError, UnavailableError
from lvs.folders import Folders
from lvs.http import responses
from lvs.http.responses import Rendered
from lvs.http.routes import FORM, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import resolve
from lvs.partials.params import number, row_id
from lvs.services import current_services
from lvs.store import Connection, bulk, gallery, saved_searches, tags
from lvs.viewer import Viewer


async def change() -> Response | WerkzeugResponse:
    """Do the `action` with each `video` (its row id), or with all of the list `query`."""
    services, viewer = current_services(), current_viewer()
    form = await request.form
    wanted = change_of(form.get("action", ""), form.get("stars", ""), form.get("tag", ""))
    if form.get("all"):
        query = parse_query(arguments_of(form.get("query", "").encode("ascii", "replace")))
        item_ids = await services.store.read(_all_of, viewer, services.folders, query)
    else:
        item_ids = [row_id("video", text) for text in form.getlist("video")]
    if not item_ids:
        raise InvalidInputError("Select at least one video.")
    done = await services.bulk.change(viewer, wanted.kind, wanted.value, item_ids, wanted.wanted)
    result = result_of(wanted, done.bulk_edit_id, done.changed, len(item_ids), done.problem)
    return await answer(result, done.bulk_edit_id)


async def undo() -> Response | WerkzeugResponse:
    """Undo the change `bulk` (its id): of videos that have not been changed again since, of a saved
    search that was deleted, of entries whose removal still waits."""
    bulk_edit_id = await number("bulk")
    services = current_services()
    viewer, store = current_viewer(), services.store
    found = await store.read(bulk.bulk, viewer, bulk_edit_id)
    if found.kind == bulk.DELETE_SEARCH:
        name = await store.write(saved_searches.restore, viewer, bulk_edit_id)
        return await answer(search_restored(name), bulk_edit_id)
    if found.kind == bulk.CLEANUP:
        waited = await store.write(bulk.take_value, viewer, bulk_edit_id)
        return await answer(cleanup_undone(bool(waited)), bulk_edit_id)
    done = await services.bulk.undo(viewer, bulk_edit_id)
    return await answer(undone(found, done.changed, done.problem), bulk_edit_id)


async def answer(result: BulkResult, bulk_edit_id: int) -> Response | WerkzeugResponse:
    """What came of it, with its undo: as a toast, which the index of tags comes along with, or on a
    page of its own. Raises UnavailableError in place of that page when not all was done."""
    if not responses.is_fragment(request) and not result.complete:
        raise UnavailableError(f"{result.words} To undo it, open /bulk/{bulk_edit_id}.")
    if not responses.is_fragment(request):
        return redirect(f"/bulk/{bulk_edit_id}", 303)
    services = current_services()
    html = services.rendering.templates.render("partials/_bulk_result.html", result=result)
    if result.back == TAGS:
        found = await services.store.read_cached(tags.by_name, current_viewer().audience)
        navigation = await services.store.read_cached_for(
            current_viewer(), navigation_context, services.folders
        )
        render = services.rendering.templates.render
        html += responses.partial("#tag-index", render("partials/_tag_index.html", tags=found))
        html += responses.partial(
            "#navigation", render("partials/_navigation.html", navigation=navigation, place="/tags")
        )
    return responses.html_response(request, Rendered(html))


async def answer_as_toast(result: BulkResult, bulk_edit_id: int) -> Response | WerkzeugResponse:
    """As `answer`, for forms whose own target is something else."""
    response = await answer(result, bulk_edit_id)
    return responses.as_notice(response) if isinstance(response, Response) else response


def _all_of(conn: Connection, viewer: Viewer, folders: Folders, query: GalleryQuery) -> list[int]:
    return gallery.all_ids(conn, resolve(conn, viewer, folders, query).spec)


ROUTES = (
    Route("/bulk", change, FORM, ("POST",)),
    Route("/bulk/undo", undo, FORM, ("POST",)),
)
