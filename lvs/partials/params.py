"""What addresses and forms name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from quart import request

from lvs.errors import InvalidInputError, NotFoundError
from lvs.listing.query import GalleryQuery, parse_query
from lvs.store import Connection, Transaction, items
from lvs.viewer import Viewer

T = TypeVar("T")


def of_video(
    tx: Transaction, viewer: Viewer, media_hash: str, change: Callable[[Transaction, int], T]
) -> T:
    """Make a change of the store to a video by its identity, in one write; returns what the change
    does. Raises NotFoundError."""
    return change(tx, known_video(tx.connection, viewer, media_hash))


def known_video(conn: Connection, viewer: Viewer, media_hash: str) -> int:
    """The row id of a video by its identity. Raises NotFoundError."""
    item_id = items.id_of_hash(conn, viewer.audience, media_hash)
    if item_id is None:
        raise NotFoundError("Video not found in the library.")
    return item_id


def list_of(arguments: dict[str, str]) -> GalleryQuery | None:
    """The list that the person came from to a watch page (`list=1&sort=...`), if any."""
    return parse_query(arguments).with_(after="") if "list" in arguments else None


async def number(name: str) -> int:
    """A row id of the form. Raises InvalidInputError."""
    return row_id(name, (await request.form).get(name, ""))


def row_id(name: str, text: str) -> int:
    """The value of a field as a row id. Raises InvalidInputError."""
    if not text.isdecimal() or len(text) > 18:
        raise InvalidInputError(f"`{name}` is {text[:40]!r}; it must be a number.")
    return int(text)
