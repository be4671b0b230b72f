"""All protocol knowledge in one place: htmx, server-sent events, forms, problems, pages."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, WebsocketScope
from quart import Quart, Request, Response, g, redirect
from quart.wrappers.request import Body
from werkzeug.exceptions import RequestTimeout
from werkzeug.http import parse_accept_header, parse_etags
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.errors import LvsError, TooManyRequestsError
from lvs.http.access import SAFE_METHODS
from lvs.http.preferences import current_preferences
from lvs.http.routes import PAGE, Kind
from lvs.network.addresses import split_url

# --- htmx ---


def is_fragment(request: Request) -> bool:
    """Whether htmx asks, and wants a part of the page."""
    return "HX-Request" in request.headers


def partial(target: str, html: str, swap: str = "outerMorph") -> str:
    """A fragment for `target` (a CSS selector of ours) inside a larger answer."""
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>'


# --- server-sent events (HTML standard, section 9.2) ---


def sse(data: str, *, event_id: int, event: str | None = None) -> bytes:
    """One message; every line of the data has its own `data:`."""
    lines = [f"id: {event_id}"]
    if event is not None:
        lines.append(f"event: {event}")
    lines += [f"data: {line}" for line in data.splitlines() or [""]]
    return ("\n".join(lines) + "\n\n").encode()


SSE_HEARTBEAT = b": still here\n\n"
UNAVAILABLE_S = 5  # until a page that may be had later asks again
SSE_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


# --- responses ---


def problem(error: LvsError) -> Response:
    """RFC 9457."""
    body = {"title": error.title, "status": error.status, "detail": error.detail}
    return Response(json.dumps(body), error.status, content_type="application/problem+json")


def _with_advice(response: Response, error: LvsError) -> Response:
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(math.ceil(error.wait_s))
    return response


class Rendered:
    """A page's bytes, compressed and hashed at most once."""

    def __init__(self, html: str) -> None:
        self.body = html.encode("utf-8", "replace")
        self._compressed: bytes | None = None
        self._hash = ""

    @property
    def hash(self) -> str:
        if not self._hash:
            self._hash = _hash(self.body)
        return self._hash

    def compress(self) -> bytes:
        """The page in gzip; hashed, too, as this is done off the event loop."""
        if self._compressed is None:
            self._compressed = gzip.compress(self.body, 5, mtime=0)
        self._hash = self.hash
        return self._compressed


