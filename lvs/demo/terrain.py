"""Flights over a landscape of heights, flat for a screen or by direction for a headset.

Each column of the picture is a line over the map. Of the points on it, nearest first, each one is
seen above all that lie before it (the way of the game Comanche, 1992).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lvs.demo.paint import Array

STEPS = 210


@dataclass(frozen=True)
class Land:
    """Heights (0 to about 200) and colours (0 to 1) of a square map that tiles."""

    heights: Array
    colours: Array

    @property
    def side(self) -> int:
        return len(self.heights)

    def height_at(self, x: float, y: float) -> float:
        """The height of the ground around a point."""
        near = np.arange(-12, 13, 4)
        rows, columns = (near + int(y)) % self.side, (near + int(x)) % self.side
        return float(self.heights[np.ix_(rows, columns)].max())


@dataclass(frozen=True)
class Eye:
    """Where the camera is on the map and which way it looks (radians, 0 is along y)."""

    x: float
    y: float
    height: float
    heading: float


@dataclass(frozen=True)
class Lens:
    """The directions of the columns, and the row in which a slope (fall per distance) is seen."""

    side: Array  # to the right of the heading
    ahead: Array
    height: int
    horizon: float
    scale: float
    spherical: bool = False

    def rows(self, slope: Array) -> Array:
        angle = np.arctan(slope) if self.spherical else slope
        return self.horizon + angle * self.scale


def flat_lens(width: int, height: int, horizon: float = 0.4, wide: float = 1.0) -> Lens:
    """A camera; `wide` is half the picture's width at a distance of 1."""
    across = np.linspace(-wide, wide, width, dtype=np.float32)
    scale = width / (2 * wide)
    return Lens(across, np.ones(width, np.float32), height, horizon * height, scale)


def spherical_lens(width: int, height: int, degrees: float) -> Lens:
    """Equirectangular: so many degrees around, and from the zenith to the nadir."""
    half = np.radians(degrees) / 2
    around = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 * half - half
    return Lens(np.sin(around), np.cos(around), height, height / 2, height / np.pi, True)


def lit(heights: Array, sun: tuple[float, float, float]) -> Array:
    """How brightly the sun (x, y, z) falls on each point of a map, with cast shadows."""
    dx = (np.roll(heights, -1, 1) - np.roll(heights, 1, 1)) / 2
    dy = (np.roll(heights, -1, 0) - np.roll(heights, 1, 0)) / 2
    light = (-dx * sun[0] - dy * sun[1] + sun[2]) / np.sqrt(dx**2 + dy**2 + 1)
    shade = np.zeros_like(heights)
    flat = np.hypot(sun[0], sun[1])
    for step in range(2, 90, 2):
        shift = (round(-step * sun[1] / flat), round(-step * sun[0] / flat))
        above = np.roll(heights, shift, (0, 1)) - heights - step * sun[2] / flat
        np.maximum(shade, above, out=shade)
    result: Array = np.clip(light, 0, 1.4) * (1 - 0.75 * np.clip(shade / 8, 0, 1))
    return result


def _ground(land: Land, x: Array, y: Array) -> tuple[Array, Array]:
    """(index into the map, height between its points) for each place."""
    left, top = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    across, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
    x0, x1 = left % land.side, (left + 1) % land.side
    y0, y1 = top % land.side * land.side, (top + 1) % land.side * land.side
    flat = land.heights.ravel()
    upper = flat.take(y0 + x0) * (1 - across) + flat.take(y0 + x1) * across
    lower = flat.take(y1 + x0) * (1 - across) + flat.take(y1 + x1) * across
    return y0 + x0, upper * (1 - down) + lower * down


def view(
    land: Land, eye: Eye, lens: Lens, far: float = 1350.0, near: float = 25.0
) -> tuple[Array, Array]:
    """(picture, distance of each pixel as a share of `far`; above 1 is the sky)."""
    width = len(lens.side)
    distance = np.geomspace(near, far, STEPS, dtype=np.float32)[:, None]
    sin, cos = np.sin(eye.heading), np.cos(eye.heading)
    across = lens.ahead * sin + lens.side * cos
    along = lens.ahead * cos - lens.side * sin
    index, heights = _ground(land, eye.x + distance * across, eye.y + distance * along)
    slope = (eye.height - heights) / distance
    tops = np.minimum.accumulate(np.clip(lens.rows(slope), 0, lens.height), axis=0)
    cell = tops.astype(np.int32) * width + np.arange(width, dtype=np.int32)
    counts = np.bincount(cell.ravel(), minlength=(lens.height + 1) * width)
    hidden = np.cumsum(counts.reshape(-1, width)[: lens.height], axis=0)
    step = STEPS - hidden  # the first point seen at or above each pixel
    found = np.minimum(step, STEPS - 1)
    seen = index.ravel().take(found * width + np.arange(width))
    picture = land.colours.reshape(-1, 3).take(seen, axis=0)
    share = np.append(distance[:, 0] / far, 2.0).astype(np.float32).take(step)
    return picture, share
