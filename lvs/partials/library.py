"""Scans, retries and new thumbnails on request. Refused with a reason when there is no work."""

from __future__ import annotations

from quart import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lvs import formatting, paths
from lvs.errors import ConflictError, NotFoundError
from lvs.folders import Folders
from lvs.http import responses
from lvs.http.routes import FORM, Route
from lvs.http.viewers import current_viewer
from lvs.partials.params import number
from lvs.partials.responses import toast
from lvs.services import current_services
from lvs.store import Connection, files, items
from lvs.viewer import Viewer


async def scan() -> Response | WerkzeugResponse:
    """Scan now again."""
    services = current_services()
    offline = services.folders.offline()
    if len(offline) == len(services.folders.roots):
        names = ", ".join(paths.to_words(root.path) for root in offline)
        raise ConflictError(f"Can't scan: all folders are offline ({names}). Plug in or mount one.")
    running = services.activity.scan.running
    services.library.ask_for_scan()
    return toast(
        services,
        "A scan is running; another follows." if running else "Scanning all folders.",
    )


async def retry() -> Response | WerkzeugResponse:
    """Try failed videos again: one by `video`, or all."""
    services = current_services()
    one = "video" in await request.form
    count = await services.store.write(items.retry, await number("video") if one else None)
    if not count:
        raise ConflictError("No failed files.")
    return toast(services, f"Retrying {formatting.plural(count, 'video')}.")


async def rebuild() -> Response | WerkzeugResponse:
    """Probe every video again, or that of `filename` or `video`. Thumbnails stay until they are
    replaced."""
    services = current_services()
    form = await request.form
    one = await number("video") if "video" in form else None
    if "filename" in form:
        one = await services.store.read(
            _of_filename, current_viewer(), services.folders, form["filename"].strip()
        )
    count = await services.store.write(items.reprobe_all, one)
    if not count:
        raise ConflictError("The file is missing.")
    if one is not None:
        services.library.probe_queue.want(one)
    services.library.probe_queue.wake()
    return toast(services, f"Recreating thumbnails of {formatting.plural(count, 'video')}.")


def _of_filename(conn: Connection, viewer: Viewer, folders: Folders, filename: str) -> int:
    root, path = folders.resolve(filename)
    known = files.visible_at_path(conn, viewer.audience, root.id, path)
    if known is None:
        raise NotFoundError(f"No video named {filename!r}. Copy its name from its page.")
    return known.item_id


async def confirm_empty() -> Response | WerkzeugResponse:
    """Confirm that an offline folder is meant to be empty."""
    await current_services().library.accept_empty(await number("folder"))
    return responses.no_content(request)


ROUTES = (
    Route("/library/scan", scan, FORM, ("POST",)),
    Route("/library/retry", retry, FORM, ("POST",)),
    Route("/library/confirm-empty", confirm_empty, FORM, ("POST",)),
    Route("/library/thumbnails", rebuild, FORM, ("POST",), was="/library/rebuild"),
)
