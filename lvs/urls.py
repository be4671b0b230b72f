"""Addresses of a video: its page, thumbnails and bytes; absolute ones for players."""

from __future__ import annotations

from pathlib import PurePosixPath

from lvs import paths
from lvs.folders import Folders
from lvs.models import Card


def watch_url(folders: Folders, card: Card) -> str:
    return "/watch/" + paths.to_url(folders.filename(card.root_id, card.path))


def thumbnail_url(card: Card, width: int, extension: str = "webp") -> str:
    """With `v`, browsers cache it for ever. Without, the request moves the video to the front."""
    url = f"/thumbnails/{card.media_hash}/{width}.{extension}"
    return f"{url}?v={card.thumbnail}" if card.thumbnail else url


def stream(base: str, card: Card) -> str:
    """The address of a video's bytes. Players need the extension."""
    return f"{base}/stream/{card.media_hash}/video{PurePosixPath(card.path).suffix.lower()}"


def thumbnail(base: str, card: Card) -> str:
    """16:9 JPEG: some players show nothing of a WebP."""
    return base + thumbnail_url(card, 640, "jpg")


def hash_of_stream(address: str) -> str | None:
    """The `media_hash` of an address that `stream` made; None for others."""
    _, found, rest = address.partition("/stream/")
    return rest.partition("/")[0] if found else None
