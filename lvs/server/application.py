"""The Quart app: routes in one place, errors mapped once, the house opened with the server."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from pydantic import ValidationError
from quart import Quart, Response, g, request
from quart.typing import ResponseReturnValue
from quart_schema import RequestSchemaValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from lvs import paths
from lvs.api import caches, headsets, legacy, openapi, performance, ping
from lvs.api import curation as curation_api
from lvs.api import tags as tags_api
from lvs.api import videos as videos_api
from lvs.config import ServerConfig, load_config
from lvs.errors import InvalidInputError, LvsError, NotFoundError, UnavailableError
from lvs.http import responses
from lvs.http.access import Guard
from lvs.http.templating import Templates
from lvs.metrics import UNMATCHED, Metrics, count_queries_here
from lvs.partials import admin as admin_actions
from lvs.partials import bulk, curation, events, library, playback, projection, searches, tags
from lvs.partials import gallery as gallery_partials
from lvs.partials import watch as watch_partials
from lvs.server.lifecycle import open_services
from lvs.services import EXTENSION, Services
from lvs.views import admin, gallery, headset, media, watch
from lvs.views import api as api_pages
from lvs.views import bulk as bulk_pages
from lvs.views import tags as tags_views

log = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[ResponseReturnValue]]

# Pages, then fragments and actions, then bytes, then JSON: (rule, handler, methods).
ROUTES = (
    ("/", gallery.index, ["GET"]),
    ("/continue", gallery.index, ["GET"]),
    ("/favorites", gallery.index, ["GET"]),
    ("/best-of", gallery.index, ["GET"]),
    ("/popular", gallery.index, ["GET"]),
    ("/random", gallery.random_video, ["GET"]),
    ("/search", gallery.index, ["GET"]),
    ("/tags", tags_views.index, ["GET"]),
    ("/tag/<path:tag>", tags_views.single, ["GET"]),
    ("/watch/<path:filename>", watch.watch, ["GET"]),
    ("/headset", headset.index, ["GET"]),
    ("/headset/ca.crt", headset.authority, ["GET"]),
    ("/headset/sample", headset.sample, ["GET"]),
    ("/bulk/<int:bulk_id>", bulk_pages.single, ["GET"]),
    ("/admin/performance", admin.performance, ["GET"]),
    ("/admin/events", admin_actions.events, ["GET"]),
    ("/partials/cards", gallery_partials.cards, ["GET"]),
    ("/partials/gallery", gallery_partials.library, ["GET"]),
    ("/partials/watch", watch_partials.regions, ["GET"]),
    ("/events", events.events, ["GET"]),
    ("/videos/<media_hash>/rating", curation.rating, ["POST"]),
    ("/videos/<media_hash>/favorite", curation.favorite, ["POST"]),
    ("/videos/<media_hash>/tag", tags.add, ["POST"]),
    ("/videos/<media_hash>/untag", tags.remove, ["POST"]),
    ("/partials/tags", tags.suggest, ["GET"]),
    ("/bulk", bulk.change, ["POST"]),
    ("/bulk/undo", bulk.undo, ["POST"]),
    ("/searches", searches.save, ["POST"]),
    ("/searches/delete", searches.delete, ["POST"]),
    ("/tags/rename", tags.rename, ["POST"]),
    ("/tags/delete", tags.delete, ["POST"]),
    ("/videos/<media_hash>/view", playback.view, ["POST"]),
    ("/videos/<media_hash>/progress", playback.progress, ["POST"]),
    ("/videos/<media_hash>/watched", playback.watched, ["POST"]),
    ("/videos/<media_hash>/layout", projection.set_projection, ["POST"]),
    ("/library/scan", library.scan, ["POST"]),
    ("/library/retry", library.retry, ["POST"]),
    ("/library/confirm-empty", library.confirm_empty, ["POST"]),
    ("/admin/backup", admin_actions.backup, ["POST"]),
    ("/admin/cleanup", admin_actions.clean_up, ["POST"]),
    ("/admin/log-level", admin_actions.set_log_level, ["POST"]),
    ("/library/thumbnails", library.rebuild, ["POST"]),
    ("/video/<path:filename>", media.video, ["GET"]),
    ("/stream/<media_hash>/<name>", media.stream, ["GET"]),
    ("/thumbnails/<media_hash>/<name>", media.thumbnail, ["GET"]),
    *(
        (rule + slash, handler, ["GET", "POST"])
        for rule, handler in (
            ("/deovr", headsets.deovr_library),
            ("/deovr/<media_hash>", headsets.deovr_video),
            ("/heresphere", headsets.heresphere_index),
            ("/heresphere/auth", headsets.heresphere_login),
            ("/heresphere/scan", headsets.heresphere_scan),
            ("/heresphere/<media_hash>", headsets.heresphere_video),
            ("/heresphere/<media_hash>/events", headsets.heresphere_events),
        )
        for slash in ("", "/")  # players use either, and follow no redirect
    ),
    ("/static/<path:path>", media.static, ["GET"]),
    ("/favicon.ico", media.favicon, ["GET"]),
    ("/api", api_pages.index, ["GET"]),
    ("/ping", ping.ping, ["GET"]),
    ("/api/videos", videos_api.listed, ["GET"]),
    ("/api/videos/<media_hash>", videos_api.single, ["GET"]),
    ("/api/ratings/<media_hash>", curation_api.rating, ["GET"]),
    ("/api/ratings/<media_hash>", curation_api.rate, ["POST"]),
    ("/api/ratings/<media_hash>", curation_api.clear_rating, ["DELETE"]),
    ("/api/ratings", curation_api.rate_named, ["POST"]),
    ("/api/favorites", curation_api.set_favorite, ["POST"]),
    ("/api/tags/popular", tags_api.popular, ["GET"]),
    ("/api/tags/video", tags_api.of_video, ["GET"]),
    ("/api/tags/set", tags_api.set_all, ["POST"]),
    ("/rate", legacy.rate, ["POST"]),
    ("/favorite", legacy.favorite, ["POST"]),
    ("/tag", legacy.tag, ["POST"]),
    ("/delete_tag", legacy.delete_tag, ["POST"]),
    ("/view", legacy.view, ["POST"]),
    ("/admin/performance/json", performance.snapshot, ["GET"]),
    ("/admin/performance.json", performance.snapshot, ["GET"]),
    ("/api/admin/performance/routes", performance.routes, ["GET"]),
    ("/api/admin/performance/history", performance.history, ["GET"]),
    ("/metrics", performance.prometheus, ["GET"]),
    ("/admin/cache/status", caches.status, ["GET"]),
    ("/admin/cache/refresh", caches.refresh, ["POST"]),
)

# Old addresses that are answered until the next release: old rule, new rule.
RENAMED_ROUTES = {
    "/headset/authority.crt": "/headset/ca.crt",
    "/library/rebuild": "/library/thumbnails",
    "/partials/library": "/partials/gallery",
    "/searches/forget": "/searches/delete",
}


class AnyPathConverter(PathConverter):
    """A path of any characters: a file name may hold a line break."""

    regex = r"(?s:[^/].*?)"


def create_app(config: ServerConfig | None = None, *, services: Services | None = None) -> Quart:
    """The app, over a house that is open already, or one that opens when the server starts.

    Nothing is read or opened here: settings, too, are read at the start of the server.
    """
    app = Quart(__name__, static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=1 << 20, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.asgi_websocket_class = responses.NoWebsocket
    app.request_class = responses.RequestWithBody
    app.url_map.converters["path"] = AnyPathConverter
    app.url_map.merge_slashes = False
    for rule, handler, methods in ROUTES:
        app.add_url_rule(rule, f"{methods[0]} {rule}", handler, methods=methods)
    _answer_old_addresses(app)
    openapi.add(app)
    if services is None:
        _open_with_server(app, config)
    else:
        _attach(app, services)
    _guard(app, Templates())
    return app


def _answer_old_addresses(app: Quart) -> None:
    """Answer renamed routes as the new ones are, and log each once."""
    by_rule = {rule: (handler, methods) for rule, handler, methods in ROUTES}
    for old, new in RENAMED_ROUTES.items():
        handler, methods = by_rule[new]
        app.add_url_rule(
            old, f"{methods[0]} {old}", _logged_once(handler, old, new), methods=methods
        )


def _logged_once(handler: Handler, old: str, new: str) -> Handler:
    logged = False

    async def answer() -> ResponseReturnValue:
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


def _guard(app: Quart, templates: Templates) -> None:
    """Who may ask, what every answer carries, and what errors look like."""

    @app.before_request
    async def check() -> Response | None:
        g.began, g.queries = time.perf_counter(), count_queries_here()
        guard: Guard = app.extensions["lvs.guard"]
        await guard.check(request)
        return guard.preflight(request)

    @app.after_request
    async def finish(response: Response) -> Response:
        guard: Guard = app.extensions["lvs.guard"]
        guard.add_headers(request, response)
        headsets.add_version(request, response)
        services: Services = app.extensions[EXTENSION]
        await responses.validate_json(request, response)
        _record(services.metrics, response)
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

    @app.errorhandler(sqlite3.Error)
    async def store_failed(error: sqlite3.Error) -> Response:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
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


def _record(metrics: Metrics, response: Response) -> None:
    rule = request.url_rule
    metrics.record(
        f"{request.method} {rule.rule}" if rule else UNMATCHED,
        rule.endpoint if rule else UNMATCHED,
        time.perf_counter() - g.began,
        failed=response.status_code >= 500,
        queries=g.queries.total,
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
