"""The standing cast: small real videos, made once per run of the suite."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from lvs.media.clips import Clip, make_clip

SMALL = {"size": (160, 90), "duration_s": 1.0}

CAST: dict[str, Clip] = {
    "beach.mp4": Clip("testsrc2", audio_codec="aac", **SMALL),  # type: ignore[arg-type]
    "forest.mp4": Clip("smptebars", **SMALL),  # type: ignore[arg-type]
    "city.mp4": Clip("testsrc", **SMALL),  # type: ignore[arg-type]
    "river.mp4": Clip("yuvtestsrc", **SMALL),  # type: ignore[arg-type]
    "meadow.webm": Clip(
        "testsrc2",
        (160, 90),
        1.0,
        codec="libvpx-vp9",
        options={"deadline": "realtime", "cpu-used": "8"},
        audio_codec="libopus",
    ),
    "upright.mp4": Clip(rotation=90),
    "wide.mp4": Clip(size=(480, 480), sample_aspect=Fraction(16, 9)),
    "dark-start.mp4": Clip(
        duration_s=6, filters=(("fade", "t=in:st=3:d=1"),), keyframe_every=9_999
    ),
    "hdr.mp4": Clip(
        "smptehdbars",
        (320, 180),
        0.4,
        codec="libx265",
        pix_fmt="yuv420p10le",
        options={"preset": "ultrafast", "x265-params": "log-level=none"},
        colour={"color_trc": 16, "color_primaries": 9, "colorspace": 9, "color_range": 1},
    ),
    "ten-bit.mp4": Clip(
        "smptebars",
        (320, 180),
        0.4,
        codec="libx265",
        pix_fmt="yuv420p10le",
        options={"preset": "ultrafast", "x265-params": "log-level=none"},
    ),
    "full-range.mkv": Clip("smptebars", pix_fmt="yuvj420p", colour={"color_range": 2}),
    "normal-range.mkv": Clip("smptebars"),
    "ac3.mkv": Clip(audio_codec="ac3", **SMALL),  # type: ignore[arg-type]
    "dated.mp4": Clip(metadata={"creation_time": "2024-05-06T07:08:09Z"}, **SMALL),  # type: ignore[arg-type]
}

Copy = Callable[..., Path]


class Cast:
    """Makes a clip on first use; `copy` puts it wherever a test wants it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._made = 0

    def path(self, name: str) -> Path:
        path = self._home / name
        if not path.exists():
            make_clip(path, CAST[name])
        return path

    def copy(self, name: str, to: Path) -> Path:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.path(name), to)
        return to

    def unique(self, to: Path, name: str = "beach.mp4") -> Path:
        """A playable copy with content of its own: bytes that players skip at its end."""
        self._made += 1
        self.copy(name, to)
        with to.open("ab") as handle:
            handle.write(b"\0\0\0\x10free" + self._made.to_bytes(8, "big"))
        return to
