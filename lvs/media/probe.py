"""What a video file is: container, codecs, times, size as displayed, tracks."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import av
import av.container

from lvs.media.projection import layout_of

# Containers only: a playlist in disguise could make libav read other files or the network.
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,flv,mpeg,mpegts,"
    "mpegvideo,ogg,h264,hevc,m4v,ivf,rm,nut,mxf,wtv,dv,gif",
}
_TRANSFER_PQ, _TRANSFER_HLG = 16, 18  # ITU-T H.273, TransferCharacteristics


class UnreadableError(Exception):
    """The file is not a video that can be decoded; the text says why, for a person."""


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


def open_video(path: str) -> tuple[Any, IO[bytes] | None]:
    """Open a container for reading; returns it and the file to close after it, if any.

    Raises UnreadableError when the file is empty or no container that libav knows.
    """
    if os.stat(path).st_size == 0:
        raise UnreadableError("The file is empty.")
    source: Any = f"file:{path}"
    handle = None
    try:
        path.encode()
    except UnicodeEncodeError:  # libav takes names as UTF-8 only
        source = handle = Path(path).open("rb")  # noqa: SIM115 - closed by the caller
    try:
        container = av.open(source, container_options=_OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        if handle is not None:
            handle.close()
        raise UnreadableError(
            "It is not a video, or its beginning is damaged."
            if isinstance(error, av.error.InvalidDataError | ValueError)
            else f"It cannot be opened: {error.strerror or error}."
        ) from error
    return container, handle


def video_stream(container: Any) -> Any:
    """The stream with the picture. Raises UnreadableError when there is none."""
    streams = [
        stream
        for stream in container.streams.video
        if stream.codec_context is not None
        and not (stream.disposition & av.stream.Disposition.attached_pic)
    ]
    if not streams:
        raise UnreadableError(
            "There is no picture in it, only sound."
            if container.streams.audio
            else "There is no picture in it that this server can decode."
        )
    return streams[0]


def facts_of(path: str, container: Any, stream: Any, frame: Any | None) -> Facts:
    """Facts of an open file; `frame` is a decoded picture, when one could be had."""
    context = stream.codec_context
    duration_s = _duration_s(container, stream)
    width, height = displayed_size(stream, frame)
    rate = stream.average_rate or stream.guessed_rate
    audio = [_audio_track(track) for track in container.streams.audio]
    layout = layout_of(
        path, width, height, _side_data(frame, "SPHERICAL"), _side_data(frame, "STEREO3D")
    )
    return Facts(
        container=container.format.name.split(",")[0],
        duration_s=duration_s,
        width=width or None,
        height=height or None,
        frame_rate=round(float(rate), 3) if rate else None,
        bit_rate=container.bit_rate or _mean_bit_rate(path, duration_s),
        video_codec=context.name if context.codec is None else context.codec.canonical_name,
        audio_codec=audio[0]["codec"] if audio else None,
        hdr=is_hdr(frame if frame is not None else context),
        recorded_at=_recorded_at(container, stream),
        audio_tracks=audio,
        subtitle_tracks=[
            {
                "codec": track.codec_context.name if track.codec_context else "unknown",
                "language": track.metadata.get("language"),
                "title": track.metadata.get("title"),
            }
            for track in container.streams.subtitles
        ],
        projection=layout.projection,
        stereo=layout.stereo,
    )


def displayed_size(stream: Any, frame: Any | None) -> tuple[int, int]:
    """Width and height in pixels with the sample aspect applied and the rotation done."""
    context = stream.codec_context
    width, height = context.width, context.height
    aspect = stream.sample_aspect_ratio
    if aspect and aspect > 0:
        width = round(width * aspect)
    if frame is not None and frame.rotation % 180:
        width, height = height, width
    return width, height


def is_hdr(colours: Any) -> bool:
    """Whether a frame or codec context uses the PQ or HLG transfer function."""
    return colours.color_trc in (_TRANSFER_PQ, _TRANSFER_HLG)


def _duration_s(container: Any, stream: Any) -> float:
    if container.duration and container.duration > 0:
        return float(container.duration / av.time_base)
    if stream.duration and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    return 0.0


def _mean_bit_rate(path: str, duration_s: float) -> int | None:
    return round(os.stat(path).st_size * 8 / duration_s) if duration_s else None


def _audio_track(track: Any) -> dict[str, Any]:
    context = track.codec_context
    return {
        "codec": context.codec.canonical_name if context and context.codec else "unknown",
        "channels": context.channels if context else None,
        "layout": context.layout.name if context else None,
        "language": track.metadata.get("language"),
        "title": track.metadata.get("title"),
    }


def _recorded_at(container: Any, stream: Any) -> str | None:
    """The creation time in ISO 8601, unless it is the epoch of a tool that left it unset."""
    text = container.metadata.get("creation_time") or stream.metadata.get("creation_time")
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment.year > 1971 else None


def _side_data(frame: Any | None, name: str) -> bytes | None:
    data = frame.side_data.get(name) if frame is not None else None
    return bytes(data) if data is not None else None
