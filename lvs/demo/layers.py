"""Scenery in flat layers, the near ones moving faster than the far ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from lvs.demo.paint import Array, clouds, image, rgb, smooth


@dataclass(frozen=True)
class Layer:
    """A picture with transparency, wider than the stage by what it moves (pixels per second)."""

    picture: Image.Image
    alpha: Image.Image
    speed: float
    top: int = 0


def layer(pixels: Array, speed: float, top: int = 0) -> Layer:
    """A layer from RGBA of 0 to 1, without the rows above that show nothing."""
    rows = np.flatnonzero(pixels[:, :, 3].max(axis=1) > 0.002)
    first, last = int(rows[0]), int(rows[-1]) + 1
    whole = image((np.clip(pixels[first:last], 0, 1) * 255).astype(np.uint8))
    return Layer(whole.convert("RGB"), whole.getchannel("A"), speed, top + first)


def compose(base: Image.Image, layers: Sequence[Layer], t: float) -> Image.Image:
    """The layers over a base, which is changed, in their order."""
    for layer in layers:
        spare = layer.picture.width - base.width
        left = round(layer.speed * t) % (spare + 1) if spare > 0 else 0
        box = (left, 0, left + base.width, layer.picture.height)
        base.paste(layer.picture.crop(box), (0, layer.top), layer.alpha.crop(box))
    return base


def spare_width(width: int, speed: float, seconds: float) -> int:
    """How wide a layer must be to move for so long."""
    return width + int(abs(speed) * seconds) + 2


def hills(height: int, crest: Array, top: str, bottom: str) -> Array:
    """RGBA of everything below a crest (pixels from the top, one for each column)."""
    y = np.arange(height, dtype=np.float32)[:, None]
    depth = np.clip((y - crest.min()) / max(float(height - crest.min()), 1), 0, 1)[:, :, None]
    colour = rgb(top) * (1 - depth) + rgb(bottom) * depth
    colour = np.broadcast_to(colour, (height, len(crest), 3))
    alpha = np.clip(y - crest[None, :] + 0.5, 0, 1)
    return np.dstack([np.clip(colour, 0, 1), alpha])


def trees(crest: Array, rng: np.random.Generator, count: int, height: float) -> Array:
    """A crest with conifers on it."""
    x = np.arange(len(crest), dtype=np.float32)
    grown = crest.copy()
    for at in rng.uniform(0, len(crest), count):
        tall = height * rng.uniform(0.45, 1.0)
        half = tall * 0.24
        near = slice(max(int(at - half), 0), min(int(at + half) + 1, len(crest)))
        reach = np.abs(x[near] - at) / half
        saw = 1 - reach + 0.09 * ((reach * 5) % 1)
        grown[near] = np.minimum(grown[near], crest[int(at) % len(crest)] - tall * saw + half * 0.3)
    return grown


def strip(pixels: Array) -> Image.Image:
    """A picture for a layer from RGBA of 0 to 1."""
    return image((np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def mist(height: int, width: int, rng: np.random.Generator, colour: str, most: float) -> Array:
    """RGBA of a bank of fog, densest in its middle."""
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    forms = smooth(clouds(height, width, rng, 1.5), 0.25, 0.95)
    alpha = np.exp(-((y * 1.7) ** 2)) * (0.35 + 0.65 * forms) * most * (1 - y**8)
    return np.dstack([np.broadcast_to(rgb(colour), (height, width, 3)), alpha])
