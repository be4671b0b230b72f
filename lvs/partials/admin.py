"""The dashboard's stream and the actions of its page, each shown on every open dashboard."""

from __future__ import annotations

import logging

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import formatting
from lvs.admin.maintenance import LOG_LEVELS
from lvs.admin.report import long_ago
from lvs.errors import ConflictError, InvalidInputError
from lvs.http import responses
from lvs.partials.responses import told
from lvs.services import services
from lvs.store import cleanup


async def events() -> Response:
    """The dashboard's tiles, once a second those that changed."""
    response = Response(services().dashboard.stream(), 200, responses.SSE_HEADERS)
    response.timeout = None
    return response


async def backup() -> Response | WerkzeugResponse:
    """Back up now; answers when it is made and proved. Refused where it cannot be written."""
    house = services()
    try:
        made = await house.keeper.make()
    finally:
        house.dashboard.refresh()  # a failure shows, too
    count = formatting.plural(made.manifest.videos, "video")
    return told(house, f"Backed up {count} as {made.name}.")


async def clean_up() -> Response | WerkzeugResponse:
    """Back up, then forget the videos whose files have been gone for long."""
    house = services()
    found = await house.store.read(cleanup.long_missing, long_ago())
    if not found:
        raise ConflictError("No video has been gone for that long, so there is none to forget.")
    await house.keeper.make()
    count = await house.store.write(cleanup.forget, [video.id for video in found])
    return told(house, f"Backed up, and {formatting.plural(count, 'video')} forgotten.")


async def set_log_level() -> Response | WerkzeugResponse:
    """Log from `level` on, until the next start."""
    level = (await request.form).get("level", "")
    if level not in LOG_LEVELS:
        raise InvalidInputError("`level` can be debug, info, warning or error.")
    logging.getLogger("lvs").setLevel(level.upper())
    return told(services(), f"Logging from {level} on, until the next start.")
