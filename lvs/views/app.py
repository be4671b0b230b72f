"""The installed app: its manifest, its service worker, and the page for while it has no server."""

from __future__ import annotations

import hashlib
import json

from quart import Response, request

from lvs.http import responses
from lvs.http.assets import asset, static_url, theme_colors
from lvs.http.responses import Rendered
from lvs.http.routes import PAGE, STATIC, Route
from lvs.services import current_services

# What the offline page needs. Other files are in the browser's own cache.
SHELL = ("bundles/site.css", "js/offline.js", "icon.svg")
ICONS = (
    ("192", 192, "any"),
    ("512", 512, "any"),
    ("maskable-192", 192, "maskable"),
    ("maskable-512", 512, "maskable"),
)


async def manifest() -> Response:
    """How a system shows the app once it is installed (W3C Web App Manifest)."""
    dark = theme_colors()["dark"]
    found = {
        "id": "/",
        "name": "Local Video Server",
        "short_name": "Videos",
        "description": "The videos of this home, on every screen.",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": dark,
        "background_color": dark,
        "icons": [
            {
                "src": static_url(f"icons/{name}.png"),
                "sizes": f"{pixels}x{pixels}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, pixels, purpose in ICONS
        ],
    }
    return _kept_while_it_is_right(json.dumps(found), "application/manifest+json")


async def offline() -> Response:
    """The page that the service worker shows while the server can't be reached."""
    return responses.html_response(request, Rendered(_offline_page()))


async def service_worker() -> Response:
    """The script, with the files it keeps and a name that changes with them."""
    source = asset("js/service_worker.js")
    assert source is not None
    files = [static_url(path) for path in SHELL]
    page = hashlib.blake2b(_offline_page().encode(), digest_size=5).hexdigest()
    script = (
        f"const FILES = {json.dumps(files)};\n"
        f"const OFFLINE = '/offline';\n"
        f"const CACHE = 'offline-{page}';\n"
    ) + source.body.decode()
    return _kept_while_it_is_right(script, "text/javascript; charset=utf-8")


def _offline_page() -> str:
    return current_services().rendering.templates.render("pages/offline.html")


def _kept_while_it_is_right(body: str, mime_type: str) -> Response:
    """An answer that the browser asks for again, and gets when it has changed."""
    tag = responses.etag_of(hashlib.blake2b(body.encode(), digest_size=12).hexdigest())
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if responses.has_already(request, tag):
        return Response(b"", 304, headers)
    return Response(body, 200, {**headers, "Content-Type": mime_type})


ROUTES = (
    Route("/manifest.webmanifest", manifest, STATIC),
    Route("/service-worker.js", service_worker, STATIC),
    Route("/offline", offline, PAGE),
)
