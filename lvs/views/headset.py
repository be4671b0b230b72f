"""`/headset`: how to watch on a headset, and a self-test that runs in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

from quart import Response, request

from lvs.contexts.headset import headset_context
from lvs.errors import NotFoundError
from lvs.http import responses
from lvs.http.access import SECURITY_HEADERS
from lvs.http.routes import PAGE, STATIC, Route
from lvs.network.addresses import Ports
from lvs.services import current_services
from lvs.streaming import ranges
from lvs.views.rendering import rendered

SAMPLE_BYTES = 1 << 30  # more than a headset loads during the test
_PIECE = bytes(1 << 18)


async def index() -> Response:
    """The page; it may try this server's announced name, which is another origin."""
    services = current_services()
    came_by = urlsplit(request.host_url)
    name = came_by.hostname or "localhost"
    asked = f"[{name}]" if ":" in name else name
    ports = (
        services.network.ports if services.network.ports.http else Ports(http=came_by.port or 80)
    )
    context = headset_context(services.config, ports, asked)
    page = await rendered(services, "headset.html", "/headset", headset=context)
    response = responses.html_response(request, page)
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = (
        f"{policy}; connect-src 'self' {' '.join(context.probes)}"
    )
    return response


async def authority() -> Response:
    """The certificate of this server's own authority, as devices install it."""
    certificates = current_services().network.certificates
    if certificates is None:
        raise NotFoundError("This server uses your own certificate, so there is no CA to download.")
    headers = {
        "Content-Type": "application/x-x509-ca-cert",
        "Content-Disposition": 'attachment; filename="local-video-server.crt"',
    }
    return Response(certificates.authority_der(), 200, headers)


async def sample() -> Response:
    """Bytes without meaning, in ranges, as a video is sent: to measure the way to a headset."""
    selection = ranges.select(
        {key.lower(): value for key, value in request.headers.items()},
        size=SAMPLE_BYTES,
        etag='"sample"',
        mtime_ns=0,
        head=request.method == "HEAD",
    )
    stop = 0 if request.method == "HEAD" else selection.stop
    headers = {
        **selection.headers,
        "Content-Type": "application/octet-stream",
        "Cache-Control": "no-store",
    }
    response = Response(_zeros(selection.start, stop), selection.status, headers)
    response.timeout = None
    return response


async def _zeros(start: int, stop: int) -> AsyncGenerator[bytes]:
    while start < stop:
        piece = _PIECE[: stop - start]
        yield piece
        start += len(piece)


ROUTES = (
    Route("/headset", index, PAGE),
    Route("/headset/ca.crt", authority, STATIC, was="/headset/authority.crt"),
    Route("/headset/sample", sample, STATIC),
)
