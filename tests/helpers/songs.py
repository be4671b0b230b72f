"""Small audio files with tags and covers, made by PyAV."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter

CODECS = {
    ".mp3": "libmp3lame",
    ".m4a": "aac",
    ".m4b": "aac",
    ".aac": "aac",
    ".flac": "flac",
    ".ogg": "vorbis",
    ".opus": "libopus",
    ".wav": "pcm_s16le",
    ".wma": "wmav2",
    ".aiff": "pcm_s16be",
}
TAGS = {
    "title": "Sea song",
    "artist": "The Boats",
    "album": "Harbour",
    "track": "3",
    "genre": "Folk",
}
_MUXERS = {".m4b": "mp4", ".m4a": "mp4"}  # whose muxer has covers


@dataclass(frozen=True)
class Song:
    """A tone with tags. `cover` is the side of a square cover in pixels, 0 for none."""

    duration_s: float = 1.0
    frequency: int = 330
    tags: dict[str, str] = field(default_factory=lambda: dict(TAGS))
    cover: int = 0


def make_song(path: Path, song: Song | None = None) -> Path:
    """Write a song to `path`; its extension selects the format."""
    song = song or Song()
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=_MUXERS.get(path.suffix)) as output:
        output.metadata.update(song.tags)
        options = {"strict": "experimental", "b": "128000"}  # Vorbis, and what WMA needs
        stream: Any = output.add_stream(CODECS[path.suffix], rate=48_000, options=options)
        stream.layout = "stereo"
        picture = _add_cover(output, song.cover) if song.cover else None
        for frame in _frames(stream, song):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if picture is not None:
            output.mux(picture)
    return path


def _add_cover(output: Any, side: int) -> Any:
    stream: Any = output.add_stream("png", rate=1)
    stream.width = stream.height = side
    stream.pix_fmt = "rgb24"
    stream.disposition = av.stream.Disposition.attached_pic
    frame: Any = av.VideoFrame(side, side, "rgb24")
    plane = frame.planes[0]
    plane.update((b"\xd0\x40\x20" * (plane.line_size // 3 + 1))[: plane.line_size] * side)
    frame.pts, frame.time_base = 0, Fraction(1, 1)
    packets = [*stream.encode(frame), *stream.encode(None)]
    return packets[0]


def _frames(stream: Any, song: Song) -> Any:
    graph = av.filter.Graph()
    tone = graph.add(
        "sine", f"frequency={song.frequency}:sample_rate=48000:duration={song.duration_s}"
    )
    sample_format = stream.codec_context.codec.audio_formats[0].name
    steps = (
        ("aformat", f"sample_fmts={sample_format}:sample_rates=48000:channel_layouts=stereo"),
        ("asetnsamples", f"n={stream.codec_context.frame_size or 1024}:p=0"),
        ("abuffersink", ""),
    )
    previous = tone
    for name, arguments in steps:
        node = graph.add(name, arguments or None)
        previous.link_to(node)
        previous = node
    graph.configure()
    while True:
        try:
            yield graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return
