"""A person says how a video is to be shown in a headset."""

from __future__ import annotations

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs.errors import InvalidInputError
from lvs.http import responses
from lvs.http.routes import FORM, Route
from lvs.http.viewers import current_viewer
from lvs.models import PROJECTIONS, STEREOS
from lvs.partials.params import known_video
from lvs.services import current_services
from lvs.store import Transaction
from lvs.store import projection as layouts
from lvs.viewer import Viewer


async def set_projection(media_hash: str) -> Response | WerkzeugResponse:
    """Set `projection` and `stereo`; empty for what was found. The stream shows it."""
    services = current_services()
    form = await request.form
    selected = []
    for name, allowed in (("projection", PROJECTIONS), ("stereo", STEREOS)):
        value = form.get(name, "")
        if value and value not in allowed:
            raise InvalidInputError(
                f"`{name}` is {value[:40]!r}; it must be one of {', '.join(allowed)}, or empty."
            )
        selected.append(value or None)
    services.library.probe_queue.want(
        await services.store.write(_set_projection, current_viewer(), media_hash, *selected)
    )
    return responses.no_content(request)


def _set_projection(
    tx: Transaction, viewer: Viewer, media_hash: str, projection: str | None, stereo: str | None
) -> int:
    """Returns the video's row id."""
    item_id = known_video(tx.connection, viewer, media_hash)
    layouts.set_projection(tx, item_id, projection, stereo)
    return item_id


ROUTES = (Route("/videos/<media_hash>/layout", set_projection, FORM, ("POST",)),)
