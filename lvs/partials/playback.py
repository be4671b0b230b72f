"""Messages of the player: a playback has started, and its position."""

from __future__ import annotations

import math

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.contexts.cards import MarksContext
from lvs.errors import InvalidInputError
from lvs.http import responses
from lvs.http.routes import FORM, Route
from lvs.http.viewers import current_viewer
from lvs.models import LONGEST_S
from lvs.partials.curation import answer, marks_of
from lvs.partials.params import known_video, of_video
from lvs.services import current_services
from lvs.store import Transaction, playback
from lvs.viewer import Viewer


async def view(media_hash: str) -> Response | WerkzeugResponse:
    """Count a view; the player asks once per playback, after some seconds. A form that is pressed
    without scripts says `back`, and leads there."""
    await current_services().store.write(
        of_video, current_viewer(), media_hash, playback.count_view
    )
    if "back" in await request.form:
        return responses.no_content(request)
    return Response(b"", 204)


async def progress(media_hash: str) -> Response:
    """Remember `position_s`, seconds from the start. `playing=1` is of a video that plays on."""
    form = await request.form
    text = form.get("position_s", "")
    try:
        position_s = float(text)
    except ValueError:
        position_s = math.nan
    if not 0 <= position_s <= LONGEST_S:
        raise InvalidInputError(f"`position_s` is {text[:40]!r}; it must be seconds, 0 or more.")
    viewer, playing = current_viewer(), form.get("playing") == "1"
    await current_services().store.write(
        of_video,
        viewer,
        media_hash,
        lambda tx, item_id: playback.save_position(
            tx, viewer, item_id, position_s, playing=playing
        ),
    )
    return Response(b"", 204)


async def watched(media_hash: str) -> Response | WerkzeugResponse:
    """Say that it was seen (`watched=1`) or not (`0`)."""
    text = (await request.form).get("watched", "")
    if text not in ("0", "1"):
        raise InvalidInputError(f"`watched` is {text[:40]!r}; it must be 0 or 1.")
    viewer, store = current_viewer(), current_services().store
    return await answer(await store.write(_set_watched, viewer, media_hash, text == "1"))


def _set_watched(tx: Transaction, viewer: Viewer, media_hash: str, wanted: bool) -> MarksContext:
    item_id = known_video(tx.connection, viewer, media_hash)
    playback.set_watched(tx, viewer, item_id, wanted)
    return marks_of(tx.connection, viewer, item_id)


ROUTES = (
    Route("/videos/<media_hash>/view", view, FORM, ("POST",)),
    Route("/videos/<media_hash>/progress", progress, FORM, ("POST",)),
    Route("/videos/<media_hash>/watched", watched, FORM, ("POST",)),
)
