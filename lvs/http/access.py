"""Who may ask for what: host names, foreign pages, other origins, too many writes."""

from __future__ import annotations

import time
from functools import lru_cache

from quart import Request, Response

from lvs.caches import Cache
from lvs.config import ServerConfig
from lvs.errors import (
    ForbiddenError,
    TooManyRequestsError,
    UnsupportedMediaError,
    WrongHostError,
)
from lvs.http.routes import Kind
from lvs.network.addresses import OwnHosts, address_of, is_local, split_url

MAX_CLIENTS = 10_000  # clients tracked per limit; the least recently seen is removed
LOGIN_TRIES = 10  # wrong passwords per address, and as many more per minute
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


class Guard:
    """All checks of a request that need the settings."""

    def __init__(self, config: ServerConfig) -> None:
        self._hosts = OwnHosts(config.allowed_hosts)
        self._origins = {origin.lower().rstrip("/") for origin in config.allowed_origins}
        self.allows_origin = lru_cache(256)(self._check_origin)
        self._writes = RateLimit(
            config.writes_per_second,
            config.writes_burst,
            "Too many changes at once. Wait a moment, then try again.",
        )
        self._wrong_logins = RateLimit(
            LOGIN_TRIES / 60,
            LOGIN_TRIES,
            "Too many wrong passwords. Wait a minute, then try again.",
        )

    def check(self, request: Request, kind: Kind) -> None:
        """Raises the LvsError that refuses the request."""
        if not self._hosts.is_ours(request.host):
            raise WrongHostError(
                f"Unknown host name {request.host!r}. If it is this server's name, add it to "
                "LVS_ALLOWED_HOSTS."
            )
        if request.method in SAFE_METHODS:
            return
        self._refuse_foreign(request, kind)
        if kind.counts_writes:
            self.check_write_limit(request)
        if kind.json_body and request.method != "DELETE":
            _require_json(request)

    def check_write_limit(self, request: Request) -> None:
        """Raises TooManyRequestsError when the client has no write left."""
        self._writes.spend(request.remote_addr or "")

    def check_login(self, request: Request) -> None:
        """Raises TooManyRequestsError after too many wrong passwords from the client's address."""
        self._wrong_logins.check(request.remote_addr or "")

    def count_wrong_login(self, request: Request) -> None:
        self._wrong_logins.spend(request.remote_addr or "")

    def _refuse_foreign(self, request: Request, kind: Kind) -> None:
        """A page of another site changes nothing, but for programs that CORS lets in."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site is not None:
            foreign = site not in ("same-origin", "none")
        else:
            foreign = origin is not None and split_url(origin).netloc != request.host
        welcome = origin is not None and kind.json_body and self.allows_origin(origin)
        if foreign and not welcome:
            raise ForbiddenError("Requests from other sites are blocked.")

    def preflight(self, request: Request, kind: Kind) -> Response | None:
        """The answer to a browser that asks before it calls from another origin (Fetch, 4.8)."""
        asked = "Origin" in request.headers and "Access-Control-Request-Method" in request.headers
        if request.method != "OPTIONS" or not asked or not kind.cross_origin:
            return None
        response = Response(b"", 204)
        if self.allows_origin(request.headers["Origin"]):
            response.headers.update(
                {
                    "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE",
                    "Access-Control-Allow-Headers": "Content-Type, Range, If-Range",
                    "Access-Control-Max-Age": "600",
                }
            )
            if "Access-Control-Request-Private-Network" in request.headers:
                response.headers["Access-Control-Allow-Private-Network"] = "true"
        return response

    def add_headers(self, request: Request, response: Response, kind: Kind) -> None:
        """What every answer carries, and what lets an allowed origin read it."""
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.update(dict(kind.headers))
        if not kind.cross_origin:
            return
        response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin is not None and self.allows_origin(origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = (
                "Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After"
            )

    def _check_origin(self, origin: str) -> bool:
        """Configured, this machine, or in the local network."""
        if origin.lower() in self._origins:
            return True
        parts = split_url(origin)
        name = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https"):
            return False
        address = address_of(name)
        if address is not None:
            return is_local(address)
        return name == "localhost" or name.endswith(".local")


class RateLimit:
    """Requests per second for each client, with a burst.

    The generic cell rate algorithm (ITU-T I.371): one time per client says until when it has
    spent its share.
    """

    def __init__(self, per_second: float, burst: int, detail: str) -> None:
        self._cost_s = 1 / per_second
        self._room_s = burst / per_second
        self._detail = detail
        self._spent_until: Cache[str, float] = Cache(MAX_CLIENTS)

    def check(self, client: str) -> float:
        """Returns the time until which one more request spends the share.

        Raises TooManyRequestsError, with the seconds to wait, when the share is spent."""
        now = time.monotonic()
        until = max(self._spent_until.get(client) or 0.0, now) + self._cost_s
        wait_s = until - now - self._room_s
        if wait_s > 1e-6:  # floating-point sums are not exact
            raise TooManyRequestsError(wait_s, self._detail)
        return until

    def spend(self, client: str) -> None:
        """Raises TooManyRequestsError as `check` does."""
        self._spent_until.put(client, self.check(client))


def _require_json(request: Request) -> None:
    """Raises UnsupportedMediaError for a body that does not claim to be JSON."""
    if request.content_type != "application/json" and not request.is_json:
        raise UnsupportedMediaError("Send the body as `Content-Type: application/json`.")
