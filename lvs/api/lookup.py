"""The video that a body or arguments name."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import Field, model_validator

from lvs.api.calls import Arguments
from lvs.errors import NotFoundError
from lvs.folders import Folders
from lvs.listing.resolve import find
from lvs.store import Connection, items
from lvs.viewer import Viewer

MediaHash = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class Target(Arguments):
    """A video, by `media_hash` or by `filename`."""

    media_hash: MediaHash | None = None
    filename: Annotated[str, Field(min_length=1, max_length=4096)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Target:
        if (self.media_hash is None) == (self.filename is None):
            raise ValueError("name the video by either `media_hash` or `filename`")
        return self


def found(conn: Connection, viewer: Viewer, folders: Folders, target: Target) -> tuple[int, str]:
    """(id, media_hash) of the video that a body names. Raises NotFoundError."""
    if target.filename is not None:
        item_id = find(
            conn, viewer, folders, os.fsdecode(target.filename.encode("utf-8", "replace"))
        )
        return item_id, items.card(conn, viewer.audience, item_id).media_hash
    known = items.id_of_hash(conn, viewer.audience, target.media_hash or "")
    if known is None:
        raise NotFoundError("No video with this `media_hash` in the library.")
    return known, target.media_hash or ""
