"""The small actions of a page: plain forms, answered 303, or 204 to htmx: the stream shows it."""

from __future__ import annotations

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import web
from lvs.partials.videos import number
from lvs.services import services
from lvs.store import videos


async def scan() -> Response | WerkzeugResponse:
    """Look through all folders again."""
    services().library.ask_for_scan()
    return web.done(request)


async def retry() -> Response | WerkzeugResponse:
    """Try failed videos again: one by `video`, or all."""
    one = "video" in await request.form
    await services().store.write(videos.retry, await number("video") if one else None)
    return web.done(request)


async def rebuild() -> Response | WerkzeugResponse:
    """Look at every video anew; the pictures there are stay until they are replaced."""
    house = services()
    await house.store.write(videos.remake_all)
    house.library.feeder.wake()
    return web.done(request)


async def confirm_empty() -> Response | WerkzeugResponse:
    """An away folder is meant to be empty."""
    await services().library.accept_empty(await number("folder"))
    return web.done(request)
