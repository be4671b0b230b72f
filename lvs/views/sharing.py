"""An item for another device or player: a playlist of it, and a QR code of its page's address."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from quart import Response, request

from lvs.contexts.sharing import Share, code, player_origin, playlist, shared_origin
from lvs.folders import Folders
from lvs.http.routes import PAGE, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import arguments_of, whole_number
from lvs.listing.resolve import find_hash
from lvs.models import LONGEST_S, Card
from lvs.services import current_services
from lvs.store import Connection, items
from lvs.urls import page_url, stream
from lvs.viewer import Viewer


async def play(media_hash: str) -> Response:
    """A playlist of the item's bytes, which opens in the player that a device has for playlists."""
    card = await _card(media_hash)
    origin = player_origin(current_services().network.ports, _asked())
    body = playlist(card.title, card.duration_s, stream(origin, card))
    headers = {
        "Content-Type": "audio/x-mpegurl; charset=utf-8",
        "Content-Disposition": _attachment(f"{card.title}.m3u"),
        "Cache-Control": "no-store",
    }
    return Response(body, 200, headers)


async def qr_code(media_hash: str) -> Response:
    """A QR code of the address of the item's page, from second `t` on, as SVG."""
    services = current_services()
    start_s = start_of(arguments_of(request.query_string))
    url = page_url(services.folders, await _card(media_hash))
    if start_s is not None:
        url += f"?t={start_s}"
    body = code(shared_origin(services.config, _asked()) + url)
    return Response(body, 200, {"Content-Type": "image/svg+xml", "Cache-Control": "no-store"})


def share_of(media_hash: str, url: str) -> Share:
    """How to share the page of an item; `url` is its address on this server."""
    origin = shared_origin(current_services().config, _asked())
    return Share(origin + url, f"/items/{media_hash}/code.svg")


def start_of(arguments: dict[str, str]) -> int | None:
    """The second to start from in an address; None where it says none."""
    if "t" not in arguments:
        return None
    return whole_number(arguments, "t", 0, LONGEST_S, default=0)


def _asked() -> str:
    return request.host_url.rstrip("/")


async def _card(media_hash: str) -> Card:
    services = current_services()
    return await services.store.read(_find, current_viewer(), services.folders, media_hash)


def _find(conn: Connection, viewer: Viewer, folders: Folders, media_hash: str) -> Card:
    """Raises NotFoundError."""
    item_id = find_hash(conn, viewer, folders, media_hash)
    return items.card(conn, viewer.audience, item_id)


def _attachment(name: str) -> str:
    """With a name in ASCII for old clients, and the whole one (RFC 6266, appendix D)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(c for c in plain if c.isprintable() and c not in '"\\/') or "video.m3u"
    whole = quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"


ROUTES = (
    Route("/items/<media_hash>/play.m3u", play, PAGE),
    Route("/items/<media_hash>/code.svg", qr_code, PAGE),
)
