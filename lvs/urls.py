"""Addresses of an item: its page, thumbnails and bytes; absolute ones for players."""

from __future__ import annotations

from pathlib import PurePosixPath

from lvs import paths
from lvs.folders import Folders
from lvs.kinds import MAIN
from lvs.models import Card


def watch_url(folders: Folders, card: Card) -> str:
    return "/watch/" + paths.to_url(folders.filename(card.file.root_id, card.file.path))


def page_url(folders: Folders, card: Card) -> str:
    """The page of an item: by its path for the main kind, whose addresses people know."""
    return watch_url(folders, card) if card.kind == MAIN.id else f"/items/{card.media_hash}"


def media_url(folders: Folders, card: Card) -> str:
    """The bytes of an item, for its page."""
    if card.kind == MAIN.id:
        return "/video/" + paths.to_url(folders.filename(card.file.root_id, card.file.path))
    return stream("", card)


def thumbnail_url(card: Card, width: int, extension: str = "webp") -> str:
    """With `v`, browsers cache it for ever. Without, the request moves the item to the front."""
    return thumbnail_at(card.media_hash, card.thumbnail.key, width, extension)


def thumbnail_at(media_hash: str, key: str | None, width: int, extension: str = "webp") -> str:
    """As `thumbnail_url`, for an item that is not read as a card."""
    url = f"/thumbnails/{media_hash}/{width}.{extension}"
    return f"{url}?v={key}" if key else url


def stream(base: str, card: Card) -> str:
    """The address of an item's bytes. Players need the extension."""
    return (
        f"{base}/stream/{card.media_hash}/{card.kind}{PurePosixPath(card.file.path).suffix.lower()}"
    )


def thumbnail(base: str, card: Card) -> str:
    """16:9 JPEG: some players show nothing of a WebP."""
    return base + thumbnail_url(card, 640, "jpg")


def hash_of_stream(address: str) -> str | None:
    """The `media_hash` of an address that `stream` made; None for others."""
    _, found, rest = address.partition("/stream/")
    return rest.partition("/")[0] if found else None
