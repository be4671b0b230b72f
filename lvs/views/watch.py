"""`/watch/<path:filename>`: one video. `/items/<media_hash>`: an item of any kind."""

from __future__ import annotations

from collections.abc import Callable

from quart import Response, request

from lvs.contexts.watch import Watch, watch_context
from lvs.errors import InvalidInputError
from lvs.folders import Folders
from lvs.http import responses
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.listing.builtin import ARGUMENTS
from lvs.listing.query import LIST_ARGUMENTS, GalleryQuery, arguments_of, parse_query
from lvs.listing.resolve import find, find_hash
from lvs.network.addresses import split_url
from lvs.services import current_services
from lvs.store import Connection
from lvs.viewer import Viewer
from lvs.views.params import list_arguments, requested_filename
from lvs.views.rendering import rendered
from lvs.views.sharing import share_of, start_of

FindItem = Callable[[Connection, Viewer, Folders, str], int]


async def watch(filename: str) -> Response:
    """The page of an item by its path."""
    return await _page(find, requested_filename("/watch/"))


async def item(media_hash: str) -> Response:
    """The page of an item by its `media_hash`."""
    return await _page(find_hash, media_hash)


async def _page(find_item: FindItem, name: str) -> Response:
    """The page of an item; it keeps to the list of the page that the person came from."""
    services = current_services()
    arguments = arguments_of(request.query_string)
    context = await services.store.read(
        _context,
        current_viewer(),
        services.folders,
        (find_item, name),
        _list_before(arguments),
        start_s=start_of(arguments),
        since=services.store.last_event_id,
    )
    share = share_of(context.about.card.media_hash, context.about.card.url)
    page = await rendered(services, "watch.html", context.nav_url, watch=context, share=share)
    return responses.html_response(request, page)


def _context(
    conn: Connection,
    viewer: Viewer,
    folders: Folders,
    address: tuple[FindItem, str],
    came_from: GalleryQuery | None,
    *,
    start_s: int | None,
    since: int,
) -> Watch:
    find_item, name = address
    item_id = find_item(conn, viewer, folders, name)
    return watch_context(conn, viewer, folders, item_id, came_from, start_s=start_s, since=since)


def _list_before(arguments: dict[str, str]) -> GalleryQuery | None:
    """The list in the address (`list=1&sort=...`), else the gallery that linked here."""
    try:
        if "list" in arguments:
            return parse_query(arguments)
        referer = split_url(request.headers.get("Referer", ""))
        if referer.netloc == request.host and referer.path in ARGUMENTS:
            given = arguments_of(referer.query.encode("ascii", "replace"))
            if referer.path == "/" and not LIST_ARGUMENTS & given.keys():
                return None  # the home: its rows are of several lists
            return parse_query(list_arguments(referer.path, given))
    except (InvalidInputError, ValueError):
        pass
    return None


ROUTES = (
    Route("/watch/<path:filename>", watch, PAGE),
    Route("/items/<media_hash>", item, PAGE),
)
