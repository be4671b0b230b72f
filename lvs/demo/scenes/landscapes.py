"""Mountains, snow and flights over wild country."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from lvs.demo.layers import Layer, compose, hills, layer, mist, spare_width, strip, trees
from lvs.demo.paint import (
    Array,
    Draw,
    Stage,
    Stop,
    clouds,
    finish,
    glow,
    gradient,
    image,
    mix,
    rgb,
    ridge,
    sky,
    smooth,
)
from lvs.demo.terrain import Eye, Land, Lens, flat_lens, lit, view


def misty_mountains(stage: Stage) -> Draw:
    """Six ridges with fog between them while the sun rises."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    stops: list[Stop] = [(0, "2f4a78"), (0.3, "8d7fa0"), (0.5, "f0a07c"), (0.62, "ffd9a0")]
    dawn = sky(h, w, [*stops, (1, "ffe2b8")])
    veil = (
        smooth(clouds(h, w, rng, 1.7), 0.45, 0.95)[:, :, None] * np.clip(1 - y / h, 0, 1)[..., None]
    )
    dawn = dawn * (1 - 0.35 * veil) + rgb("ffb9a0") * 0.35 * veil
    dawn += glow(x, y, (w * 0.64, h * 0.42), h * 0.75, 1.2)[..., None] * rgb("ff9a50") * 0.4
    background = image(finish(dawn))
    sun = _sun(h)
    layers: list[Layer] = []
    for depth in range(6):
        near = depth / 5
        speed = 2 + 26 * near**2
        wide = spare_width(w, speed, stage.seconds)
        crest = h * (
            0.44 + 0.09 * depth - (0.2 - 0.08 * near) * ridge(wide, rng, 1.35 - 0.12 * near)
        )
        if depth >= 3:
            crest = trees(
                crest, rng, wide // (9 if depth == 3 else 16), h * (0.035, 0.075, 0.17)[depth - 3]
            )
        colour = mix("c98f88", "141d2b", near**0.7)
        haze = mix("ffd3a8", "5b5a70", near)
        layers.append(layer(hills(h, crest, colour, mix(haze, colour, near * 0.6)), speed))
        if depth < 5:
            fog = mist(
                int(h * 0.3), wide + 240, rng, mix("ffe6c8", "c9b4b8", near), 0.95 - 0.35 * near
            )
            layers.append(layer(fog, speed + 6, int(h * (0.42 + 0.09 * depth))))

    def draw(t: float) -> Array:
        base = background.copy()
        rise = int(h * (0.36 - 0.1 * t / stage.seconds))
        base.paste(sun, (int(w * 0.64) - sun.width // 2, rise - sun.height // 2), sun)
        return np.asarray(compose(base, layers, t))

    return draw


def _sun(size: int) -> Image.Image:
    half = size // 3
    x = np.arange(-half, half, dtype=np.float32)
    far = np.hypot(x[None, :], x[:, None]) / half
    alpha = np.exp(-((far / 0.16) ** 6)) + 0.6 * np.exp(-((far / 0.4) ** 1.6)) * (1 - far).clip(
        0, 1
    )
    pixels = np.dstack([np.broadcast_to(rgb("fff1d0"), (*far.shape, 3)), alpha.clip(0, 1)])
    return strip(pixels)


def first_snow(stage: Stage) -> Draw:
    """A cabin in a forest at the blue hour, snow falling."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    back = sky(h, w, [(0, "33507f"), (0.45, "7f93b8"), (0.7, "d8c6cf"), (1, "e9eaf2")])
    base = image(finish(back))
    layers: list[Layer] = []
    for depth in range(4):
        near = depth / 3
        wide = spare_width(w, 3 + 9 * near, stage.seconds)
        crest = h * (0.5 + 0.1 * depth - 0.09 * ridge(wide, rng, 1.5))
        forest = trees(crest, rng, wide // 14, h * (0.09 + 0.17 * near))
        dark = mix("8fa2c2", "1d3045", near)
        layers.append(layer(hills(h, forest, dark, mix(dark, "dfe6f2", 0.5)), 3 + 9 * near))
        if depth == 3:
            layers.append(layer(_cabin(w, h, stage.seconds, 9), 9))
        white = mix("c9d4e8", "eef2fa", near)
        layers.append(layer(hills(h, crest + h * 0.02, white, "b4c4de"), 3 + 9 * near))
    flakes = [_flakes(w, h, rng, size) for size in (1.2, 2.4, 5.0)]

    def draw(t: float) -> Array:
        scene = compose(base.copy(), layers, t)
        for place, mask in enumerate(flakes):
            fall = t * h * (0.06, 0.13, 0.27)[place]
            sway = 14 * np.sin(t * 0.8 + place) - t * (8, 18, 40)[place]
            scene.paste((250, 252, 255), (0, 0), ImageChops.offset(mask, int(sway), int(fall)))
        return np.asarray(scene)

    return draw


def _flakes(w: int, h: int, rng: np.random.Generator, size: float) -> Image.Image:
    mask = Image.new("L", (w, h), 0)
    pen = ImageDraw.Draw(mask)
    for _ in range(int(1100 / size)):
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), size * rng.uniform(0.6, 1.2)
        pen.ellipse((x - r, y - r, x + r, y + r), int(rng.uniform(120, 235)))
    return mask.filter(ImageFilter.GaussianBlur(size * 0.35))


def _cabin(w: int, h: int, seconds: float, speed: float) -> Array:
    picture = Image.new("RGBA", (spare_width(w, speed, seconds), h), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    x, y, u = w * 0.62, h * 0.83, h * 0.021
    lamp = Image.new("RGBA", picture.size, (255, 190, 100, 0))
    ImageDraw.Draw(lamp).ellipse(
        (x - 14 * u, y - 13 * u, x + 14 * u, y + 7 * u), (255, 190, 100, 120)
    )
    picture.alpha_composite(lamp.filter(ImageFilter.GaussianBlur(4 * u)))
    pen.polygon(
        [(x - 6 * u, y), (x - 6 * u, y - 5 * u), (x + 6 * u, y - 5 * u), (x + 6 * u, y)],
        (74, 46, 33),
    )
    for board in range(5):
        pen.line((x - 6 * u, y - board * u, x + 6 * u, y - board * u), (52, 32, 24), 2)
    pen.polygon(
        [(x - 7.4 * u, y - 4.6 * u), (x, y - 10 * u), (x + 7.4 * u, y - 4.6 * u)], (235, 240, 250)
    )
    pen.polygon(
        [(x - 5.6 * u, y - 4.8 * u), (x, y - 8.8 * u), (x + 5.6 * u, y - 4.8 * u)], (74, 46, 33)
    )
    pen.rectangle((x + 3 * u, y - 11 * u, x + 4.6 * u, y - 7 * u), (66, 56, 60))
    pen.rectangle((x + 2.8 * u, y - 11.6 * u, x + 4.8 * u, y - 10.8 * u), (240, 244, 250))
    for left in (-4.4, 2.0):
        pen.rectangle(
            (x + left * u, y - 3.8 * u, x + (left + 2.4) * u, y - 1.6 * u), (255, 206, 110)
        )
        middle = x + (left + 1.2) * u
        pen.line((middle, y - 3.8 * u, middle, y - 1.6 * u), (96, 58, 36), 2)
    pen.rectangle((x - 1 * u, y - 3.4 * u, x + 1 * u, y), (110, 60, 36))
    pen.ellipse((x - 9 * u, y - 0.5 * u, x + 9 * u, y + 2 * u), (226, 233, 245))
    return np.asarray(picture, np.float32) / 255


def alps(rng: np.random.Generator, side: int = 1536) -> Land:
    """High mountains with snow, rock, forest and lakes."""
    broad = clouds(side, side, rng, 2.4)
    sharp = 1 - np.abs(2 * clouds(side, side, rng, 1.9) - 1)
    fine = clouds(side, side, rng, 1.3)
    heights = 285 * (broad**1.3 * (0.35 + 0.65 * sharp**1.6) + 0.05 * fine)
    water = 45.0
    light = lit(heights, (-0.62, 0.35, 0.42))
    dx = np.roll(heights, -1, 1) - np.roll(heights, 1, 1)
    dy = np.roll(heights, -1, 0) - np.roll(heights, 1, 0)
    steep = np.hypot(dx, dy) / 2
    ground = gradient(
        heights / 285 + 0.12 * (fine - 0.5),
        [(0, "5c7a3a"), (0.3, "2f5230"), (0.45, "4c5a40"), (0.6, "75706a"), (1, "8d8884")],
    )
    rock = rgb("6d655f") * (0.7 + 0.5 * fine[..., None])
    ground += (rock - ground) * smooth(steep, 0.9, 2.2)[..., None]
    snow = (smooth(heights + 70 * (fine - 0.5), 165, 205) * (1 - 0.75 * smooth(steep, 1.8, 3.4)))[
        ..., None
    ]
    ground += (rgb("f4f7ff") - ground) * snow
    shade = light[..., None] * rgb("fff0d8") * 1.0 + rgb("5a78b0") * 0.4
    colours = ground * shade
    lake = smooth(water - heights, -0.6, 0.6)[..., None]
    colours += (rgb("2c6f8f") * (0.85 + 0.3 * fine[..., None]) - colours) * lake
    return Land(
        np.maximum(heights, water).astype(np.float32), np.clip(colours, 0, 1.2).astype(np.float32)
    )


def over_the_alps(stage: Stage) -> Draw:
    """A flight between the peaks, clouds above."""
    rng = stage.rng()
    land = alps(rng)
    lens = flat_lens(stage.width, stage.height, 0.24, 0.9)
    stops: list[Stop] = [(0, "2f68b0"), (0.35, "7fb0df"), (0.55, "d9e6ee"), (1, "e6ebee")]
    return _flight(stage, land, lens, stops, ("cfdcea", 0.8), (34.0, 0.6, 235.0))


def dunes(rng: np.random.Generator, side: int = 1536) -> Land:
    """Sand: long crests, steep on one side, with ripples."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    bend = clouds(side, side, rng, 2.2)
    phase = (6 * x + 2 * y + 2.1 * bend) % 1
    crest = np.where(phase < 0.74, smooth(phase, 0, 0.74), 1 - smooth(phase, 0.74, 1))
    tall = 0.3 + 0.7 * clouds(side, side, rng, 2.3)
    heights = 80 * crest * tall + 50 * clouds(side, side, rng, 2.6)
    ripples = np.sin((70 * x + 130 * y + 18 * bend) * 2 * np.pi) * 0.05
    light = lit(heights, (0.75, -0.25, 0.34)) + ripples
    grain = clouds(side, side, rng, 0.4) * 0.1
    colours = gradient(
        np.clip(light * 0.78 + grain, 0, 1),
        [(0, "5a2a2e"), (0.22, "8a4030"), (0.5, "d07a3a"), (0.8, "f6b868"), (1, "ffdf9e")],
    )
    return Land(heights.astype(np.float32), colours)


def desert(stage: Stage) -> Draw:
    """A slow flight over dunes in the evening."""
    land = dunes(stage.rng())
    lens = flat_lens(stage.width, stage.height, 0.26, 0.8)
    stops: list[Stop] = [(0, "3f6ea8"), (0.4, "a9b8c0"), (0.6, "f3cf9c"), (1, "f6c890")]
    return _flight(stage, land, lens, stops, ("f2c899", 1.0), (24.0, 0.7, 128.0))


def _flight(
    stage: Stage,
    land: Land,
    lens: Lens,
    stops: list[Stop],
    haze: tuple[str, float],
    way: tuple[float, float, float],
) -> Draw:
    """Over a land on a swinging way: `way` is speed, direction and height; `haze` colour and
    thickness."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    speed, heading, height = way
    upper = int(lens.horizon) + 4
    wide = w * 2
    forms = smooth(clouds(upper * 2, wide, rng, 1.55), 0.5, 0.98)[:upper]
    fade = np.linspace(1, 0.25, upper, dtype=np.float32)[:, None]
    back = sky(h, wide, [(place * lens.horizon / h * 1.6, colour) for place, colour in stops])
    back[:upper] += (rgb("ffffff") - back[:upper]) * (forms * fade * 0.8)[..., None]
    far = rgb(haze[0])

    def draw(t: float) -> Array:
        turn = heading + 0.28 * np.sin(t * 0.21)
        x = 300 + speed * (t * np.sin(heading) + 1.3 * np.sin(t * 0.2))
        y = 300 + speed * t * np.cos(heading)
        eye = Eye(x, y, height + 8 * np.sin(t * 0.3), turn)
        picture, share = view(land, eye, lens)
        fog = (1 - np.exp(-((share * haze[1] * 1.5) ** 2)))[..., None]
        picture = picture + (far - picture) * fog
        left = int(turn * w / 1.6 + t * 3) % (wide - w)
        return finish(np.where((share > 1)[..., None], back[:, left : left + w], picture))

    return draw
