"""What a worker reports about a file. Free of libav: the web process imports it, too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class SourceError(OSError):
    """The video's own file cannot be read now; `errno` and `strerror` say why."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`width` and `height` are pixels as displayed: rotated, sample aspect applied."""

    container: str | None = None
    duration_s: float = 0.0
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    bit_rate: int | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    hdr: bool = False
    recorded_at: str | None = None
    audio_tracks: list[dict[str, Any]] = field(default_factory=list)
    subtitle_tracks: list[dict[str, Any]] = field(default_factory=list)
    projection: str = "flat"
    stereo: str = "mono"


@dataclass(frozen=True, slots=True)
class Result:
    """`error` says why there is no thumbnail; `facts` hold whatever could be read all the same.

    `thumbnail_s` are the seconds from the facts to the thumbnails.
    """

    facts: Facts
    preview: str | None
    error: str | None
    thumbnail_s: float
