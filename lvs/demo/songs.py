"""The demo's music: songs of the synthesizer with tags, and covers drawn by the scenes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.stream
import numpy as np

from lvs.demo import music
from lvs.demo.encode import sound_packets
from lvs.demo.paint import Scene, Stage
from lvs.demo.scenes import coast, science, water
from lvs.demo.sound import RATE, Sound

_COVER_SIDE = 480
_DAY_S = 86_400
_CODECS = {".mp3": "libmp3lame", ".m4a": "aac", ".opus": "libopus"}


@dataclass(frozen=True)
class Song:
    """`cover` is a scene and the seconds at which it is drawn; None for a song without one."""

    sound: Sound
    seconds: float
    title: str
    artist: str
    album: str
    track: int
    age_days: float
    cover: tuple[Scene, float] | None = None


_HARBOUR = (coast.harbor, 2.0)
SONGS = {
    "Music/The Paper Boats/Harbour/01 Morning tide.mp3": Song(
        music.live, 64, "Morning tide", "The Paper Boats", "Harbour", 1, 40, _HARBOUR
    ),
    "Music/The Paper Boats/Harbour/02 Lanterns.mp3": Song(
        music.seaside, 48, "Lanterns", "The Paper Boats", "Harbour", 2, 40, _HARBOUR
    ),
    "Music/Ada Fjord/Rings/01 Slow orbit.m4a": Song(
        music.nocturne, 56, "Slow orbit", "Ada Fjord", "Rings", 1, 3, (science.saturn, 4.0)
    ),
    "Music/Ada Fjord/Rings/02 Northern line.m4a": Song(
        music.calm, 52, "Northern line", "Ada Fjord", "Rings", 2, 3, (water.northern_lights, 5.0)
    ),
    "Music/Rehearsal at home.opus": Song(music.live, 36, "Rehearsal at home", "", "", 0, 1),
}


def write_song(path: Path, song: Song) -> None:
    """Write a song, complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made_at = time.time() - song.age_days * _DAY_S
    partial = path.with_name(f".making {path.name}")  # hidden: the server does not list it
    tags = {"title": song.title, "artist": song.artist, "album": song.album}
    muxer = "mp4" if path.suffix == ".m4a" else None  # the muxer of that name has no covers
    with av.open(str(partial), "w", format=muxer) as output:
        output.metadata.update({name: text for name, text in tags.items() if text})
        if song.track:
            output.metadata["track"] = str(song.track)
        stream: Any = output.add_stream(_CODECS[path.suffix], rate=RATE, layout="stereo")
        covers = list(_cover_packets(output, song.cover)) if song.cover else []
        for packet in (*covers, *sound_packets(stream, song.sound(song.seconds))):
            output.mux(packet)
    os.utime(partial, (made_at, made_at))
    partial.replace(path)


def _cover_packets(output: Any, cover: tuple[Scene, float]) -> Iterator[Any]:
    scene, at_s = cover
    pixels = scene(Stage(_COVER_SIDE, _COVER_SIDE, at_s + 1))(at_s)
    stream: Any = output.add_stream("mjpeg", rate=1)
    stream.width = stream.height = _COVER_SIDE
    stream.pix_fmt = "yuvj420p"
    stream.disposition = av.stream.Disposition.attached_pic
    frame: Any = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    frame = frame.reformat(format="yuvj420p")
    frame.pts = 0
    yield from stream.encode(frame)
    yield from stream.encode(None)
