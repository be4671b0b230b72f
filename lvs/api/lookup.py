"""The video that a body or arguments name."""

from __future__ import annotations

import os

from lvs.api.schemas import Target
from lvs.errors import NotFoundError
from lvs.folders import Folders
from lvs.listing.resolve import find
from lvs.store import Connection, videos


def found(conn: Connection, folders: Folders, target: Target) -> tuple[int, str]:
    """(id, media_hash) of the video that a body names. Raises NotFoundError."""
    if target.filename is not None:
        video_id = find(conn, folders, os.fsdecode(target.filename.encode("utf-8", "replace")))
        return video_id, videos.cards(conn, [video_id])[video_id].media_hash
    known = videos.id_of_hash(conn, target.media_hash or "")
    if known is None:
        raise NotFoundError("No video with this `media_hash` in the library.")
    return known, target.media_hash or ""
