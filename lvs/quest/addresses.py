"""Absolute addresses, which headset players want."""

from __future__ import annotations

from pathlib import PurePosixPath

from lvs.contexts.cards import thumbnail_url
from lvs.models import Card


def stream(base: str, card: Card) -> str:
    """A video's bytes; players look at the extension."""
    return f"{base}/stream/{card.media_hash}/video{PurePosixPath(card.path).suffix.lower()}"


def picture(base: str, card: Card) -> str:
    """16:9 JPEG: some players show nothing of a WebP."""
    return base + thumbnail_url(card, 640, "jpg")


def hash_of_stream(address: str) -> str | None:
    """The `media_hash` of an address that `stream` made; None for others."""
    _, found, rest = address.partition("/stream/")
    return rest.partition("/")[0] if found else None
