"""Two places for a headset, drawn by direction: every line is straight when seen there."""

from __future__ import annotations

import numpy as np

from lvs.demo.paint import Array, Draw, Stage, Stop, clouds, finish, gradient, rgb, ridge, smooth
from lvs.demo.scenes.landscapes import alps
from lvs.demo.terrain import Eye, Land, spherical_lens, view

_BETWEEN_EYES = 1.2  # of the map: more than life, so that far hills have depth too


def _directions(width: int, height: int, degrees: float) -> tuple[Array, Array]:
    """(azimuth, elevation) of each pixel, in radians, that broadcast."""
    half = np.radians(degrees) / 2
    around = ((np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1) * half
    above = (0.5 - (np.arange(height, dtype=np.float32) + 0.5) / height) * np.pi
    return around[None, :], above[:, None]


def valley(stage: Stage) -> Draw:
    """A balloon's flight between mountains: 180 degrees, an eye in each half of the picture."""
    rng = stage.rng()
    land = alps(rng)
    w, h = stage.width // 2, stage.height
    lens = spherical_lens(w, h, 180)
    start_x, start_y = _over_a_valley(land)
    around, above = _directions(w, h, 180)
    stops: list[Stop] = [(0, "e8eef2"), (0.12, "b8d4ea"), (0.45, "5a98d8"), (1, "2a62b0")]
    heaven = np.repeat(gradient(np.clip(above / (np.pi / 2), 0, 1), stops), w, axis=1)
    plane = clouds(1024, 1024, rng, 1.6)
    distance = 160 / np.tan(np.maximum(above, 0.03))  # to the height of the clouds
    cx, cy = distance * np.sin(around), distance * np.cos(around)
    fade = smooth(above, 0.04, 0.35)
    haze = rgb("d4e0ec")
    ground = land.height_at(start_x, start_y + 40) + 75

    def eye(t: float, side: float) -> Array:
        at = Eye(start_x + side, start_y + 9 * t, ground + 3 * np.sin(t * 0.5), 0.0)
        picture, share = view(land, at, lens, near=5)
        fog = (1 - np.exp(-((share * 1.5) ** 2)))[..., None]
        index = (cy + t * 4).astype(np.int32) % 1024 * 1024 + (cx + t * 6).astype(np.int32) % 1024
        cover = (smooth(plane.ravel().take(index), 0.5, 0.95) * fade)[..., None]
        above_all = heaven + (1 - heaven) * cover * 0.85
        land_seen = picture + (haze - picture) * fog
        return np.asarray(np.where((share > 1)[..., None], above_all, land_seen))

    def draw(t: float) -> Array:
        return finish(
            np.concatenate([eye(t, -_BETWEEN_EYES / 2), eye(t, _BETWEEN_EYES / 2)], axis=1)
        )

    return draw


def _over_a_valley(land: Land) -> tuple[float, float]:
    """A place low between high land, with mountains ahead and little water."""
    best, found = -np.inf, (0.0, 0.0)
    for y in range(0, land.side, 64):
        for x in range(0, land.side, 64):
            near = land.heights.take(range(y, y + 120), 0, mode="wrap").take(
                range(x - 60, x + 60), 1, mode="wrap"
            )
            ahead = land.heights.take(range(y + 120, y + 420), 0, mode="wrap").take(
                range(x - 200, x + 200), 1, mode="wrap"
            )
            score = float(
                ahead.max() - near.max() * 1.2 - 160 * (near < 46).mean() - 60 * (ahead < 46).mean()
            )
            if score > best:
                best, found = score, (float(x), float(y))
    return found


def starry_lake(stage: Stage) -> Draw:
    """A clearing under the Milky Way and northern lights: 360 degrees."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    land = alps(rng)
    around, above = _directions(w, h, 360)
    ground = land.height_at(520, 700) + 26
    moonlit, share = view(land, Eye(520, 700, ground, 0.0), spherical_lens(w, h, 360), near=5)
    far = np.clip(share, 0, 1)[..., None]
    dark = moonlit * rgb("6a84b8") * 1.15
    dark += (rgb("2a4c74") - dark) * (1 - np.exp(-((far * 1.8) ** 2)))
    fire = np.exp(-((np.hypot(around - 0.25, (above + 0.42) * 1.3) / 0.3) ** 1.3))
    dark += moonlit * rgb("ff9a40") * fire[..., None] * 1.2
    stars = _stars(w, h, rng, around, above)
    upper = above[: h // 2]
    deep = gradient(
        np.clip(upper / (np.pi / 2), 0, 1), [(0, "2a5a70"), (0.3, "14305a"), (1, "070c24")]
    )
    veils = [(ridge(w, rng, 1.5), ridge(w, rng, 0.7), 0.2 + 0.16 * k) for k in range(3)]
    tones = (
        (rgb("50ff9c"), rgb("9a5cff")),
        (rgb("40f0b8"), rgb("ff5fa8")),
        (rgb("80ff78"), rgb("5c8cff")),
    )
    shown = (share > 1)[..., None]

    def draw(t: float) -> Array:
        heaven = deep + np.roll(stars[: h // 2], -int(t * 2), axis=1)
        for (fold, rays, foot), (low, high) in zip(veils, tones, strict=True):
            base = foot + 0.2 * (np.roll(fold, int(t * 3)) - 0.5)
            up = (upper - base[None, :]) / 0.5
            body = np.where(up > 0, np.exp(-up * 1.6), np.exp(-((up * 10) ** 2)))
            body = body * (np.roll(rays, int(t * 9)) * np.roll(fold, -int(t * 5)) * 0.8)[None, :]
            hue = np.clip(up * 0.8, 0, 1)[..., None]
            heaven = heaven + body[..., None] * (low * (1 - hue) + high * hue)
        whole = np.concatenate([heaven, dark[h // 2 :]])
        whole[: h // 2] = np.where(shown[: h // 2], heaven, dark[: h // 2])
        return finish(whole)

    return draw


def _stars(w: int, h: int, rng: np.random.Generator, around: Array, above: Array) -> Array:
    """Points of light spread evenly over the sphere, and the Milky Way along a great circle."""
    x, y = np.cos(above) * np.sin(around), np.cos(above) * np.cos(around)
    z = np.broadcast_to(np.sin(above), (h, w))
    off = x * 0.55 + y * -0.35 + z * 0.3
    band = np.exp(-((off / 0.2) ** 2))
    dust = clouds(h, w, rng, 1.4)
    light = band * (0.25 + 0.75 * dust) * (1 - 0.6 * np.exp(-((off / 0.05) ** 2)) * dust)
    picture: Array = light[..., None] * rgb("b0a8d8") * 0.34
    for _ in range(2600):
        way = rng.standard_normal(3)
        way /= np.linalg.norm(way)
        column = int((np.arctan2(way[0], way[1]) / (2 * np.pi) + 0.5) * w) % w
        row = min(int((0.5 - np.arcsin(way[2]) / np.pi) * h), h - 2)
        wide = min(
            int(1 / max(np.cos(np.arcsin(way[2])), 0.08)), 10
        )  # a point stays round up there
        bright = rng.uniform(0.15, 1.0) ** 1.5
        picture[row, column : column + wide] += rgb("e6ecff") * bright
        if bright > 0.75:
            picture[row + 1, column : column + wide] += rgb("e6ecff") * bright * 0.6
    return picture
