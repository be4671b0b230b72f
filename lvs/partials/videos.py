"""The video that an address names."""

from __future__ import annotations

from lvs.errors import NotFoundError
from lvs.services import Services
from lvs.store import videos


async def requested_video(house: Services, media_hash: str) -> int:
    """Its row id. Raises NotFoundError."""
    video_id = await house.store.read(videos.id_of_hash, media_hash)
    if video_id is None:
        raise NotFoundError("There is no such video in the library.")
    return video_id
