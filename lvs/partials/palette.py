"""Fragments loaded on use: the command palette, suggestions of the search field, the shortcuts."""

from __future__ import annotations

from collections.abc import Callable

from quart import Response, request

from lvs.contexts.palette import (
    Palette,
    named_folders,
    palette_context,
    places_context,
    suggestions_context,
)
from lvs.http import responses
from lvs.http.responses import Rendered
from lvs.http.routes import FRAGMENT, Route
from lvs.http.viewers import current_viewer
from lvs.listing.query import arguments_of
from lvs.listing.shortcuts import GROUPS
from lvs.services import current_services
from lvs.store import tags


async def palette() -> Response:
    """What matches `q`; without it, the whole dialog of the palette."""
    found = await _matching(palette_context)
    is_whole = "q" not in arguments_of(request.query_string)
    name = "partials/_palette.html" if is_whole else "partials/_palette_results.html"
    return _answer(name, palette=found, is_of_search=False)


async def suggestions() -> Response:
    """What the search field offers for `q`; beside a `list`, which shows the titles, no titles."""
    has_list = "list" in arguments_of(request.query_string)
    found = await _matching(places_context if has_list else suggestions_context)
    return _answer("partials/_palette_results.html", palette=found, is_of_search=True)


async def shortcuts() -> Response:
    """The dialog with the keyboard shortcuts."""
    return _answer("partials/_shortcuts.html", groups=GROUPS)


async def _matching(context: Callable[..., Palette]) -> Palette:
    services, viewer = current_services(), current_viewer()
    text = arguments_of(request.query_string).get("q", "")
    text = text.encode("utf-8", "replace").decode()
    known = await services.store.read_cached(named_folders, viewer.audience)
    used = await services.store.read_cached(tags.by_name, viewer.audience)
    return await services.store.read_long(context, viewer, services.folders, known, used, text)


def _answer(name: str, **context: object) -> Response:
    html = current_services().rendering.templates.render(name, **context)
    return responses.html_response(request, Rendered(html))


ROUTES = (
    Route("/partials/palette", palette, FRAGMENT),
    Route("/partials/suggestions", suggestions, FRAGMENT),
    Route("/partials/shortcuts", shortcuts, FRAGMENT),
)
