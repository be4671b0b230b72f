"""`/deovr` and `/heresphere`: the library for headset players, and what their users change."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from quart import Response, current_app, request

from lvs.errors import ForbiddenError, InvalidInputError, NotFoundError
from lvs.folders import Folders
from lvs.headsets import deovr, heresphere
from lvs.headsets.catalogue import CatalogueList, catalogue_lists, is_playable
from lvs.headsets.heresphere import HereSphereRequest, PlayerEvent
from lvs.headsets.login import Access, Login
from lvs.http.access import Guard
from lvs.http.routes import HERESPHERE, PLAYER, Route
from lvs.http.viewers import current_viewer
from lvs.models import ItemDetails, Marks
from lvs.services import Services, current_services
from lvs.store import Connection, items, marks, tags
from lvs.viewer import Viewer

log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=BaseModel)


# --- DeoVR ---


async def deovr_library() -> Response:
    """The lists of the library. A form with `login` and `password` logs in."""
    services = current_services()
    found = await services.store.read_cached_for(
        current_viewer(), catalogue_lists, services.folders
    )
    return await _json(deovr.library, found, _base(), await _deovr_access(services))


async def deovr_video(media_hash: str) -> Response:
    """One video, as DeoVR plays it."""
    services = current_services()
    details, _, _ = await services.store.read(
        _found, current_viewer(), services.folders, media_hash
    )
    return await _json(deovr.video, details, _base(), await _deovr_access(services))


async def _deovr_access(services: Services) -> Access:
    form = await request.form if request.method == "POST" else {}
    return _access(_login(services), form.get("login", ""), form.get("password", ""))


# --- HereSphere ---


async def heresphere_index() -> Response:
    """The lists of the library, as addresses."""
    services = current_services()
    visit = await _body(HereSphereRequest)
    found = await services.store.read_cached_for(
        current_viewer(), catalogue_lists, services.folders
    )
    return await _json(heresphere.index, found, _base(), _visit_access(services, visit))


async def heresphere_login() -> Response:
    """A token in place of name and password."""
    services = current_services()
    visit = await _body(HereSphereRequest)
    login = _login(services)
    access = _access(login, visit.username, visit.password)
    token = login.token if access is Access.MEMBER else ""
    return await _json(dict, {"auth-token": token, "access": access.value})


async def heresphere_scan() -> Response:
    """What the app sorts by, of every video on a list."""
    services = current_services()
    visit = await _body(HereSphereRequest)
    found = await services.store.read_cached_for(
        current_viewer(), catalogue_lists, services.folders
    )
    given = await services.store.read(_tags_of, found)
    return await _json(heresphere.scan, found, given, _base(), _visit_access(services, visit))


async def heresphere_video(media_hash: str) -> Response:
    """One video, after what its user changed: by POST alone, which no page of another site may."""
    services, viewer = current_services(), current_viewer()
    visit = await _body(HereSphereRequest)
    access = _visit_access(services, visit)
    if access is not Access.MEMBER:
        return await _json(dict, {"access": access.value})
    details, own, given = await services.store.read(_found, viewer, services.folders, media_hash)
    changes = request.method == "POST"
    if changes and visit.deleteFile is True:
        await _delete(services, details)
        return await _json(dict, {"access": access.value})
    if changes and visit.writes:
        _guard().check_write_limit(request)
        await services.store.write(heresphere.write, viewer, details.card.id, visit)
        details, own, given = await services.store.read(
            _found, viewer, services.folders, media_hash
        )
    return await _json(
        heresphere.video,
        details,
        own,
        given,
        _base(),
        key=_login(services).key(media_hash),
        media=visit.needsMediaSource,
        deletes=services.config.headset_delete,
    )


async def heresphere_events(media_hash: str) -> Response:
    """What the player does: views and positions come of it."""
    services = current_services()
    access = _event_access(services, media_hash)
    if access is not Access.MEMBER or request.method != "POST":
        return await _json(dict, {"access": access.value})
    report = await _body(PlayerEvent)
    details, _, _ = await services.store.read(
        _found, current_viewer(), services.folders, media_hash
    )
    item_id, player = details.card.id, report.connectionKey or request.remote_addr or ""
    _guard().check_write_limit(request)
    if report.event == heresphere.OPENED:
        services.sessions.start(current_viewer(), player, item_id)
    elif report.event == heresphere.PLAYED:
        await services.sessions.playing(current_viewer(), player, item_id)
    elif report.time > 0:
        await services.sessions.save_position(current_viewer(), item_id, report.time / 1000)
    return await _json(dict, {"access": Access.MEMBER.value})


def _visit_access(services: Services, visit: HereSphereRequest) -> Access:
    token = request.headers.get("auth-token", "")
    return _access(_login(services), visit.username, visit.password, token)


def _event_access(services: Services, media_hash: str) -> Access:
    """The access of the key in the event address, or of the player's token."""
    login = _login(services)
    if login.has_key(media_hash, request.args.get("key", "")):
        return Access.MEMBER
    return _access(login, "", "", request.headers.get("auth-token", ""))


