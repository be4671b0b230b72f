"""The standing cast: small real videos, made once for a run of the suite."""

from __future__ import annotations

import hashlib
import shutil
from fractions import Fraction
from pathlib import Path

import filelock

from lvs.media.samples import QUICK, Clip, hdr_options, make_clip

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
        duration_s=6, filters=(("fade", "t=in:st=3:d=1"),), options={**QUICK, "g": "9999"}
    ),
    "hdr.mp4": Clip(
        "smptehdbars",
        (320, 180),
        0.4,
        codec="libx265",
        pix_fmt="yuv420p10le",
        options={"preset": "ultrafast", "x265-params": "log-level=none", **hdr_options(16)},
    ),
    "ten-bit.mp4": Clip(
        "smptebars",
        (320, 180),
        0.4,
        codec="libx265",
        pix_fmt="yuv420p10le",
        options={"preset": "ultrafast", "x265-params": "log-level=none"},
    ),
    "full-range.mkv": Clip("smptebars", pix_fmt="yuvj420p", options={**QUICK, "color_range": "pc"}),
    "normal-range.mkv": Clip("smptebars"),
    "ac3.mkv": Clip(audio_codec="ac3", **SMALL),  # type: ignore[arg-type]
    "dated.mp4": Clip(metadata={"creation_time": "2024-05-06T07:08:09Z"}, **SMALL),  # type: ignore[arg-type]
}


class Cast:
    """Makes a clip on first use, once for all processes of a run; `copy` and `make` put it
    wherever a test wants it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._made = 0
        home.mkdir(exist_ok=True)

    def path(self, name: str) -> Path:
        return self._kept(CAST[name], Path(name).suffix)

    def copy(self, name: str, to: Path) -> Path:
        return _copied(self.path(name), to)

    def make(self, to: Path, clip: Clip | None = None) -> Path:
        """As `make_clip`; a clip that another test had before is copied."""
        return _copied(self._kept(clip or Clip(), to.suffix), to)

    def unique(self, to: Path, name: str = "beach.mp4") -> Path:
        """A playable copy with its own content: bytes that players skip at its end."""
        self._made += 1
        self.copy(name, to)
        with to.open("ab") as handle:
            handle.write(b"\0\0\0\x10free" + self._made.to_bytes(8, "big"))
        return to

    def _kept(self, clip: Clip, suffix: str) -> Path:
        name = hashlib.sha256(repr(clip).encode()).hexdigest()[:16] + suffix
        path = self._home / name
        if not path.exists():
            with filelock.FileLock(self._home / f"{name}.lock"):
                if not path.exists():
                    make_clip(self._home / f"part-{name}", clip).rename(path)
        return path


def _copied(source: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, to)
    return to
