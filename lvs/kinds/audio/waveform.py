"""The thumbnail of a recording without a cover: its loudness over time, as bars on a colour."""

from __future__ import annotations

import colorsys
import contextlib
import hashlib
from array import array
from collections.abc import Sequence
from itertools import islice
from typing import Any

import av
import av.audio.resampler

BARS = 32
SIDE = 640
_SAMPLED_AT_MOST_S = 90.0  # a longer recording is sampled at one place for each bar
_AT_EACH_PLACE_S = 0.25
_RATE_HZ = 8_000
_PACKETS_PER_S = 1_000  # of the shortest frames there are, and more: the rest is damage
_DRAWN = 2  # times larger than it is shown: scaling down makes the edges smooth


def levels(container: Any, stream: Any, duration_s: float) -> list[float]:
    """How loud each of `BARS` parts is, 0 to 1, the loudest 1. Empty when nothing can be decoded.

    A short recording is decoded whole, of a longer one a moment of each part.
    """
    loudness = []
    if duration_s > _SAMPLED_AT_MOST_S:
        for bar in range(BARS):
            place_s = duration_s * (bar + 0.5) / BARS
            loudness.append(_loudness(_samples(container, stream, place_s, _AT_EACH_PLACE_S)))
    if not any(loudness):
        whole = _samples(container, stream, 0.0, _SAMPLED_AT_MOST_S)
        if not whole:
            return []
        size = max(len(whole) // BARS, 1)
        loudness = [_loudness(whole[bar * size : (bar + 1) * size]) for bar in range(BARS)]
    most = max(loudness)
    return [loud / most if most else 0.0 for loud in loudness]


def _samples(container: Any, stream: Any, start_s: float, length_s: float) -> array[int]:
    """Mono samples from a time on, as many as could be decoded."""
    found = array("h")
    resampler = av.audio.resampler.AudioResampler(format="s16", layout="mono", rate=_RATE_HZ)
    with contextlib.suppress(av.FFmpegError, ValueError):
        container.seek((container.start_time or 0) + int(start_s * av.time_base))
        stream.codec_context.flush_buffers()
        for frame in _frames(container, stream, 200 + round(length_s * _PACKETS_PER_S)):
            for part in resampler.resample(frame):
                found.frombytes(bytes(part.planes[0])[: part.samples * 2])
            if len(found) >= length_s * _RATE_HZ:
                break
    return found


def _frames(container: Any, stream: Any, packets: int) -> Any:
    """The frames of so many packets; one that cannot be decoded is left out, as players do."""
    for packet in islice(container.demux(stream), packets):
        with contextlib.suppress(av.FFmpegError):
            yield from packet.decode()


def _loudness(samples: Sequence[int]) -> float:
    """The mean of the highest amplitudes of short parts: steadier than the highest of all."""
    if not samples:
        return 0.0
    size = max(len(samples) // 16, 1)
    parts = [samples[start : start + size] for start in range(0, len(samples), size)]
    highest = [max(map(abs, part)) for part in parts]
    return sum(highest) / len(highest)


def draw(loudness: Sequence[float], seed: bytes) -> Any:
    """A square frame. Equal seeds, as of one album, get equal colours."""
    side = SIDE * _DRAWN
    top, bottom, bar = _colours(seed)
    step = side * 0.84 / len(loudness)
    radius = step * 0.32
    bars = [
        (round(side * 0.08 + step * (place + 0.5)), max(radius, side * 0.3 * level))
        for place, level in enumerate(loudness)
    ]
    rows = []
    for y in range(side):
        share = y / side
        ground = bytes(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        row = bytearray(ground * side)
        off = abs(y + 0.5 - side / 2)
        for x, half in bars:
            width = _half_width(off, half, radius)
            if width:
                row[(x - width) * 3 : (x + width) * 3] = bar * (2 * width)
        rows.append(bytes(row))
    frame: Any = av.VideoFrame(side, side, "rgb24")
    plane = frame.planes[0]
    padding = bytes(plane.line_size - side * 3)
    plane.update(b"".join(row + padding for row in rows))
    return frame.reformat(SIDE, SIDE, "rgb24", interpolation="AREA", threads=1)


def _half_width(off: float, half: float, radius: float) -> int:
    """Half the width of a bar with round ends, so far from the middle; 0 beyond its end."""
    beyond = off - (half - radius)
    if beyond <= 0:
        return round(radius)
    return round((radius**2 - beyond**2) ** 0.5) if beyond < radius else 0


def _colours(seed: bytes) -> tuple[bytes, bytes, bytes]:
    """Top and bottom of the ground, and the bars: one hue, dark enough for dark and light pages."""
    hue = hashlib.blake2b(seed, digest_size=2).digest()[0] / 256

    def colour(shift: float, light: float, strength: float) -> bytes:
        parts = colorsys.hls_to_rgb((hue + shift) % 1, light, strength)
        return bytes(round(part * 255) for part in parts)

    return colour(0, 0.36, 0.42), colour(0.09, 0.2, 0.5), colour(0.03, 0.86, 0.6)
