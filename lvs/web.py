"""All protocol knowledge in one place: htmx, server-sent events, problems, who may ask for what."""

from __future__ import annotations

import gzip
import ipaddress
import json
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any
from urllib.parse import urlsplit

from quart import Request, Response

from lvs.errors import (
    ForbiddenError,
    InvalidInputError,
    LvsError,
    MisdirectedError,
    UnsupportedMediaError,
)

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


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
SSE_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


# --- answers ---


def problem(error: LvsError) -> Response:
    """RFC 9457."""
    body = {"title": error.title, "status": error.status, "detail": error.detail}
    return Response(json.dumps(body), error.status, content_type="application/problem+json")


class Rendered:
    """A page's bytes, compressed at most once."""

    def __init__(self, html: str) -> None:
        self.body = html.encode("utf-8", "replace")
        self._compressed: bytes | None = None

    @property
    def compressed(self) -> bytes:
        if self._compressed is None:
            self._compressed = gzip.compress(self.body, 5)
        return self._compressed


class PageCache:
    """Whole pages, each with the state of the library that it shows.

    A page of the present state is served as it is. While files are taken in the state changes a
    hundred times a second; a page may then lag a little behind, since it carries the event id that
    its stream goes on from. What a person changes shows at once: the cache is cleared.
    """

    def __init__(self, kept: int = 64, may_lag_s: float = 1.0) -> None:
        self._kept = kept
        self._may_lag_s = may_lag_s
        self._pages: OrderedDict[Hashable, tuple[Hashable, float, Rendered]] = OrderedDict()
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable, state: Hashable) -> Rendered | None:
        found = self._pages.get(key)
        if found is not None:
            of_state, made_at, page = found
            if of_state == state or time.monotonic() - made_at < self._may_lag_s:
                self.hits += 1
                self._pages.move_to_end(key)
                return page
        self.misses += 1
        return None

    def put(self, key: Hashable, state: Hashable, page: Rendered) -> None:
        self._pages[key] = state, time.monotonic(), page
        while len(self._pages) > self._kept:
            self._pages.popitem(last=False)

    def clear(self) -> None:
        self._pages.clear()


def html_response(request: Request, page: Rendered, status: int = 200) -> Response:
    """A page, compressed where the client takes it; never kept by the browser unasked."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding, HX-Request",
    }
    body = page.body
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body = page.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers)


# --- access ---


class HostCheck:
    """Refuses host names that are not ours, so that no foreign page reaches us by DNS rebinding."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        own = socket.gethostname().lower()
        self._names = {"localhost", own, own.partition(".")[0], *map(str.lower, allowed)}
        self._verdicts: OrderedDict[str, bool] = OrderedDict()

    def __call__(self, host: str) -> None:
        """Raises MisdirectedError."""
        verdict = self._verdicts.get(host)
        if verdict is None:
            verdict = self._verdicts[host] = self._is_ours(host)
            while len(self._verdicts) > 256:
                self._verdicts.popitem(last=False)
        if not verdict:
            raise MisdirectedError(
                f"This server does not go by the name {host!r}. If that is its name, add it to "
                "LVS_ALLOWED_HOSTS."
            )

    def _is_ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".").lower()
        except ValueError:
            return False
        if name in self._names or name.endswith(".local"):
            return True
        try:
            ipaddress.ip_address(name.partition("%")[0])
        except ValueError:
            return False
        return True


def refuse_foreign_writes(request: Request) -> None:
    """Raises ForbiddenError for a change asked for by a page of another site."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign:
        raise ForbiddenError("A page of another site may not change this library.")


async def require_json(request: Request) -> None:
    """Raises UnsupportedMediaError or InvalidInputError for an API body that is not JSON text."""
    if request.method in SAFE_METHODS | {"DELETE"} or not request.path.startswith("/api/"):
        return
    if not request.is_json:
        raise UnsupportedMediaError("Send the body as `Content-Type: application/json`.")
    body: Any = await request.get_data(as_text=False)
    try:
        body.decode()
    except UnicodeDecodeError:
        raise InvalidInputError("The body must be JSON in UTF-8.") from None


def back_to(request: Request) -> str:
    """The page that a form was on, if it is one of ours."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.host:
        return "/"
    return f"{referer.path}?{referer.query}" if referer.query else referer.path


Render = Callable[..., str]


def error_response(request: Request, error: LvsError, render: Render, **context: Any) -> Response:
    """The same error for a person (page or fragment) or a program (problem)."""
    wants_json = request.path.startswith("/api/") or (
        "application/json" in request.headers.get("Accept", "")
        and "text/html" not in request.headers.get("Accept", "")
    )
    if wants_json:
        return problem(error)
    name = "partials/_notice.html" if is_fragment(request) else "pages/error.html"
    html = render(name, error=error, **context)
    response = html_response(request, Rendered(html), error.status)
    if is_fragment(request):  # not where the answer would have gone
        response.headers.update({"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"})
    return response
