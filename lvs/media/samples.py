"""Small sample clips, drawn by libav's own sources: for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter

QUICK = {"preset": "ultrafast", "crf": "28"}


def hdr_options(transfer: int) -> dict[str, str]:
    """The options of HDR with BT.2020 colors; `transfer` is 16 for PQ, 18 for HLG (ITU-T H.273)."""
    return {
        "color_trc": str(transfer),
        "color_primaries": "9",
        "colorspace": "9",
        "color_range": "tv",
    }


@dataclass(frozen=True)
class Clip:
    """What to draw. `source` and `filters` are libavfilter's, `options` the encoder's (`g` is the
    distance of its keyframes); `size` is width and height."""

    source: str = "testsrc2"
    size: tuple[int, int] = (640, 360)
    duration_s: float = 2.0
    rate: int = 25
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    filters: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, str] = field(default_factory=lambda: dict(QUICK))
    audio_codec: str | None = None
    rotation: int = 0
    sample_aspect: Fraction | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


def make_clip(path: Path, clip: Clip | None = None) -> Path:
    """Write a clip to `path`; its extension selects the container."""
    clip = clip or Clip()
    with av.open(str(path), "w") as output:
        output.metadata.update(clip.metadata)
        options = {"g": "25", **clip.options}
        stream: Any = output.add_stream(clip.codec, rate=clip.rate, options=options)
        stream.width, stream.height = clip.size
        stream.pix_fmt = clip.pix_fmt
        if clip.sample_aspect:
            stream.codec_context.sample_aspect_ratio = clip.sample_aspect
        if clip.rotation:
            stream.set_display_rotation(clip.rotation)
        sound = output.add_stream(clip.audio_codec, rate=48_000) if clip.audio_codec else None
        for frame in _frames(clip):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if sound is not None:
            _add_sound(output, sound, clip.duration_s)
    return path


def _frames(clip: Clip) -> Any:
    graph = av.filter.Graph()
    width, height = clip.size
    name, _, arguments = clip.source.partition("=")
    both = f"size={width}x{height}:rate={clip.rate}" + (f":{arguments}" if arguments else "")
    previous = graph.add(name, both)
    for step, step_arguments in (
        *clip.filters,
        ("scale", f"{width}:{height}"),
        ("format", clip.pix_fmt),
        ("buffersink", ""),
    ):
        node = graph.add(step, step_arguments or None)
        previous.link_to(node)
        previous = node
    graph.configure()
    for index in range(round(clip.duration_s * clip.rate)):
        frame: Any = graph.pull()
        frame.pts = index
        frame.time_base = Fraction(1, clip.rate)
        frame.pict_type = 0
        yield frame


def _add_sound(output: Any, sound: Any, duration_s: float) -> None:
    graph = av.filter.Graph()
    tone = graph.add("sine", f"frequency=330:sample_rate=48000:duration={duration_s}")
    form = graph.add(
        "aformat",
        f"sample_fmts={sound.codec_context.codec.audio_formats[0].name}"
        ":sample_rates=48000:channel_layouts=stereo",
    )
    size = graph.add("asetnsamples", f"n={sound.codec_context.frame_size or 1024}:p=0")
    sink = graph.add("abuffersink")
    tone.link_to(form)
    form.link_to(size)
    size.link_to(sink)
    graph.configure()
    while True:
        try:
            frame = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            break
        output.mux(sound.encode(frame))
    output.mux(sound.encode(None))
