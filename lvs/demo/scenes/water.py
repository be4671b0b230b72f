"""The sea, a lake under northern lights, a pool and a tank with goldfish."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from lvs.demo.paint import (
    Array,
    Draw,
    Stage,
    add,
    clouds,
    enlarged,
    finish,
    glow,
    image,
    rgb,
    ridge,
    sky,
    smooth,
    spot,
)


def sea_at_dusk(stage: Stage) -> Draw:
    """Waves to the horizon and the last sun on them."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    horizon, sun_x = int(h * 0.46), w * 0.58
    above = sky(horizon, w, [(0, "2b3a6b"), (0.45, "8a5a86"), (0.75, "e8805a"), (1, "ffc878")])
    veil = smooth(clouds(h, w, rng, 1.7)[: horizon * 2 : 2], 0.4, 0.9)[..., None]
    above += (rgb("ff9c7a") - above) * veil * 0.55
    sun = (sun_x, horizon * 0.86)
    above += glow(x, y[:horizon], sun, h * 0.4, 1.1)[..., None] * rgb("ff8a3c") * 0.6
    above += glow(x, y[:horizon], sun, h * 0.055, 8)[..., None] * rgb("fff0c0")
    land = horizon - h * 0.07 * ridge(w, rng, 1.5) * np.clip((x[0] / w - 0.62) * 6, 0, 1)
    land = np.minimum(land, horizon - h * 0.05 * np.clip(1 - x[0] / w * 4, 0, 1) ** 0.5)
    above = np.where((y[:horizon] > land)[..., None], rgb("3a2a44"), above)
    rows = np.arange(1, h - horizon + 1, dtype=np.float32)[:, None]
    far = h / rows
    place_x, place_z = (x - w / 2) * far / h * 2.2, far * 2.6
    spread = w * 0.02 + rows * 0.28
    path = np.exp(-(((x - sun_x) / spread) ** 2))
    swell = [
        (*rng.uniform((-1.1, 0.7), (1.1, 2.2)) * k, rng.uniform(0, 6)) for k in (1, 1.7, 3, 5, 8)
    ]
    dark = np.clip(1 - rows / (h * 0.75), 0.25, 1)[..., None]

    def draw(t: float) -> Array:
        wave = np.zeros((h - horizon, w), np.float32)
        for k, (kx, kz, phase) in enumerate(swell):
            wave += np.sin(kx * place_x + kz * place_z + phase + t * (1.1 + 0.5 * k)) / (
                1 + 0.55 * k
            )
        mirror = np.clip(horizon - rows * (0.85 + 0.22 * wave) - 1, 0, horizon - 1).astype(np.int32)
        sea = above[mirror, x.astype(np.int32)] * dark * rgb("b8c0e0")
        sparkle = smooth(wave, 0.5, 1.7) * path * np.clip(1.5 - rows / h * 2.2, 0.1, 1.3)
        sea += sparkle[..., None] * rgb("ffc070") * 1.3
        return finish(np.concatenate([above, sea]))

    return draw


