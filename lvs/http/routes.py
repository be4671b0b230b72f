"""What a route declares: its rule, handler and methods, and the kind that access rules follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from quart import Request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map

Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How requests of a route are treated.

    `cross_origin`: allowed origins may use it (CORS). `json_body`: bodies must be JSON, and an
    allowed origin may send them. `json_errors`: errors are `application/problem+json`.
    `documented`: it is in `/openapi.json`. `counts_writes`: its POSTs use up the client's write
    allowance.
    `headers` go with every response.
    """

    name: str
    cross_origin: bool = False
    json_body: bool = False
    json_errors: bool = False
    documented: bool = False
    counts_writes: bool = True
    headers: tuple[tuple[str, str], ...] = ()


PAGE = Kind("page")
FRAGMENT = Kind("fragment")
FORM = Kind("form")
STATIC = Kind("static")
METRICS = Kind("metrics")
MEDIA = Kind("media", cross_origin=True)
STATUS = Kind("status", cross_origin=True, documented=True)
STATUS_ALIAS = Kind("status", cross_origin=True)
API = Kind("api", cross_origin=True, json_body=True, json_errors=True, documented=True)
LEGACY = Kind("legacy", cross_origin=True, json_body=True, json_errors=True, documented=True)
# Headset players use POST to read; what they write is counted in their handlers.
PLAYER = Kind("player", json_errors=True, counts_writes=False)
HERESPHERE = Kind(
    "player",
    json_errors=True,
    counts_writes=False,
    headers=(("HereSphere-JSON-Version", "1"),),  # also on errors
)


@dataclass(frozen=True, slots=True)
class Route:
    """`was` is its old rule, answered until the next release; `is_rating` marks what sets a rating,
    which the dashboard times."""

    rule: str
    handler: Handler
    kind: Kind
    methods: tuple[str, ...] = ("GET",)
    was: str = ""
    is_rating: bool = False

    @property
    def endpoint(self) -> str:
        return f"{self.methods[0]} {self.rule}"


class RouteTable:
    """The kind of every request, also of those that no route answers."""

    def __init__(self, routes: Iterable[Route], url_map: Map) -> None:
        self._routes = {route.endpoint: route for route in routes}
        self._url_map = url_map
        kinds: dict[str, set[Kind]] = {}
        for route in self._routes.values():
            first, _, rest = route.rule.lstrip("/").partition("/")
            if rest or route.kind.name == "player":
                kinds.setdefault(first, set()).add(route.kind)
        self._by_first = {first: one.pop() for first, one in kinds.items() if len(one) == 1}

    def route_of(self, request: Request) -> Route | None:
        """The route that answers a request; None where there is none, or not by this method."""
        rule = request.url_rule
        return None if rule is None else self._routes.get(rule.endpoint)

    def kind_of(self, request: Request) -> Kind:
        """The kind of a request: of its route, of a route of its address by another method, or of
        the routes beside it."""
        route = self.route_of(request)
        if route is not None:
            return route.kind
        endpoint = request.url_rule.endpoint if request.url_rule else self._endpoint(request.path)
        if endpoint == "openapi":
            return STATUS_ALIAS
        if endpoint in self._routes:
            return self._routes[endpoint].kind
        return self._by_first.get(request.path.lstrip("/").partition("/")[0], PAGE)

    def _endpoint(self, path: str) -> str:
        adapter = self._url_map.bind("localhost")
        try:
            try:
                return str(adapter.match(path, "GET")[0])
            except MethodNotAllowed as other:
                methods = other.valid_methods or ["POST"]
                return str(adapter.match(path, next(iter(methods)))[0])
        except HTTPException:
            return ""