async def _delete(services: Services, details: ItemDetails) -> None:
    if not services.config.headset_delete:
        raise ForbiddenError(
            "Deleting from a headset is turned off. Turn it on with LVS_HEADSET_DELETE."
        )
    _guard().check_write_limit(request)
    await services.library.delete_files(details.files)
    log.warning("Deleted from a headset: %s", details.card.title)


# --- both ---


def _found(
    conn: Connection, viewer: Viewer, folders: Folders, media_hash: str
) -> tuple[ItemDetails, Marks, list[str]]:
    """A video that can be played, the viewer's data of it, and the names of its tags.

    Raises NotFoundError.
    """
    item_id = items.id_of_hash(conn, viewer.audience, media_hash)
    if item_id is None:
        raise NotFoundError("Video not found in the library.")
    details = items.details(conn, viewer.audience, item_id)
    if not is_playable(details.card, folders):
        raise NotFoundError("This video can't be played: its file is missing, offline or damaged.")
    own = marks.of_item(conn, viewer, item_id)
    return details, own, [tag.name for tag in tags.of_item(conn, item_id)]


def _tags_of(conn: Connection, found: Sequence[CatalogueList]) -> dict[int, list[str]]:
    return tags.of_items(
        conn, {card.id for catalogue_list in found for card in catalogue_list.cards}
    )


def _base() -> str:
    """The address that the player knows this server by."""
    return request.host_url.rstrip("/")


def _login(services: Services) -> Login:
    return Login(services.config.headset_login.get_secret_value())


def _access(login: Login, name: str, password: str, token: str = "") -> Access:
    """The access of whoever sent this body. A valid token always works.

    Raises TooManyRequestsError after too many wrong passwords."""
    access = login.access(name, password, token)
    if access is Access.GUEST or (access is Access.MEMBER and (token or login.is_open)):
        return access
    _guard().check_login(request)
    if access is Access.REFUSED:
        _guard().count_wrong_login(request)
    return access


def _guard() -> Guard:
    guard: Guard = current_app.extensions["lvs.guard"]
    return guard


async def _body(model: type[Body]) -> Body:
    """The JSON of a request, whatever it says it is; empty for none. Raises InvalidInputError."""
    raw: Any = await request.get_data(as_text=False)
    try:
        return model.model_validate(json.loads(raw) if raw.strip() else {})
    except (ValueError, RecursionError) as error:
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "not JSON"
        raise InvalidInputError(f"Invalid body: {what}.") from None


async def _json(make: Any, *args: Any, **more: Any) -> Response:
    """A JSON response. Serialized off the event loop: a catalogue is megabytes."""
    body = await asyncio.to_thread(lambda: json.dumps(make(*args, **more)).encode())
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(body, 200, headers)


ROUTES = tuple(
    Route(rule + slash, handler, kind, ("GET", "POST"))
    for rule, handler, kind in (
        ("/deovr", deovr_library, PLAYER),
        ("/deovr/<media_hash>", deovr_video, PLAYER),
        ("/heresphere", heresphere_index, HERESPHERE),
        ("/heresphere/auth", heresphere_login, HERESPHERE),
        ("/heresphere/scan", heresphere_scan, HERESPHERE),
        ("/heresphere/<media_hash>", heresphere_video, HERESPHERE),
        ("/heresphere/<media_hash>/events", heresphere_events, HERESPHERE),
    )
    for slash in ("", "/")  # players use both forms and follow no redirect
)
