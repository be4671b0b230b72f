"""Sample clips for `make demo`: a small library with something of everything."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from lvs.media.samples import Clip, make_clip

_VP9 = {"deadline": "realtime", "cpu-used": "8"}

CLIPS: dict[str, Clip] = {
    "Holidays/Sunrise over the bay.mp4": Clip(
        "gradients=speed=0.02:c0=0xff7043:c1=0x283593:c2=0xffca28:n=3",
        (1280, 720),
        6,
        audio_codec="aac",
    ),
    "Holidays/Tide, late evening.mp4": Clip(
        "gradients=speed=0.015:c0=0x004d40:c1=0x80cbc4:c2=0x1a237e:n=3", (1280, 720), 5
    ),
    "Holidays/2025/Phone video, upright.mp4": Clip(
        "gradients=speed=0.03:c0=0x6a1b9a:c1=0xf48fb1:n=2", (640, 360), 4, rotation=90
    ),
    "Science/Mandelbrot dive.mp4": Clip("mandelbrot", (1280, 720), 6, options={"preset": "fast"}),
    "Science/Game of life.webm": Clip(
        "life=mold=10:ratio=0.1:death_color=0x24578c:life_color=0xffd54f",
        (640, 360),
        5,
        codec="libvpx-vp9",
        options=_VP9,
        audio_codec="libopus",
    ),
    "Science/Cellular automaton.mkv": Clip("cellauto=rule=110", (640, 360), 5, audio_codec="ac3"),
    "Science/Sierpinski.mp4": Clip("sierpinski", (640, 360), 5),
    "Test cards/Bars in HD.mp4": Clip("smptehdbars", (1920, 1080), 4, audio_codec="aac"),
    "Test cards/Bars in 4K.mp4": Clip("smptehdbars", (3840, 2160), 2),
    "Test cards/Counting.mp4": Clip("testsrc2", (1280, 720), 8, audio_codec="aac"),
    "Test cards/Anamorphic.mp4": Clip("testsrc", (720, 576), 4, sample_aspect=Fraction(16, 11)),
    "Test cards/Wide colours HDR.mp4": Clip(
        "gradients=speed=0.02:c0=0xd50000:c1=0x00c853:c2=0x2962ff:n=3",
        (1280, 720),
        3,
        codec="libx265",
        pix_fmt="yuv420p10le",
        options={"preset": "ultrafast", "x265-params": "log-level=none"},
        colour={"color_trc": 16, "color_primaries": 9, "colorspace": 9, "color_range": 1},
    ),
    "VR/Meadow_180_sbs.mp4": Clip(
        "gradients=speed=0.01:c0=0x1b5e20:c1=0x81d4fa:n=2", (1920, 960), 3
    ),
    "VR/Rooftops_360.mp4": Clip("gradients=speed=0.01:c0=0x37474f:c1=0xffab91:n=2", (1920, 960), 3),
}


def make_library(home: Path, progress: Callable[[int, int], None] | None = None) -> int:
    """Make the clips that are not there yet, each whole or not at all; returns how many."""
    lacking = {name: clip for name, clip in CLIPS.items() if not (home / name).exists()}
    for done, (name, clip) in enumerate(lacking.items(), 1):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".making{path.suffix}")
        make_clip(partial, clip)
        partial.replace(path)
        if progress is not None:
            progress(done, len(lacking))
    return len(lacking)
