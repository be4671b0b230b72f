"""`/` and the lists with addresses of their own; `/random`: some video."""

from __future__ import annotations

import random
import sqlite3
from datetime import date

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.contexts.gallery import gallery_context
from lvs.contexts.status import status_context
from lvs.errors import NotFoundError
from lvs.http import responses
from lvs.http.responses import Rendered
from lvs.listing.builtin import BUILTIN_LISTS
from lvs.listing.query import SEEDS, GalleryQuery, arguments_of, parse_query
from lvs.models import Card
from lvs.services import Services, services
from lvs.store import gallery as gallery_store
from lvs.store import videos
from lvs.store.list_plan import View
from lvs.urls import watch_url
from lvs.views.rendering import rendered


async def index() -> Response | WerkzeugResponse:
    """The gallery page. A shuffled list is given its seed first, so that its address is stable."""
    arguments = BUILTIN_LISTS[request.path] | arguments_of(request.query_string)
    query = parse_query(arguments)
    if query.sort == "random" and "seed" not in arguments:
        return redirect(query.url(), 303)
    return responses.html_response(request, await page(services(), query))


async def surprise() -> WerkzeugResponse:
    """Some video of the library."""
    house = services()
    found = await house.store.read(_some_card)
    if found is None:
        raise NotFoundError("The library has no videos yet.")
    return redirect(watch_url(house.folders, found), 303)


def _some_card(conn: sqlite3.Connection) -> Card | None:
    view = View(sort="random", seed=random.randint(1, SEEDS))
    first = gallery_store.page(conn, view, limit=1).videos
    return videos.cards(conn, [first[0][0]])[first[0][0]] if first else None


async def page(house: Services, query: GalleryQuery) -> Rendered:
    """The page, rendered once per state of the library."""
    since = house.store.last_event_id
    key = ("gallery", query, date.today(), house.store.edits)  # noqa: DTZ011

    async def render() -> Rendered:
        read = house.store.read_long if query.is_costly else house.store.read
        gallery = await read(gallery_context, house.folders, house.cards, query, since)
        status = status_context(house.activity, house.folders, query)
        return await rendered(house, "gallery.html", gallery.place, gallery=gallery, st=status)

    return await house.pages.page(key, (since, house.activity.version), render)
