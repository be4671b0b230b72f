"""`/events`: the live stream of a page."""

from __future__ import annotations

from quart import Response, request

from lvs.contexts.watch import RELATED_SHOWN
from lvs.http import responses
from lvs.http.routes import FRAGMENT, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import arguments_of, parse_query, whole_number
from lvs.listing.resolve import folder_of
from lvs.live.feeds import Feed, GalleryFeed, WatchFeed
from lvs.live.home import HomeFeed
from lvs.partials.params import known_video, list_of, row_id
from lvs.services import Services, current_services
from lvs.store import Connection
from lvs.viewer import Viewer

LARGEST_ID = 2**63 - 1


async def events() -> Response:
    """Server-sent events for the page that the arguments describe, from event `since` on.

    `Last-Event-ID` wins over `since`: it is how far a page got that comes back.
    """
    services = current_services()
    arguments = arguments_of(request.query_string)
    header = request.headers.get("Last-Event-ID", "")
    if header:
        arguments["since"] = header
    since = whole_number(arguments, "since", 0, LARGEST_ID, default=services.store.last_event_id)
    feed = await services.store.read(_feed, current_viewer(), services, arguments)
    response = Response(services.hub.stream(feed, since), 200, responses.SSE_HEADERS)
    response.timeout = None
    return response


def _feed(conn: Connection, viewer: Viewer, services: Services, arguments: dict[str, str]) -> Feed:
    if "home" in arguments:
        return HomeFeed(viewer)
    media_hash = arguments.get("video")
    if media_hash is None:
        query = parse_query(arguments)
        folder_of(conn, viewer, services.folders, query.folder)
        return GalleryFeed(viewer, query.with_(after=""))
    item_id = known_video(conn, viewer, media_hash)
    return WatchFeed(viewer, item_id, list_of(arguments), _cards(arguments.get("cards", "")))


def _cards(text: str) -> frozenset[int]:
    """The videos whose cards a watch page shows, as row ids joined by dots."""
    ids = text.split(".", RELATED_SHOWN)[:RELATED_SHOWN] if text else []
    return frozenset(row_id("cards", id_) for id_ in ids)


ROUTES = (Route("/events", events, FRAGMENT),)
