"""Drawing tools of the demo's scenes: noise, colours, glows and text, as numpy arrays.

Colours are hexadecimal strings (`"ff8800"`) or three floats from 0 to 1; planes are float32 of
(height, width); pictures are float32 of (height, width, 3); frames are uint8 of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Array = NDArray[Any]
Draw = Callable[[float], Array]  # the frame at a time in seconds
Stop = tuple[float, str]


@dataclass(frozen=True)
class Stage:
    """The size in pixels that a scene is drawn at, its length, and the seed of its randomness."""

    width: int
    height: int
    seconds: float
    seed: int = 1

    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def grid(self) -> tuple[Array, Array]:
        """(x, y) of each pixel, as planes that broadcast."""
        x = np.arange(self.width, dtype=np.float32)[None, :]
        y = np.arange(self.height, dtype=np.float32)[:, None]
        return x, y


Scene = Callable[[Stage], Draw]


def clouds(height: int, width: int, rng: np.random.Generator, smooth: float = 1.6) -> Array:
    """Fractal noise from 0 to 1 that tiles on both axes; a higher `smooth` has larger forms."""
    fy = np.fft.fftfreq(height)[:, None]
    fx = np.fft.rfftfreq(width)[None, :]
    frequency = np.hypot(fy, fx)
    frequency[0, 0] = np.inf
    noise = rng.standard_normal((2, *frequency.shape))
    field = np.fft.irfft2((noise[0] + 1j * noise[1]) * frequency**-smooth, (height, width))
    return _spread(field)


def ridge(width: int, rng: np.random.Generator, smooth: float = 1.3) -> Array:
    """A line of hills from 0 to 1 that tiles."""
    frequency = np.fft.rfftfreq(width)
    frequency[0] = np.inf
    noise = rng.standard_normal((2, len(frequency)))
    return _spread(np.fft.irfft((noise[0] + 1j * noise[1]) * frequency**-smooth, width))


def _spread(field: Array) -> Array:
    low, high = np.percentile(field, (1, 99))
    return np.asarray(np.clip((field - low) / (high - low), 0, 1), np.float32)


def rgb(colour: str) -> Array:
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def rgb8(colour: str) -> tuple[int, int, int]:
    """For Pillow."""
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:6], 16)


def mix(a: str, b: str, share: float) -> str:
    """The colour between two; `share` is that of the second."""
    both = rgb(a) * (1 - share) + rgb(b) * share
    return "".join(f"{round(float(part) * 255):02x}" for part in both)


def gradient(values: Array, stops: Sequence[Stop]) -> Array:
    """A picture from a plane of values from 0 to 1, coloured between the stops."""
    places = np.linspace(0, 1, 1024)
    colours = np.stack([rgb(colour) for _, colour in stops])
    where = [place for place, _ in stops]
    table = np.stack([np.interp(places, where, colours[:, i]) for i in range(3)], axis=1)
    index = (np.clip(values, 0, 1) * 1023).astype(np.int16)
    return table.astype(np.float32).take(index, axis=0)


def sky(height: int, width: int, stops: Sequence[Stop]) -> Array:
    """A vertical gradient, from the top (0) to the bottom (1)."""
    column = gradient(np.linspace(0, 1, height, dtype=np.float32)[:, None], stops)
    return np.repeat(column, width, axis=1)


def glow(x: Array, y: Array, at: tuple[float, float], radius: float, power: float = 2.0) -> Array:
    """A plane that is 1 at a point and falls off around it."""
    distance = np.hypot(x - at[0], y - at[1]) / radius
    return np.exp(-(distance**power)).astype(np.float32)


@lru_cache(maxsize=256)
def spot(radius: int, hard: float = 0.0) -> Array:
    """A small plane with a disc: soft like a glow (0) or with a sharp edge (1)."""
    x = np.arange(-radius, radius + 1, dtype=np.float32)
    distance = np.hypot(x[None, :], x[:, None]) / max(radius, 1)
    soft = np.exp(-((distance * 2.2) ** 2))
    sharp = np.clip((1 - distance) * max(radius, 1) * 0.7, 0, 1) * (0.75 + 0.25 * distance**4)
    return (soft * (1 - hard) + sharp * hard).astype(np.float32)


def add(picture: Array, plane: Array, colour: Array, at: tuple[float, float]) -> None:
    """Add light in the form of a small plane, its middle at (x, y)."""
    height, width = plane.shape
    left, top = round(at[0] - width / 2), round(at[1] - height / 2)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, picture.shape[1]), min(top + height, picture.shape[0])
    if x0 < x1 and y0 < y1:
        part = plane[y0 - top : y1 - top, x0 - left : x1 - left]
        picture[y0:y1, x0:x1] += part[:, :, None] * colour


@lru_cache(maxsize=16)
def _dither(height: int, width: int) -> Array:
    return np.random.default_rng(7).uniform(0.0, 1.0, (height, width, 1)).astype(np.float32)


def finish(picture: Array) -> Array:
    """The frame of a picture; the noise of one step keeps smooth skies from showing bands."""
    scaled = picture * 255
    scaled += _dither(*picture.shape[:2])
    return np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)


def image(frame: Array) -> Image.Image:
    return Image.fromarray(frame)


def enlarged(frame: Array, width: int, height: int) -> Array:
    return np.asarray(image(frame).resize((width, height), Image.Resampling.BILINEAR))


def smooth(values: Array, low: float, high: float) -> Array:
    """From 0 below `low` to 1 above `high`, with soft ends."""
    share = np.clip((values - low) / (high - low), 0, 1)
    result: Array = share * share * (3 - 2 * share)
    return result


def pulse(t: float, start: float, end: float, fade: float = 0.8) -> float:
    """1 between two times, 0 outside, with fades."""
    return float(np.clip(min((t - start) / fade, (end - t) / fade), 0, 1))


def spaced(text: str) -> str:
    """Capitals with air between them, as on a title card."""
    return " ".join(text.upper())


def text_mask(size: tuple[int, int], lines: Sequence[tuple[str, float, float]]) -> Image.Image:
    """Lines of text in white on black: (text, height and y of its middle as shares of the
    picture's height). A line that is too wide is made smaller."""
    width, height = size
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    for text, share, middle in lines:
        points = share * height
        font = ImageFont.load_default(points)
        if pen.textlength(text, font) > width * 0.9:
            font = ImageFont.load_default(points * width * 0.9 / pen.textlength(text, font))
        pen.text((width / 2, middle * height), text, 255, font, anchor="mm")
    return mask
