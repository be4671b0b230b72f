"""Frames and sound to a video file, by PyAV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from lvs.demo.paint import Array, Draw
from lvs.demo.sound import RATE

FRAMES_PER_S = 24
_BT709 = {"color_trc": 1, "color_primaries": 1, "colorspace": 1, "color_range": 1}
_PQ = {"color_trc": 16, "color_primaries": 9, "colorspace": 9, "color_range": 1}  # ITU-T H.273
_SWS_BT709, _SWS_BT2020 = 1, 9
_WHITE_NITS = 480.0  # of what a scene draws as white


def x264(crf: int = 30) -> dict[str, str]:
    """Options that are quick and small enough; a higher `crf` is smaller and coarser."""
    return {"preset": "ultrafast", "crf": str(crf), "threads": "1", "x264-params": "cabac=1"}


@dataclass(frozen=True)
class Format:
    """How a video is stored; `rotation` is what a player turns it by, as a phone does."""

    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    options: Mapping[str, str] = field(default_factory=x264)
    audio: str = "aac"
    rotation: int = 0
    hdr: bool = False


def write(
    path: Path,
    draw: Draw,
    seconds: float,
    size: tuple[int, int],
    form: Format,
    sound: Array | None,
    metadata: Mapping[str, str],
) -> None:
    """Write a video of this size (width, height, as shown); frames are scaled up to it."""
    options = {"movflags": "+faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as output:
        output.metadata.update(metadata)
        picture: Any = output.add_stream(form.codec, rate=FRAMES_PER_S, options=dict(form.options))
        picture.width, picture.height = size[::-1] if form.rotation else size
        picture.pix_fmt = form.pix_fmt
        picture.codec_context.gop_size = 2 * FRAMES_PER_S
        for name, value in (_PQ if form.hdr else _BT709).items():
            setattr(picture.codec_context, name, value)
        if form.rotation:
            picture.set_display_rotation(form.rotation)
        track: Any = None
        if sound is not None:
            track = output.add_stream(form.audio, rate=RATE, layout="stereo")
        heard = list(sound_packets(track, sound)) if sound is not None else []
        for packet in _picture_packets(picture, draw, seconds, form):
            while heard and heard[0].pts * heard[0].time_base <= packet.pts * packet.time_base:
                output.mux(heard.pop(0))  # sound beside its picture, so that it streams well
            output.mux(packet)
        for packet in heard:
            output.mux(packet)


def _picture_packets(stream: Any, draw: Draw, seconds: float, form: Format) -> Iterator[Any]:
    for number in range(round(seconds * FRAMES_PER_S)):
        pixels = draw(number / FRAMES_PER_S)
        if form.rotation:
            pixels = np.rot90(pixels, -form.rotation // 90)
        frame: Any
        if form.hdr:
            frame = av.VideoFrame.from_ndarray(_PQ_CODES.take(pixels), format="rgb48le")
        else:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame = frame.reformat(
            stream.width,
            stream.height,
            stream.pix_fmt,
            dst_colorspace=_SWS_BT2020 if form.hdr else _SWS_BT709,
            interpolation="BICUBIC",
        )
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
        yield from (packet for packet in stream.encode(frame) if packet.pts is not None)
    yield from (packet for packet in stream.encode(None) if packet.pts is not None)


def sound_packets(stream: Any, sound: Array) -> Iterator[Any]:
    """Encoded a second at a time."""
    samples = np.ascontiguousarray(np.clip(sound, -1, 1), np.float32)
    for start in range(0, samples.shape[1], RATE):
        part = np.ascontiguousarray(samples[:, start : start + RATE])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield from (packet for packet in stream.encode(frame) if packet.pts is not None)
    yield from (packet for packet in stream.encode(None) if packet.pts is not None)


def _pq_codes() -> Array:
    """SMPTE ST 2084 in 16 bits for each of 256 levels; the brightest shine beyond white."""
    level = np.linspace(0, 1, 256)
    nits = level**2.2 * _WHITE_NITS * (1 + 1.2 * np.clip((level - 0.75) / 0.25, 0, 1) ** 2)
    y = (nits / 10_000) ** 0.1593017578125
    code = ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375
    return np.asarray(np.round(code * 65535), np.uint16)


_PQ_CODES = _pq_codes()
