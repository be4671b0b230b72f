"""A person says how a video is to be shown in a headset."""

from __future__ import annotations

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.errors import InvalidInputError
from lvs.http import responses
from lvs.models import PROJECTIONS, STEREOS
from lvs.partials.params import known_video
from lvs.services import services
from lvs.store import Transaction
from lvs.store import projection as layouts


async def choose(media_hash: str) -> Response | WerkzeugResponse:
    """Set `projection` and `stereo`; empty for what was found. The stream shows it."""
    house = services()
    form = await request.form
    chosen = []
    for name, allowed in (("projection", PROJECTIONS), ("stereo", STEREOS)):
        value = form.get(name, "")
        if value and value not in allowed:
            raise InvalidInputError(
                f"`{name}` is {value[:40]!r}; it can be {', '.join(allowed)}, or empty."
            )
        chosen.append(value or None)
    house.library.feeder.want(await house.store.write(_choose, media_hash, *chosen))
    return responses.done(request)


def _choose(tx: Transaction, media_hash: str, projection: str | None, stereo: str | None) -> int:
    """Returns the video's row id."""
    video_id = known_video(tx.connection, media_hash)
    layouts.choose(tx, video_id, projection, stereo)
    return video_id
