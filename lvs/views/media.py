"""Bytes: videos in ranges, thumbnails for ever, static files."""

from __future__ import annotations

import asyncio
import base64
import errno

from quart import Response, request

from lvs import kinds, paths
from lvs.dlna import didl
from lvs.errors import NotFoundError, UnavailableError
from lvs.http import responses
from lvs.http.assets import asset
from lvs.http.routes import MEDIA, STATIC, Route
from lvs.http.viewers import current_viewer
from lvs.media import thumbnail_files
from lvs.models import KnownFile
from lvs.services import Services, current_services
from lvs.store import Connection, files, items
from lvs.streaming import ranges
from lvs.streaming.files import OpenFile
from lvs.viewer import Audience
from lvs.views.params import requested_filename

_WANTS_FEATURES = "getcontentFeatures.dlna.org"
_PASSING = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE, errno.EAGAIN}
FOR_EVER = "public, max-age=31536000, immutable"
PICTURES = {
    f"{width}.{extension}": f"image/{kind}"
    for width in thumbnail_files.WIDTHS
    for extension, kind in (("webp", "webp"), ("jpg", "jpeg"))
}


async def video(filename: str) -> Response:
    """A video's bytes by its path in the library."""
    services = current_services()
    name = requested_filename("/video/")
    root, path = services.folders.resolve(name)
    known = await services.store.read(
        files.visible_at_path, current_viewer().audience, root.id, path
    )
    if known is None:
        raise NotFoundError(f"Video {paths.to_words(name)!r} not found in the library.")
    return await _send(services, known)


async def stream(media_hash: str, name: str) -> Response:
    """A video's bytes by its identity; the name has the extension that players need."""
    services = current_services()
    known = await services.store.read(_file_of_hash, current_viewer().audience, media_hash)
    if known is None:
        raise NotFoundError("Video not found in the library.")
    return await _send(services, known)


def _file_of_hash(conn: Connection, audience: Audience, media_hash: str) -> KnownFile | None:
    item_id = items.id_of_hash(conn, audience, media_hash)
    return files.visible_of_video(conn, audience, item_id)[0] if item_id is not None else None


async def _send(services: Services, known: KnownFile) -> Response:
    """Only files that the store knows are opened; their path never comes from the address."""
    root = services.folders.roots.get(known.root_id)
    if root is None or root.offline_since is not None:
        raise UnavailableError("The folder of this video is offline. Plug in or mount its disk.")
    file = await _open(services, known)
    head = request.method == "HEAD"
    try:
        selection = ranges.select(
            {key.lower(): value for key, value in request.headers.items()},
            size=file.stat.st_size,
            etag=ranges.etag_of(file.stat.st_size, file.stat.st_mtime_ns, file.stat.st_ino),
            mtime_ns=file.stat.st_mtime_ns,
            head=head,
        )
    except BaseException:
        file.close()
        raise
    headers = {
        **selection.headers,
        "Content-Type": kinds.mime_type(known.path),
        "Cache-Control": "private, no-cache",
    }
    stop = 0 if head else selection.stop
    body = services.reader.pieces(root.id, file, selection.start, stop)
    if "transferMode.dlna.org" in request.headers or _WANTS_FEATURES in request.headers:
        headers["transferMode.dlna.org"] = "Streaming"
        headers["contentFeatures.dlna.org"] = didl.FEATURES
    response = Response(body, selection.status, headers)
    response.timeout = None
    return response


async def _open(services: Services, known: KnownFile) -> OpenFile:
    """Raises UnavailableError where trying again may help, else NotFoundError."""
    try:
        return await services.reader.open_file(
            known.root_id, services.folders.absolute(known.root_id, known.path)
        )
    except TimeoutError as error:
        raise UnavailableError(
            "The disk of this video does not respond. Check the disk, then try again."
        ) from error
    except OSError as error:
        if error.errno in _PASSING:
            raise UnavailableError(
                f"This video can't be read right now: {error.strerror}. Try again in a moment."
            ) from error
        raise NotFoundError(f"The file of this video can't be read: {error.strerror}.") from error


async def thumbnail(media_hash: str, name: str) -> Response:
    """A thumbnail of a video; while there is none, its placeholder, which moves it to the front."""
    if name not in PICTURES:
        raise NotFoundError(f"Thumbnails are {', '.join(PICTURES)}.")
    services = current_services()
    found = await services.store.read(items.thumbnail_of, current_viewer().audience, media_hash)
    if found is None:
        raise NotFoundError("Video not found in the library.")
    if found.key is not None:
        folder = services.config.data_directory / "thumbnails"
        path = thumbnail_files.file_path(folder, found.key, name)
        try:
            body = await asyncio.to_thread(path.read_bytes)
        except OSError:  # the folder was emptied: render it again
            await services.store.write(items.regenerate, found.item_id)
        else:
            keep = FOR_EVER if request.args.get("v") == found.key else "no-cache"
            headers = {"Content-Type": PICTURES[name], "Cache-Control": keep}
            return Response(body, 200, headers)
    services.library.probe_queue.want(found.item_id)
    return _placeholder(found.preview, name)


def _placeholder(preview: str | None, name: str) -> Response:
    """Whoever asks for a JPEG may know nothing else."""
    headers = {"Content-Type": "image/svg+xml", "Cache-Control": "no-store"}
    if preview and name.endswith(".webp"):
        headers["Content-Type"] = "image/webp"
        return Response(base64.b64decode(preview.partition(",")[2]), 200, headers)
    found = asset("placeholder.jpg" if name.endswith(".jpg") else "placeholder.svg")
    assert found is not None
    headers["Content-Type"] = found.mime_type
    return Response(found.body, 200, headers)


async def static(path: str) -> Response:
    """A file of ours, from memory; kept for ever when its version is in the address."""
    found = asset(path)
    if found is None:
        raise NotFoundError(f"Static file {path!r} not found.")
    compress = responses.takes_gzip(request)
    headers = {
        "Content-Type": found.mime_type,
        "Cache-Control": FOR_EVER if request.args.get("v") == found.version else "no-cache",
        "Vary": "Accept-Encoding",
        "ETag": responses.etag_of(found.version, compressed=compress),
    }
    if responses.has_already(request, headers["ETag"]):
        return Response(b"", 304, headers)
    if compress:
        return Response(found.compressed, 200, {**headers, "Content-Encoding": "gzip"})
    return Response(found.body, 200, headers)


async def favicon() -> Response:
    return await static("icon.svg")


ROUTES = (
    Route("/video/<path:filename>", video, MEDIA),
    Route("/stream/<media_hash>/<name>", stream, MEDIA),
    Route("/thumbnails/<media_hash>/<name>", thumbnail, MEDIA),
    Route("/static/<path:path>", static, STATIC),
    Route("/favicon.ico", favicon, STATIC),
)
