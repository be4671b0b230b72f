"""The dashboard's stream and the actions of its page, each shown on every open dashboard."""

from __future__ import annotations

import logging

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import formatting
from lvs.admin.dashboard import PAGES
from lvs.admin.maintenance import LOG_LEVELS
from lvs.admin.report import missing_cutoff
from lvs.contexts.bulk import cleanup_scheduled
from lvs.errors import ConflictError, InvalidInputError
from lvs.http import responses
from lvs.http.routes import FORM, FRAGMENT, Route
from lvs.http.viewers import current_viewer
from lvs.partials.bulk import answer_as_toast
from lvs.partials.responses import toast
from lvs.services import current_services
from lvs.store import cleanup


async def events() -> Response:
    """What moves on a page of the dashboard (`page`), once a second what changed of it."""
    page = request.args.get("page", "performance")
    if page not in PAGES:
        raise InvalidInputError(f"`page` must be one of {', '.join(PAGES)}.")
    stream = current_services().admin.dashboard.stream(page)
    response = Response(stream, 200, responses.SSE_HEADERS)
    response.timeout = None
    return response


async def backup() -> Response | WerkzeugResponse:
    """Back up now; answers when it is created and verified. Refused where it cannot be written."""
    services = current_services()
    try:
        made = await services.admin.backup_scheduler.make()
    finally:
        services.admin.dashboard.refresh()  # failures are shown, too
    count = formatting.plural(made.manifest.videos, "video")
    return toast(services, f"Backed up {count} as {made.name}.")


async def clean_up() -> Response | WerkzeugResponse:
    """Back up, then delete the entries whose files have been missing for long: in a minute, unless
    `/bulk/undo` comes before."""
    services = current_services()
    found = await services.store.read(cleanup.long_missing, missing_cutoff())
    if not found:
        raise ConflictError("No video has been missing for that long.")
    await services.admin.backup_scheduler.make()
    bulk_edit_id = await services.admin.cleanup.schedule(
        current_viewer(), [video.id for video in found]
    )
    services.admin.dashboard.refresh()
    return await answer_as_toast(cleanup_scheduled(bulk_edit_id, len(found)), bulk_edit_id)


async def set_log_level() -> Response | WerkzeugResponse:
    """Log from `level` on, until the next start."""
    level = (await request.form).get("level", "")
    if level not in LOG_LEVELS:
        raise InvalidInputError("`level` must be debug, info, warning or error.")
    logging.getLogger("lvs").setLevel(level.upper())
    return toast(current_services(), f"Log level set to {level} until restart.")


ROUTES = (
    Route("/admin/events", events, FRAGMENT),
    Route("/admin/backup", backup, FORM, ("POST",)),
    Route("/admin/cleanup", clean_up, FORM, ("POST",)),
    Route("/admin/log-level", set_log_level, FORM, ("POST",)),
)
