"""The layout of a video in a headset: detected, or set by the user."""

from __future__ import annotations

from lvs.models import LayoutChoice
from lvs.store import items
from lvs.store.backends.connection import Connection
from lvs.store.writer import Transaction


def of_video(conn: Connection, item_id: int) -> LayoutChoice:
    """The detected layout, and the one that the user set."""
    row = conn.execute(
        "select projection, stereo, projection_override, stereo_override from video_facts"
        " where item_id = ?",
        (item_id,),
    ).fetchone()
    return LayoutChoice(*row)


def set_projection(
    tx: Transaction, item_id: int, projection: str | None, stereo: str | None
) -> None:
    """Set the user's layout; None means the detected one. If another eye is shown, new thumbnails
    are rendered."""
    before = of_video(tx.connection, item_id)
    if (before.projection_override, before.stereo_override) == (projection, stereo):
        return
    other_eye = (stereo or before.found_stereo) != before.stereo
    tx.connection.execute(
        "update video_facts set projection_override = ?, stereo_override = ? where item_id = ?",
        (projection, stereo, item_id),
    )
    if other_eye:
        tx.connection.execute(
            "update item set probed_at = null where id = ? and probe_error is null", (item_id,)
        )
    items.touch(tx, item_id)
    tx.may_need_probe |= other_eye