def html_response(request: Request, page: Rendered, status: int = 200) -> Response:
    """A page, compressed where the client takes it; never kept by the browser unasked."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding, Cookie, HX-Request",
    }
    compress = takes_gzip(request)
    if status == 200 and request.method in SAFE_METHODS:
        headers["ETag"] = etag_of(page.hash, compressed=compress)
        if has_already(request, headers["ETag"]):
            del headers["Content-Type"]
            return Response(b"", 304, headers)
    body = page.body
    if compress:
        body = page.compress()
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers)


# --- validators and compression (RFC 9110, sections 8.8, 12.5.3 and 13.1) ---


def takes_gzip(request: Request) -> bool:
    return _takes_gzip(request.headers.get("Accept-Encoding", ""))


@lru_cache(256)
def _takes_gzip(header: str) -> bool:
    return parse_accept_header(header).quality("gzip") > 0


def etag_of(content_hash: str, *, compressed: bool = False) -> str:
    """A strong ETag; other bytes, so also compressed ones, have another."""
    return f'"{content_hash}-gzip"' if compressed else f'"{content_hash}"'


def has_already(request: Request, etag: str) -> bool:
    """Whether the client has this representation: the answer is 304 without a body."""
    header = request.headers.get("If-None-Match")
    return header is not None and parse_etags(header).contains_weak(etag.strip('"'))


async def validate_json(request: Request, response: Response) -> None:
    """Let a client ask again for JSON that it has, and have it ask each time."""
    if response.mimetype != "application/json":
        return
    response.headers.setdefault("Cache-Control", "no-cache")
    if response.status_code != 200 or request.method not in SAFE_METHODS:
        return
    etag = etag_of(_hash(await response.get_data(as_text=False)))
    response.headers["ETag"] = etag
    if has_already(request, etag):
        response.set_data(b"")
        response.status_code = 304
        del response.headers["Content-Type"], response.headers["Content-Length"]


def _hash(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=12).hexdigest()


# --- bodies ---


class KnownBody(Body):
    """A body that says whether all of it is here."""

    is_complete = False

    def set_complete(self) -> None:
        self.is_complete = True
        super().set_complete()


class RequestWithBody(Request):
    """A request whose body is awaited without a task.

    Quart's waits by `asyncio.wait_for`, which makes a task and a timer at each call, also for a
    body that is here: 25 µs, and the guard and the handler both ask.
    """

    body_class = KnownBody
    body: KnownBody

    async def get_data(  # type: ignore[override]
        self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False
    ) -> str | bytes:
        """The body. Raises RequestTimeout when it does not come in time."""
        if parse_form_data:
            await self._load_form_data()
        if not self.body.is_complete:
            await self._receive()
        body: bytes = await self.body
        if not cache:
            self.body.clear()
        return body.decode() if as_text else body

    async def _receive(self) -> None:
        try:
            async with asyncio.timeout(self.body_timeout):
                await self.body
        except TimeoutError as error:
            raise RequestTimeout from error


# --- refused content types ---


class NoWebsocket:
    """Refuses to open a websocket: there is none at any address."""

    def __init__(self, app: Quart, scope: WebsocketScope) -> None:
        pass

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 1000, "reason": None})


# --- forms ---

_NOT_IN_FRONT = "/\\" + "".join(map(chr, range(0x21)))


def redirect_back(request: Request) -> str:
    """The page that a form was on, if it is one of ours.

    Browsers read `//host`, `/\\host` and the same with control characters between as another host,
    so what is returned begins with exactly one slash.
    """
    referer = split_url(request.headers.get("Referer", ""))
    if referer.netloc != request.host:
        return "/"
    path = "/" + referer.path.lstrip(_NOT_IN_FRONT)
    return f"{path}?{referer.query}" if referer.query else path


def no_content(request: Request) -> Response | WerkzeugResponse:
    """The answer to a form whose change the stream shows: back to its page, nothing to htmx."""
    if is_fragment(request):
        return Response(b"", 204)
    return redirect(redirect_back(request), 303)


def toast(request: Request, render: Render, words: str) -> Response | WerkzeugResponse:
    """The answer to a form that began something: what it did, in words; without scripts back to
    its page, which shows it."""
    if not is_fragment(request):
        return redirect(redirect_back(request), 303)
    response = html_response(request, Rendered(render("partials/_toast.html", words=words)))
    return as_notice(response)


Render = Callable[..., str]


def as_notice(response: Response) -> Response:
    """Show the answer as a notice, not in the target of the request."""
    response.headers.update({"HX-Retarget": "#notices", "HX-Reswap": "beforeend"})
    return response


def error_response(request: Request, error: LvsError, render: Render, **context: Any) -> Response:
    """The same error for a person (page or fragment) or a program (problem)."""
    kind: Kind = g.get("kind", PAGE)
    wants_json = kind.json_errors or (
        "application/json" in request.headers.get("Accept", "")
        and "text/html" not in request.headers.get("Accept", "")
    )
    if wants_json:
        return _with_advice(problem(error), error)
    name = "partials/_notice.html" if is_fragment(request) else "pages/error.html"
    # A page that may be had later asks again by itself; a form would become a page.
    retry_s = UNAVAILABLE_S if error.status == 503 and request.method == "GET" else 0
    html = render(name, error=error, retry_s=retry_s, preferences=current_preferences(), **context)
    response = html_response(request, Rendered(html), error.status)
    if is_fragment(request):
        as_notice(response)
    return _with_advice(response, error)
