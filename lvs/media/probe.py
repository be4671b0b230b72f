"""Opening media files, and what a video file is: codecs, times, size as displayed, tracks."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import av.container

from lvs.media.facts import SourceError, VideoFacts
from lvs.media.limits import MAX_PIXELS
from lvs.media.projection import layout_of

# Containers only: a playlist in disguise could make libav read other files or the network.
VIDEO_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,flv,mpeg,mpegts,mpegvideo,ogg,h264,hevc,m4v,"
    "ivf,rm,nut,mxf,wtv,dv,gif"
)
DECODER_OPTIONS = {"max_pixels": str(MAX_PIXELS)}
# To know a stream, libav decodes a frame and discards it. The headers of these containers
# usually have all that we need: then one packet is read and nothing decoded. Without the limit on
# reading, libav would read on in search of a frame.
_HEADER_FORMATS = {"mov", "matroska"}
_HEADER_ONLY = {"skip_frame": "all", "probesize": "32"}
_MAX_TRACKS, _MAX_TITLE = 100, 200
_TRANSFER_PQ, _TRANSFER_HLG = 16, 18  # ITU-T H.273, TransferCharacteristics


class UnreadableError(Exception):
    """The file has nothing that can be decoded; the text says why, for a person."""


@contextlib.contextmanager
def opened(path: str, formats: str = VIDEO_FORMATS, what: str = "video") -> Iterator[Any]:
    """The container of a file, open for reading. `formats` are libav's names of those allowed;
    `what` is said of a file that is none.

    Raises SourceError when the file cannot be had now; UnreadableError when it may not be read, is
    empty, or no container that libav knows.
    """
    _check_before(path)
    source: Any = f"file:{path}"
    with contextlib.ExitStack() as stack:
        try:
            path.encode()
        except UnicodeEncodeError:  # libav takes names as UTF-8 only
            source = stack.enter_context(Path(path).open("rb"))
        only = {"protocol_whitelist": "file", "format_whitelist": formats}
        with _opening(what):
            container = stack.enter_context(_open(source, only, _HEADER_ONLY))
            if not _header_is_complete(container):
                container.close()
                if not isinstance(source, str):
                    source.seek(0)
                container = stack.enter_context(_open(source, only, {}))
        yield container


def _open(source: Any, only: dict[str, str], options: dict[str, str]) -> Any:
    return av.open(
        source,
        options={**DECODER_OPTIONS, **options},
        container_options=only,
        metadata_errors="replace",
    )


@contextlib.contextmanager
def _opening(what: str) -> Iterator[None]:
    try:
        yield
    except (av.FFmpegError, ValueError) as error:
        article = "an" if what[0] in "aeiou" else "a"
        raise UnreadableError(
            f"Not {article} {what}, or damaged at the start."
            if isinstance(error, av.error.InvalidDataError | ValueError)
            else f"Can't be opened: {error.strerror or error}."
        ) from error


def _header_is_complete(container: Any) -> bool:
    """Whether `facts_of` finds all it needs in the headers."""
    return container.format.name.partition(",")[0] in _HEADER_FORMATS and all(
        (stream.average_rate and context.width)
        if stream.type == "video"
        else (context.channels and not context.layout.name.endswith(" channels"))
        for stream in (*container.streams.video, *container.streams.audio)
        if (context := stream.codec_context) is not None
    )


def _check_before(path: str) -> None:
    try:
        found = os.stat(path)
    except PermissionError as error:
        raise UnreadableError(f"Can't be read: {error.strerror}.") from error
    except OSError as error:
        raise SourceError(error.errno, error.strerror) from error
    if not stat.S_ISREG(found.st_mode):  # reading a pipe could block forever
        raise UnreadableError("Not a regular file.")
    if found.st_size == 0:
        raise UnreadableError("The file is empty.")


def video_stream(container: Any) -> Any:
    """The first video stream. Raises UnreadableError when there is none."""
    streams = [
        stream
        for stream in container.streams.video
        if stream.codec_context is not None
        and not (stream.disposition & av.stream.Disposition.attached_pic)
    ]
    if not streams:
        raise UnreadableError(
            "No video in this file, only audio."
            if container.streams.audio
            else "No video in this file that can be decoded."
        )
    context = streams[0].codec_context
    context.options = DECODER_OPTIONS
    context.thread_count = 1  # frame threads would only delay the first frame
    return streams[0]


def facts_of(path: str, container: Any, stream: Any, frame: Any | None) -> VideoFacts:
    """VideoFacts of an open file; `frame` is a decoded frame, if any."""
    context = stream.codec_context
    duration_s = duration_of(container, stream)
    width, height = displayed_size(stream, frame)
    rate = stream.average_rate or stream.guessed_rate
    audio = [_audio_track(track) for track in container.streams.audio[:_MAX_TRACKS]]
    layout = layout_of(
        path, width, height, _side_data(frame, "SPHERICAL"), _side_data(frame, "STEREO3D")
    )
    return VideoFacts(
        container=container.format.name.split(",")[0],
        duration_s=duration_s,
        width=width or None,
        height=height or None,
        frame_rate=round(float(rate), 3) if rate else None,
        bit_rate=container.bit_rate or mean_bit_rate(path, duration_s),
        video_codec=context.name if context.codec is None else context.codec.canonical_name,
        audio_codec=audio[0]["codec"] if audio else None,
        hdr=is_hdr(frame if frame is not None else context),
        recorded_at=_recorded_at(container, stream),
        audio_tracks=audio,
        subtitle_tracks=[
            {
                "codec": track.codec_context.name if track.codec_context else "unknown",
                "language": _short(track, "language"),
                "title": _short(track, "title"),
            }
            for track in container.streams.subtitles[:_MAX_TRACKS]
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


def duration_of(container: Any, stream: Any) -> float:
    """In seconds; 0.0 where the file does not say."""
    if container.duration and container.duration > 0:
        return float(container.duration / av.time_base)
    if stream.duration and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    return 0.0


def mean_bit_rate(path: str, duration_s: float) -> int | None:
    return round(os.stat(path).st_size * 8 / duration_s) if duration_s else None


def _audio_track(track: Any) -> dict[str, Any]:
    context = track.codec_context
    return {
        "codec": context.codec.canonical_name if context and context.codec else "unknown",
        "channels": context.channels if context else None,
        "layout": context.layout.name if context else None,
        "language": _short(track, "language"),
        "title": _short(track, "title"),
    }


def _short(track: Any, name: str) -> str | None:
    text: str | None = track.metadata.get(name)
    return text[:_MAX_TITLE] if text else None


def _recorded_at(container: Any, stream: Any) -> str | None:
    """The creation time in ISO 8601, unless it is the epoch of a tool that left it unset."""
    text = container.metadata.get("creation_time") or stream.metadata.get("creation_time")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # a zone may lead out of years 1 to 9999
        return None
    return moment.isoformat(timespec="seconds") if moment.year > 1971 else None


def _side_data(frame: Any | None, name: str) -> bytes | None:
    data = frame.side_data.get(name) if frame is not None else None
    return bytes(data) if data is not None else None
