"""The small actions of a page: plain forms, answered 303, or 204 to htmx: the stream shows it."""

from __future__ import annotations

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import web
from lvs.errors import InvalidInputError
from lvs.services import services
from lvs.store import videos


async def scan() -> Response | WerkzeugResponse:
    """Look through all folders again."""
    services().library.ask_for_scan()
    return web.done(request)


async def retry() -> Response | WerkzeugResponse:
    """Try failed videos again: one by `video`, or all."""
    await services().store.write(videos.retry, await _number("video", optional=True))
    return web.done(request)


async def confirm_empty() -> Response | WerkzeugResponse:
    """An away folder is meant to be empty."""
    root_id = await _number("folder")
    assert root_id is not None
    await services().library.accept_empty(root_id)
    return web.done(request)


async def _number(name: str, *, optional: bool = False) -> int | None:
    text = (await request.form).get(name, "")
    if not text and optional:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise InvalidInputError(f"`{name}` is {text[:40]!r}; it must be a number.")
    return int(text)
