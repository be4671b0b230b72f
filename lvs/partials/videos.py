"""What addresses and forms name."""

from __future__ import annotations

from quart import request

from lvs.errors import InvalidInputError, NotFoundError
from lvs.services import Services
from lvs.store import videos


async def requested_video(house: Services, media_hash: str) -> int:
    """Its row id. Raises NotFoundError."""
    video_id = await house.store.read(videos.id_of_hash, media_hash)
    if video_id is None:
        raise NotFoundError("There is no such video in the library.")
    return video_id


async def number(name: str) -> int:
    """A row id of the form. Raises InvalidInputError."""
    return row_id(name, (await request.form).get(name, ""))


def row_id(name: str, text: str) -> int:
    """The value of a field as a row id. Raises InvalidInputError."""
    if not text.isdecimal() or len(text) > 18:
        raise InvalidInputError(f"`{name}` is {text[:40]!r}; it must be a number.")
    return int(text)
