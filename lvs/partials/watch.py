"""`/partials/watch`: a watch page's regions, for a page that was away long."""

from __future__ import annotations

import sqlite3

from quart import Response, request

from lvs import web
from lvs.contexts.query import GalleryQuery, arguments_of
from lvs.contexts.watch import About, Stage, about_context, stage_context
from lvs.library.library import Library
from lvs.partials.videos import known_video, list_of
from lvs.services import services
from lvs.store import videos
from lvs.web import Rendered


async def regions() -> Response:
    """What is said about the `video` (its identity), and its player where the page has another."""
    house = services()
    arguments = arguments_of(request.query_string)
    stage, about = await house.store.read(
        _regions, house.library, arguments.get("video", ""), list_of(arguments)
    )
    render = house.templates.render
    html = render("partials/_about.html", about=about)
    html += web.partial("#stage", render("partials/_stage.html", stage=stage))
    return web.html_response(request, Rendered(html))


def _regions(
    conn: sqlite3.Connection, library: Library, media_hash: str, came_from: GalleryQuery | None
) -> tuple[Stage, About]:
    details = videos.details(conn, known_video(conn, media_hash))
    return (
        stage_context(library, details, came_from),
        about_context(conn, library, details, came_from),
    )
