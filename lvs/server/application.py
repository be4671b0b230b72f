"""The Quart app: routes in one place, errors mapped once, services opened with the server."""

from __future__ import annotations

import logging
import time
from contextlib import AsyncExitStack
from typing import Any

from pydantic import ValidationError
from quart import Quart, Response, g, request
from quart_schema import RequestSchemaValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from lvs import paths
from lvs.api import openapi
from lvs.config import ServerConfig, load_config
from lvs.errors import InvalidInputError, LvsError, NotFoundError, UnavailableError
from lvs.http import responses, viewers
from lvs.http.access import Guard
from lvs.http.routes import Handler, Route, RouteTable
from lvs.http.templating import Templates
from lvs.metrics import UNMATCHED, Metrics, count_queries_here
from lvs.server.lifecycle import open_services
from lvs.server.routes import ROUTES
from lvs.services import EXTENSION, Services
from lvs.store import DatabaseError
from lvs.store.backends.connection import was_interrupted

log = logging.getLogger(__name__)


class AnyPathConverter(PathConverter):
    """A path of any characters: a file name may hold a line break."""

    regex = r"(?s:[^/].*?)"


def create_app(config: ServerConfig | None = None, *, services: Services | None = None) -> Quart:
    """The app, with services that are open already or that open when the server starts.

    Nothing is read or opened here: settings, too, are read at the start of the server.
    """
    app = Quart(__name__, static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=1 << 20, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.asgi_websocket_class = responses.NoWebsocket
    app.request_class = responses.RequestWithBody
    app.url_map.converters["path"] = AnyPathConverter
    app.url_map.merge_slashes = False
    for route in ROUTES:
        _add_route(app, route)
    openapi.add(app, ROUTES)
    if services is None:
        _open_with_server(app, config)
    else:
        _attach(app, services)
    _guard(app, Templates(), RouteTable(ROUTES, app.url_map))
    return app


def _add_route(app: Quart, route: Route) -> None:
    methods = list(route.methods)
    app.add_url_rule(route.rule, route.endpoint, route.handler, methods=methods)
    if route.was:  # handled like the new one, and logged once
        handler = _logged_once(route.handler, route.was, route.rule)
        app.add_url_rule(route.was, f"{methods[0]} {route.was}", handler, methods=methods)


def _logged_once(handler: Handler, old: str, new: str) -> Handler:
    logged = False

    async def answer() -> Any:
        nonlocal logged
        if not logged:
            logged = True
            log.warning(
                "The address %s is now %s; the old one works until the next release", old, new
            )
        return await handler()

    return answer


def _open_with_server(app: Quart, config: ServerConfig | None) -> None:
    stack = AsyncExitStack()

    @app.before_serving
    async def start() -> None:
        _attach(app, await stack.enter_async_context(open_services(config or load_config())))

    @app.after_serving
    async def stop() -> None:
        await stack.aclose()


def _attach(app: Quart, services: Services) -> None:
    app.extensions[EXTENSION] = services
    app.extensions["lvs.guard"] = Guard(services.config)
    app.extensions.setdefault(viewers.EXTENSION, viewers.identify)


def _guard(app: Quart, templates: Templates, table: RouteTable) -> None:
    """Who may ask, what every answer carries, and what errors look like."""

    @app.before_request
    async def check() -> Response | None:
        g.began, g.queries = time.perf_counter(), count_queries_here()
        g.kind = kind = table.kind_of(request)
        g.viewer = app.extensions[viewers.EXTENSION](request)
        guard: Guard = app.extensions["lvs.guard"]
        guard.check(request, kind)
        return guard.preflight(request, kind)

    @app.after_request
    async def finish(response: Response) -> Response:
        guard: Guard = app.extensions["lvs.guard"]
        guard.add_headers(request, response, g.kind)
        services: Services = app.extensions[EXTENSION]
        await responses.validate_json(request, response)
        _record(services.admin.metrics, response, table.route_of(request))
        return response

    @app.errorhandler(LvsError)
    async def lvs_error(error: LvsError) -> Response:
        return responses.error_response(request, error, templates.render)

    @app.errorhandler(RequestSchemaValidationError)
    async def misshapen(error: RequestSchemaValidationError) -> Response:
        ours = InvalidInputError(_explain(error.validation_error))
        return responses.error_response(request, ours, templates.render)

    @app.errorhandler(RecursionError)
    async def too_deep(_: RecursionError) -> Response:
        ours = InvalidInputError("The body is nested too deeply.")
        return responses.error_response(request, ours, templates.render)

    @app.errorhandler(HTTPException)
    async def refused(error: HTTPException) -> Response:
        return responses.error_response(request, _to_lvs_error(error), templates.render)

    @app.errorhandler(DatabaseError)
    async def store_failed(error: DatabaseError) -> Response:
        if was_interrupted(error):
            log.warning("%s took too long to read", request.path)
            ours = UnavailableError("This search takes too long. Use fewer words.")
            return responses.error_response(request, ours, templates.render)
        log.exception("Can't read the library", exc_info=error)
        ours = UnavailableError(
            f"The library can't be read right now ({error}). Run "
            f"`{paths.command('doctor')}` on the server to see what is wrong."
        )
        return responses.error_response(request, ours, templates.render)

    @app.errorhandler(Exception)
    async def failed(error: Exception) -> Response:
        log.exception("%s %s failed", request.method, request.path, exc_info=error)
        ours = LvsError("Server error; details are in the log. Try again.")
        return responses.error_response(request, ours, templates.render)


def _record(metrics: Metrics, response: Response, route: Route | None) -> None:
    rule = request.url_rule
    metrics.record(
        f"{request.method} {rule.rule}" if rule else UNMATCHED,
        rule.endpoint if rule else UNMATCHED,
        time.perf_counter() - g.began,
        failed=response.status_code >= 500,
        queries=g.queries.total,
        is_rating=route is not None and route.is_rating,
    )


def _explain(error: Exception) -> str:
    """The first thing that is wrong with a body or an argument, by its name."""
    if not isinstance(error, ValidationError):
        return "The body must be a JSON object."
    legacy = error.errors()[0]
    name = ".".join(map(str, legacy["loc"]))
    message = str(legacy["msg"]).removeprefix("Value error, ")
    return f"`{name}`: {message}." if name else f"{message[:1].upper()}{message[1:]}."


def _to_lvs_error(error: HTTPException) -> LvsError:
    if error.code == 404:
        return NotFoundError("Page not found.")
    ours = InvalidInputError(error.description or "The request is not valid.")
    ours.status, ours.title = error.code or 400, error.name
    return ours
