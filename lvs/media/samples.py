"""Small sample clips, drawn by libav's own sources: for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter


@dataclass(frozen=True)
class Clip:
    """What to draw. `source` and `filters` are libavfilter's; `size` is width and height."""

    source: str = "testsrc2"
    size: tuple[int, int] = (640, 360)
    duration_s: float = 2.0
    rate: int = 25
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    filters: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, str] = field(default_factory=lambda: {"preset": "ultrafast", "crf": "28"})
    audio_codec: str | None = None
    rotation: int = 0
    sample_aspect: Fraction | None = None
    keyframe_every: int = 25
    metadata: Mapping[str, str] = field(default_factory=dict)
    colour: Mapping[str, int] = field(default_factory=dict)  # codec context attributes


def make_clip(path: Path, clip: Clip | None = None) -> Path:
    """Write a clip to `path`; its extension selects the container."""
    clip = clip or Clip()
    with av.open(str(path), "w") as output:
        output.metadata.update(clip.metadata)
        stream: Any = output.add_stream(clip.codec, rate=clip.rate, options=dict(clip.options))
        stream.width, stream.height = clip.size
        stream.pix_fmt = clip.pix_fmt
        stream.codec_context.gop_size = clip.keyframe_every
        for name, value in clip.colour.items():
            setattr(stream.codec_context, name, value)
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
