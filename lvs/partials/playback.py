"""What the player tells: that it really plays, and how far it is."""

from __future__ import annotations

import math

from quart import Response, request

from lvs.errors import InvalidInputError
from lvs.partials.videos import requested_video
from lvs.services import services
from lvs.store import playback

LONGEST_S = 7 * 24 * 3600.0


async def view(media_hash: str) -> Response:
    """Count a view; the player asks once per playback, after some seconds."""
    house = services()
    await house.store.write(playback.count_view, await requested_video(house, media_hash))
    return Response(b"", 204)


async def progress(media_hash: str) -> Response:
    """Remember `position_s`, seconds from the start."""
    house = services()
    video_id = await requested_video(house, media_hash)
    text = (await request.form).get("position_s", "")
    try:
        position_s = float(text)
    except ValueError:
        position_s = math.nan
    if not 0 <= position_s <= LONGEST_S:
        raise InvalidInputError(f"`position_s` is {text[:40]!r}; it must be seconds from 0 on.")
    await house.store.write(playback.save_position, video_id, position_s)
    return Response(b"", 204)
