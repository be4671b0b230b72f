"""What an audio file is, its tags, and its thumbnail: the cover, else its waveform."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import av
import av.stream
from tinytag import TinyTag

from lvs.kinds.audio.waveform import draw, levels
from lvs.media import thumbnails
from lvs.media.facts import Found
from lvs.media.probe import (
    DECODER_OPTIONS,
    UnreadableError,
    displayed_size,
    duration_of,
    mean_bit_rate,
    opened,
)

FORMATS = "mp3,aac,flac,ogg,wav,w64,aiff,asf,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,caf"
MAX_TEXT = 200
SQUARE = (640, 640)  # of the JPEG; a cover is square


def probe(path: str, found: Found) -> None:
    """Raises SourceError, and UnreadableError when no sound can be decoded."""
    with opened(path, FORMATS, "audio file") as container:
        stream = _audio_stream(container)
        found.add(_facts(path, container, stream))
        peaks = levels(container, stream, found.facts["duration_s"])
        if not peaks:
            raise UnreadableError(
                f"No sound could be decoded ({stream.codec_context.name}). The file may be damaged."
            )
        cover = _cover(container)
        if cover is not None:
            frame, size = cover
        else:
            seed = found.facts["album"] or found.facts["artist"] or Path(path).stem
            frame = draw(peaks, seed.encode("utf-8", "replace"))
            size = frame.width, frame.height
        found.rendered = thumbnails.render(frame, size, jpeg_size=SQUARE)


def _audio_stream(container: Any) -> Any:
    """The first audio stream. Raises UnreadableError when there is none."""
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            stream.codec_context.thread_count = 1  # more would only delay the first frames
            return stream
    raise UnreadableError("No sound in this file that can be decoded.")


def _facts(path: str, container: Any, stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    tags = _tags(path)
    duration_s = duration_of(container, stream) or tags.pop("duration_s", 0.0)
    tags.pop("duration_s", None)
    return {
        "container": container.format.name.split(",")[0],
        "duration_s": duration_s,
        "bit_rate": container.bit_rate or mean_bit_rate(path, duration_s),
        "recorded_at": None,
        "codec": context.name if context.codec is None else context.codec.canonical_name,
        "sample_rate": context.sample_rate or None,
        "channels": context.channels or None,
        **tags,
    }


def _tags(path: str) -> dict[str, Any]:
    """The tags, None where there is none; `duration_s` where the tags' reader knows one."""
    with Path(path).open("rb") as file:
        try:
            tag: Any = TinyTag.get(file_obj=file)  # knows the format by its first bytes
        except Exception:  # whatever a hostile file makes of it: sound without tags is still sound
            tag = TinyTag()
    return {
        "title": _text(tag.title),
        "artist": _text(tag.artist),
        "album": _text(tag.album),
        "album_artist": _text(tag.albumartist),
        "track": _number(tag.track, 9_999),
        "disc": _number(tag.disc, 999),
        "year": _year(tag.year),
        "genre": _text(tag.genre),
        "duration_s": float(tag.duration or 0.0),
    }


def _text(value: object) -> str | None:
    """One line of text, bounded; None when there is nothing visible."""
    if not isinstance(value, str):
        return None
    clean = "".join(char if char.isprintable() else " " for char in value)
    return " ".join(clean.split())[:MAX_TEXT].strip() or None


def _number(value: object, most: int) -> int | None:
    return value if isinstance(value, int) and 0 < value <= most else None


def _year(value: object) -> int | None:
    found = re.match(r"\d{4}", value) if isinstance(value, str) else None
    return int(found[0]) or None if found else None


def _cover(container: Any) -> tuple[Any, tuple[int, int]] | None:
    """The embedded cover and its size as displayed; None without one that can be decoded."""
    for stream in container.streams.video:
        if stream.codec_context is None:
            continue
        if not stream.disposition & av.stream.Disposition.attached_pic:
            continue
        stream.codec_context.options = DECODER_OPTIONS
        with contextlib.suppress(av.FFmpegError, ValueError, MemoryError):
            container.seek(0)
            for frame in container.decode(stream):
                return frame, displayed_size(stream, frame)
    return None
