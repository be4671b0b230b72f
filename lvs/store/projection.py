"""The layout of a video in a headset: detected, or set by the user."""

from __future__ import annotations

from lvs.models import LayoutChoice
from lvs.store import videos
from lvs.store.backends.sqlite import Connection
from lvs.store.writer import Transaction


def of_video(conn: Connection, video_id: int) -> LayoutChoice:
    """The detected layout, and the one that the user set."""
    row = conn.execute(
        "select projection, stereo, chosen_projection, chosen_stereo from video where id = ?",
        (video_id,),
    ).fetchone()
    return LayoutChoice(*row)


def set_projection(
    tx: Transaction, video_id: int, projection: str | None, stereo: str | None
) -> None:
    """Set the user's layout; None means the detected one. If another eye is shown, new thumbnails
    are rendered."""
    before = of_video(tx.connection, video_id)
    if (before.projection_override, before.stereo_override) == (projection, stereo):
        return
    other_eye = (stereo or before.found_stereo) != before.stereo
    tx.connection.execute(
        "update video set chosen_projection = ?, chosen_stereo = ?,"
        " probed_at = iif(? and probe_error is null, null, probed_at) where id = ?",
        (projection, stereo, other_eye, video_id),
    )
    videos.touch(tx, video_id)
    tx.may_need_probe |= other_eye
