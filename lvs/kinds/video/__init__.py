"""Videos: films, clips, series, VR."""

from __future__ import annotations

from lvs import formatting
from lvs.kinds.kind import BrowserSupport, CardExtras, Column, Facts, Kind, KindList, Words

# What current browsers play everywhere, and HEVC, which depends on the platform.
SUPPORT = BrowserSupport(
    "video_codec",
    frozenset(("h264", "vp8", "vp9", "av1", "theora", "hevc")),
    frozenset(("mov", "matroska", "ogg")),
)
_NOTABLE = {"4K", "5K", "8K"}  # resolutions that a card says; the item's page says all


def _card_extras(facts: Facts) -> CardExtras:
    width, height = facts["width"], facts["height"]
    resolution = formatting.resolution(width, height)
    badges = (
        resolution if resolution in _NOTABLE else "",
        "HDR" if facts["hdr"] else "",
        "VR" if facts["effective_projection"] != "flat" else "",
    )
    is_tall = bool(width and height and height > width)
    return CardExtras(tuple(filter(None, badges)), shape="tall" if is_tall else "wide")


KIND = Kind(
    id="video",
    words=Words("video", "videos", "a video", "watched"),
    list=KindList("All videos", "/all", "No videos yet", place=1, icon="library"),
    mime_types={
        ".mp4": "video/mp4",
        ".m4v": "video/mp4",
        ".mov": "video/quicktime",
        ".mkv": "video/x-matroska",
        ".webm": "video/webm",
        ".avi": "video/x-msvideo",
        ".wmv": "video/x-ms-wmv",
        ".flv": "video/x-flv",
        ".mpg": "video/mpeg",
        ".mpeg": "video/mpeg",
        ".ts": "video/mp2t",
        ".m2ts": "video/mp2t",
        ".mts": "video/mp2t",
        ".3gp": "video/3gpp",
        ".ogv": "video/ogg",
        ".vob": "video/mpeg",
    },
    upnp_class="object.item.videoItem.movie",
    facts=(
        Column("width"),
        Column("height"),
        Column("frame_rate"),
        Column("video_codec"),
        Column("audio_codec"),
        Column("hdr", False, is_flag=True),
        Column("audio_tracks", (), is_list=True),
        Column("subtitle_tracks", (), is_list=True),
        Column("projection", "flat"),
        Column("stereo", "mono"),
        Column("projection_override", is_probed=False),
        Column("stereo_override", is_probed=False, is_input=True),
        Column("effective_projection", is_probed=False),
        Column("effective_stereo", is_probed=False),
    ),
    card_extras=_card_extras,
    filters=("min_height", "max_height", "vr", "stereo"),
    browsers=SUPPORT,
)
