"""Hearts and stars as plain forms: 303 back to the page, or the control as it is now to htmx."""

from __future__ import annotations

from datetime import date

from quart import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import web
from lvs.contexts.cards import card_context
from lvs.errors import InvalidInputError
from lvs.partials.videos import requested_video
from lvs.services import Services, services
from lvs.store import curation, videos
from lvs.web import Rendered


async def rating(media_hash: str) -> Response | WerkzeugResponse:
    """Give a video `value` stars, 1 to 5; 0 clears them."""
    house = services()
    video_id = await requested_video(house, media_hash)
    value = await _choice("value", 0, 5)
    await house.store.write(curation.rate, video_id, value or None)
    return await _answer(house, video_id)


async def favorite(media_hash: str) -> Response | WerkzeugResponse:
    """Make a video a favorite (`favorite=1`) or not (`0`)."""
    house = services()
    video_id = await requested_video(house, media_hash)
    wanted = await _choice("favorite", 0, 1)
    await house.store.write(curation.set_favorite, video_id, bool(wanted))
    return await _answer(house, video_id)


async def _choice(name: str, low: int, high: int) -> int:
    text = (await request.form).get(name, "")
    if not (len(text) == 1 and text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise InvalidInputError(f"`{name}` is {text[:40]!r}; it must be {low} to {high}.")
    return int(text)


async def _answer(house: Services, video_id: int) -> Response | WerkzeugResponse:
    if not web.is_fragment(request):
        return redirect(web.back_to(request), 303)
    card = (await house.store.read(videos.cards, [video_id]))[video_id]
    context = card_context(card, house.library, date.today())  # noqa: DTZ011
    inline = (await request.form).get("inline") == "1"
    html = house.templates.render("partials/_curation.html", card=context, inline=inline)
    return web.html_response(request, Rendered(html))
