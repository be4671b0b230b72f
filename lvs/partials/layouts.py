"""A person says how a video is to be shown in a headset."""

from __future__ import annotations

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import web
from lvs.errors import InvalidInputError
from lvs.models import PROJECTIONS, STEREOS
from lvs.partials.videos import requested_video
from lvs.services import services
from lvs.store import layouts


async def choose(media_hash: str) -> Response | WerkzeugResponse:
    """Set `projection` and `stereo`; empty for what was found. The stream shows it."""
    house = services()
    video_id = await requested_video(house, media_hash)
    form = await request.form
    chosen = []
    for name, allowed in (("projection", PROJECTIONS), ("stereo", STEREOS)):
        value = form.get(name, "")
        if value and value not in allowed:
            raise InvalidInputError(
                f"`{name}` is {value[:40]!r}; it can be {', '.join(allowed)}, or empty."
            )
        chosen.append(value or None)
    await house.store.write(layouts.choose, video_id, *chosen)
    house.library.feeder.want(video_id)
    return web.done(request)
