"""`/watch/<path:filename>`: one video."""

from __future__ import annotations

from quart import Response, request

from lvs.contexts.watch import watch_context
from lvs.errors import InvalidInputError
from lvs.http import responses
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.listing.builtin import ARGUMENTS
from lvs.listing.query import GalleryQuery, arguments_of, parse_query, whole_number
from lvs.models import LONGEST_S
from lvs.network.addresses import split_url
from lvs.services import current_services
from lvs.views.params import requested_filename
from lvs.views.rendering import rendered


async def watch(filename: str) -> Response:
    """The watch page; it keeps to the list of the page that the person came from."""
    services = current_services()
    arguments = arguments_of(request.query_string)
    start_s = whole_number(arguments, "t", 0, LONGEST_S, default=0)
    context = await services.store.read(
        watch_context,
        current_viewer(),
        services.folders,
        services.rendering.cards,
        requested_filename("/watch/"),
        _list_before(arguments),
        start_s=start_s,
        since=services.store.last_event_id,
    )
    page = await rendered(services, "watch.html", watch=context)
    return responses.html_response(request, page)


def _list_before(arguments: dict[str, str]) -> GalleryQuery | None:
    """The list in the address (`list=1&sort=...`), else the gallery that linked here."""
    try:
        if "list" in arguments:
            return parse_query(arguments)
        referer = split_url(request.headers.get("Referer", ""))
        if referer.netloc == request.host and referer.path in ARGUMENTS:
            given = arguments_of(referer.query.encode("ascii", "replace"))
            return parse_query(ARGUMENTS[referer.path] | given)
    except (InvalidInputError, ValueError):
        pass
    return None


ROUTES = (Route("/watch/<path:filename>", watch, PAGE),)
