"""What a worker reports about a file. Free of libav: the web process imports it, too."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from lvs.media.thumbnail_files import RenderedThumbnails


class SourceError(OSError):
    """The file itself cannot be read now; `errno` and `strerror` say why."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Facts that a file of any kind has."""

    container: str | None = None
    duration_s: float = 0.0
    bit_rate: int | None = None
    recorded_at: str | None = None


@dataclass(frozen=True, slots=True)
class VideoFacts(FileFacts):
    """`width` and `height` are pixels as displayed: rotated, aspect applied."""

    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    hdr: bool = False
    audio_tracks: list[dict[str, Any]] = field(default_factory=list)
    subtitle_tracks: list[dict[str, Any]] = field(default_factory=list)
    projection: str = "flat"
    stereo: str = "mono"


@dataclass(slots=True)
class Found:
    """What a probe has found so far. Facts stay when the rest fails.

    `facts` are by column: `container`, `duration_s`, `bit_rate`, `recorded_at`, and those of the
    kind. `began` is when the first facts were known (monotonic), 0 before.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    rendered: RenderedThumbnails | None = None
    began: float = 0.0

    def add(self, facts: FileFacts | dict[str, Any]) -> None:
        self.began = self.began or time.monotonic()
        self.facts |= facts if isinstance(facts, dict) else asdict(facts)


@dataclass(frozen=True, slots=True)
class Result:
    """`error` says why there is no thumbnail; `facts` hold whatever could be read all the same, by
    column. `thumbnail_s` are the seconds from the facts to the thumbnails.
    """

    facts: dict[str, Any]
    preview: str | None
    error: str | None
    thumbnail_s: float