def northern_lights(stage: Stage) -> Draw:
    """Curtains of light over a mountain lake."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    _, y = stage.grid()
    shore = int(h * 0.66)
    back = sky(shore, w, [(0, "060b22"), (0.6, "10254a"), (1, "2b5a6c")])
    for _ in range(700):
        size = 1 if rng.random() < 0.9 else 2
        add(
            back,
            spot(size, 0.6),
            rgb("dfe8ff") * rng.uniform(0.2, 0.9),
            (rng.uniform(0, w), rng.uniform(0, shore)),
        )
    night = image(finish(back))
    peaks = shore - h * (0.05 + 0.24 * ridge(w, rng, 1.35))
    depth = (y[:shore] - peaks) / (h * 0.2)
    snow = smooth(clouds(shore, w, rng, 1.2) - depth * 1.6, 0.1, 0.5)[..., None]
    rock = finish(rgb("0b1526") + snow * rgb("3f5f78") * 0.8)
    cover = Image.fromarray((np.clip(y[:shore] - peaks + 0.5, 0, 1) * 255).astype(np.uint8))
    curtains = [_curtain(w // 4, rng, k) for k in range(3)]
    rows = np.arange(h - shore)

    def draw(t: float) -> Array:
        light = np.zeros((shore // 4, w // 4, 3), np.float32)
        for curtain in curtains:
            light += curtain(t, shore // 4)
        scene = ImageChops.add(night, image(enlarged(finish(light), w, shore)))
        scene.paste(image(rock), (0, 0), cover)
        upper = np.asarray(scene)
        ripple = 2.2 * np.sin(rows * 0.5 - t * 2.2) * (0.3 + rows / 90)
        mirror = np.clip(shore - 1 - rows * 1.35 - ripple, 0, shore - 1).astype(np.int32)
        water = (upper[mirror] * np.array([0.5, 0.62, 0.7], np.float32)).astype(np.uint8)
        return np.concatenate([upper, water])

    return draw


def _curtain(width: int, rng: np.random.Generator, number: int) -> Callable[[float, int], Array]:
    """What draws the light of one curtain at a time, in a plane of a height."""
    folds, rays = ridge(width * 4, rng, 1.6), ridge(width * 4, rng, 0.6)
    veil = ridge(width * 4, rng, 1.1)
    hues = (("4dff9a", "9a5cff"), ("3df0b0", "ff5fa8"), ("7dff70", "5c8cff"))[number]
    low, high = rgb(hues[0]), rgb(hues[1])

    def light(t: float, height: int) -> Array:
        shift = [int(t * speed) for speed in (2.4, 7.5, 4.0)]
        fold = np.roll(folds, -shift[0])[:width]
        foot = height * (0.42 + 0.16 * number + 0.34 * (fold - 0.5))
        strength = (0.25 + 0.75 * np.roll(rays, shift[1])[:width]) * np.roll(veil, shift[2])[:width]
        y = np.arange(height, dtype=np.float32)[:, None]
        up = (foot - y) / (height * 0.34)
        body = np.where(up > 0, np.exp(-up * 1.5), np.exp(-((up * 9) ** 2))) * strength
        hue = np.clip(up * 0.75, 0, 1)[..., None]
        result: Array = body[..., None] * (low * (1 - hue) + high * hue) * 1.9
        return result

    return light


def pool(stage: Stage) -> Draw:
    """Light of the sun on the tiles of a pool."""
    w, h = stage.width, stage.height
    x, y = stage.grid()
    scale = 2 * np.pi * 2.2 / h
    px, py = x * scale % (2 * np.pi) - 250, y * scale % (2 * np.pi) - 250
    px, py = np.broadcast_to(px, (h, w)), np.broadcast_to(py, (h, w))
    tile = h / 7

    def draw(t: float) -> Array:
        bright = _caustics(px, py, 0.55 * t + 23)
        tx, ty = x + 9 * np.sin(y * 0.03 + t * 1.1), y + 9 * np.sin(x * 0.025 + t * 1.3)
        grout = np.minimum(np.abs(tx % tile - tile / 2), np.abs(ty % tile - tile / 2))
        checks = ((tx // tile + ty // tile) % 3)[..., None] * 0.035
        floor = rgb("2fb6c6") + checks - (1 - smooth(grout, 0.6, 2.6))[..., None] * rgb("0c4a50")
        floor = floor * (0.62 + 0.35 * (1 - y / h))[..., None]
        return finish(
            floor * (0.7 + 0.7 * bright[..., None]) * 1.12
            + (bright**2)[..., None] * rgb("fff6d0") * 0.5
        )

    return draw


def _caustics(px: Array, py: Array, time: float) -> Array:
    """After "Water turbulence" by joltz0r and David Hoskins: sines that bend each other."""
    ix, iy = px, py
    total = np.ones_like(px)
    for n in range(5):
        t = time * (1 - 3.5 / (n + 1))
        ix, iy = px + np.cos(t - ix) + np.sin(t + iy), py + np.sin(t - iy) + np.cos(t + ix)
        total += 1 / np.hypot(px / (np.sin(ix + t) / 0.005), py / (np.cos(iy + t) / 0.005))
    result: Array = np.clip(np.abs(1.17 - (total / 5) ** 1.4) ** 8, 0, 1)
    return result


def goldfish(stage: Stage) -> Draw:
    """A tank with goldfish, plants and bubbles."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    floor = h * 0.88 - 10 * ridge(w, rng, 1.4)
    back = sky(h, w, [(0, "9fe8ea"), (0.25, "3fb0c8"), (0.8, "0f5a86"), (1, "0b3f66")])
    gravel = clouds(h, w, rng, 0.5)[..., None] * rgb("e8c890") * 0.75 + rgb("6a4a38") * 0.4
    back = np.where((y > floor)[..., None], gravel, back)
    rays = [
        (rng.uniform(0, w), rng.uniform(-0.25, 0.25), rng.uniform(0.03, 0.08)) for _ in range(7)
    ]
    fish = [
        (
            rng.uniform(0.12, 0.26),
            rng.uniform(0.15, 0.75),
            rng.uniform(0.05, 0.11),
            rng.uniform(0, 9),
            k,
        )
        for k in range(6)
    ]
    sprites = [
        [_fish(int(w * size), phase, kind) for phase in range(8)] for size, _, _, _, kind in fish
    ]
    plants = [(rng.uniform(0, w), rng.uniform(0.2, 0.5) * h, rng.uniform(0, 6)) for _ in range(16)]
    bubbles = [(rng.uniform(0, w), rng.uniform(0, h), rng.uniform(2, 6)) for _ in range(26)]

    def draw(t: float) -> Array:
        light = sum(
            np.exp(-(((x - at - (lean + 0.05 * np.sin(t * 0.5 + at)) * y) / (w * wide)) ** 2))
            for at, lean, wide in rays
        )
        scene = image(finish(back + (light * (1 - y / h) * 0.13)[..., None]))
        pen = ImageDraw.Draw(scene)
        for at, tall, phase in plants:
            _plant(pen, at, h * 0.93, tall, phase, t)
        for place, (_size, level, speed, phase, kind) in enumerate(fish):
            way = (t * speed + phase) % 2.6 - 0.4
            right = kind % 2 == 0
            sprite = sprites[place][int(t * 9 + phase) % 8]
            sprite = sprite if right else sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            left = w * (way if right else 1.6 - way) - sprite.width / 2
            top = h * (level + 0.03 * np.sin(t + phase)) - sprite.height / 2
            scene.paste(sprite, (int(left), int(top)), sprite)
        for at, start, r in bubbles:
            by, bx = (start - t * (40 + 8 * r)) % h, at + 6 * np.sin(t * 2 + start)
            pen.ellipse((bx - r, by - r, bx + r, by + r), outline=(210, 245, 250))
        return np.asarray(scene)

    return draw


def _plant(
    pen: ImageDraw.ImageDraw, at: float, foot: float, tall: float, phase: float, t: float
) -> None:
    points = []
    for part in range(13):
        share = part / 12
        points.append(
            (at + share**1.5 * 40 * np.sin(t * 0.9 + phase + share * 2), foot - tall * share)
        )
    green = (24 + int(phase * 8), 120 + int(phase * 12), 62)
    for part in range(12):
        pen.line((points[part], points[part + 1]), green, max(2, 13 - part))


def _fish(size: int, phase: int, kind: int) -> Image.Image:
    """A fish that swims to the right; the tail is at one of eight phases."""
    body = (
        (255, 140, 30),
        (255, 96, 40),
        (255, 190, 60),
        (250, 120, 60),
        (240, 240, 236),
        (255, 165, 40),
    )[kind]
    fin = tuple(int(part * 0.86) for part in body)
    s = size * 2
    picture = Image.new("RGBA", (s, s * 6 // 10), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    m, swing = s * 0.3, np.sin(phase / 8 * 2 * np.pi) * s * 0.05
    pen.polygon(
        [
            (s * 0.36, m),
            (s * 0.02, m - s * 0.16 + swing),
            (s * 0.12, m + swing),
            (s * 0.02, m + s * 0.16 + swing),
        ],
        (*fin, 235),
    )
    pen.polygon(
        [(s * 0.4, m - s * 0.1), (s * 0.52, m - s * 0.25), (s * 0.74, m - s * 0.1)], (*fin, 235)
    )
    pen.polygon(
        [(s * 0.5, m + s * 0.1), (s * 0.46, m + s * 0.23 + swing / 2), (s * 0.62, m + s * 0.12)],
        (*fin, 235),
    )
    for ring in range(14):
        share = ring / 13
        tone = tuple(min(255, int(part * (0.78 + 0.3 * share))) for part in body)
        lift = m - s * 0.04 * share
        pen.ellipse(
            (
                s * (0.28 + 0.1 * share),
                lift - s * 0.15 * (1 - 0.7 * share),
                s * (0.94 - 0.12 * share),
                lift + s * 0.15 * (1 - 0.75 * share),
            ),
            (*tone, 255),
        )
    pen.ellipse((s * 0.8, m - s * 0.06, s * 0.86, m), (250, 250, 250, 255))
    pen.ellipse((s * 0.82, m - s * 0.05, s * 0.855, m - s * 0.012), (20, 20, 24, 255))
    return picture.resize((size, size * 6 // 10), Image.Resampling.LANCZOS)
