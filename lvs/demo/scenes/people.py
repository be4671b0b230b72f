"""A concert, a birthday, a kite and a garden."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from lvs.demo.layers import compose, hills, layer
from lvs.demo.music import BEAT_S
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
    rgb8,
    ridge,
    sky,
    smooth,
    spot,
)


def concert(stage: Stage) -> Draw:
    """Beams of light over a crowd; they move and flash with the beat of `music.live`."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = (
        np.arange(w // 4, dtype=np.float32)[None, :],
        np.arange(h // 4, dtype=np.float32)[:, None],
    )
    lamps = [w / 4 * (0.08 + 0.12 * k) for k in range(8)]
    angles = [np.arctan2(x - at, y + 6) for at in lamps]
    haze = 0.55 + 0.45 * clouds(h // 4, w // 4, rng, 1.5)
    falling = np.exp(-y / h * 5.5) * haze
    floor = glow(x, y, (w / 8, h / 4 * 0.72), h / 9, 1.4)
    crowd, band = _crowd(w, h, rng), _band(w, h)
    moods = (("ff2a6a", "3a6aff"), ("ff9a2a", "c02aff"), ("20e0c0", "2a5aff"), ("ff4a3a", "ffd23a"))

    def draw(t: float) -> Array:
        beat = t / BEAT_S
        kick = np.exp(-(beat % 1) * 3.5)
        pair = moods[int(beat // 16) % len(moods)]
        light = np.zeros((h // 4, w // 4, 3), np.float32) + rgb(pair[1]) * 0.06
        for k, angle in enumerate(angles):
            aim = 0.55 * np.sin(beat * np.pi / 8 + k * 0.75) + 0.12 * np.sin(beat * np.pi / 2)
            beam = np.exp(-(((angle - aim) / 0.085) ** 2)) * falling
            light += beam[..., None] * rgb(pair[k % 2]) * (0.75 + 0.5 * kick)
        light += floor[..., None] * rgb("ffd8b0") * (0.35 + 0.35 * kick)
        scene = image(enlarged(finish(light), w, h))
        for at, colour in ((k, rgb8(pair[n % 2])) for n, k in enumerate(lamps)):
            pen = ImageDraw.Draw(scene)
            pen.ellipse(
                (at * 4 - 9, 6, at * 4 + 9, 24), tuple(min(255, part + 110) for part in colour)
            )
        scene.paste((8, 6, 14), (0, 0), band)
        bounce = int(7 * abs(np.sin(beat * np.pi / 2)))
        scene.paste((12, 8, 18), (0, 8 - bounce), crowd)
        return np.asarray(scene)

    return draw


def _crowd(w: int, h: int, rng: np.random.Generator) -> Image.Image:
    mask = Image.new("L", (w, h + 8), 0)
    pen = ImageDraw.Draw(mask)
    for _ in range(85):
        at, near = rng.uniform(0, w), rng.uniform(0, 1)
        r, top = h * (0.022 + 0.022 * near), h * (0.86 + 0.08 * near)
        pen.ellipse((at - r, top - r, at + r, top + r * 1.3), 255)
        pen.rounded_rectangle((at - 2.1 * r, top + r * 1.2, at + 2.1 * r, h + 8), r, 255)
        if rng.random() < 0.32:
            side = rng.choice((-1, 1))
            hand = (at + side * r * rng.uniform(1.2, 2.2), top - r * rng.uniform(2.5, 4.2))
            pen.line(((at + side * 1.7 * r, top + 1.6 * r), hand), 255, max(3, int(r * 0.6)))
            pen.ellipse(
                (hand[0] - r * 0.4, hand[1] - r * 0.5, hand[0] + r * 0.4, hand[1] + r * 0.4), 255
            )
    return mask.filter(ImageFilter.GaussianBlur(0.7))


def _band(w: int, h: int) -> Image.Image:
    """Three players and their stage."""
    mask = Image.new("L", (w, h), 0)
    pen = ImageDraw.Draw(mask)
    floor, u = h * 0.8, h * 0.016
    pen.rectangle((0, floor, w, h), 255)
    for at, lean in ((0.34, -1), (0.5, 1), (0.66, 1)):
        x = w * at
        pen.ellipse((x - 1.5 * u, floor - 15 * u, x + 1.5 * u, floor - 11.6 * u), 255)
        pen.rounded_rectangle((x - 2.2 * u, floor - 11.6 * u, x + 2.2 * u, floor - 5.6 * u), u, 255)
        pen.polygon(
            [
                (x - 2 * u, floor - 6 * u),
                (x + 2 * u, floor - 6 * u),
                (x + 2.6 * u, floor),
                (x + u, floor),
                (x, floor - 4.6 * u),
                (x - u, floor),
                (x - 2.6 * u, floor),
            ],
            255,
        )
        pen.line(
            (x - 5 * u * lean, floor - 5.8 * u, x + 7 * u * lean, floor - 9.6 * u),
            255,
            int(u * 0.7),
        )
        pen.ellipse(
            (
                x - 4.4 * u * lean - 2.2 * u,
                floor - 8 * u,
                x - 4.4 * u * lean + 2.2 * u,
                floor - 4.4 * u,
            ),
            255,
        )
        pen.line((x - lean * 3 * u, floor, x - lean * 3 * u, floor - 12 * u), 255, 2)
    return mask


def birthday(stage: Stage) -> Draw:
    """A cake with candles, filmed upright."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    back = sky(h, w, [(0, "4a2438"), (0.5, "8a4a48"), (0.66, "b06a50"), (1, "5a3030")])
    for _ in range(40):
        tone = rgb(str(rng.choice(("ffb060", "ff80a0", "ffe0a0", "90b0ff")))) * rng.uniform(
            0.08, 0.3
        )
        add(
            back,
            spot(int(rng.uniform(12, 42)), 1.0),
            tone,
            (rng.uniform(0, w), rng.uniform(0, h * 0.58)),
        )
    base = image(finish(back))
    _cake(ImageDraw.Draw(base), w, h, rng)
    cake = np.asarray(base, np.float32) / 255
    candles = [
        (w * (0.5 + 0.085 * (k - 2.5)), h * (0.455 + 0.012 * ((k * 2) % 3))) for k in range(6)
    ]
    flame = spot(10) * np.exp(-((np.arange(-10, 11, dtype=np.float32)[None, :] / 3.6) ** 2))
    warm = glow(x, y, (w / 2, h * 0.44), h * 0.3, 1.3)[..., None] * rgb("ff9a40")

    def draw(t: float) -> Array:
        flicker = 1 + 0.07 * np.sin(t * 9) + 0.05 * np.sin(t * 23)
        scene = cake * 0.92 + warm * 0.34 * flicker
        for k, (at, top) in enumerate(candles):
            sway = 1.6 * np.sin(t * 6 + k * 2)
            add(scene, spot(30), rgb("ff9030") * 0.5 * flicker, (at, top - 8))
            for part in range(4):
                add(scene, flame, rgb("ffe090") * 0.8, (at + sway * part / 3, top - 4 - 4 * part))
        shift = round(2 * np.sin(t * 1.1)), round(2.5 * np.sin(t * 0.8 + 1))
        return np.roll(finish(scene), shift, (0, 1))

    return draw


def _cake(pen: ImageDraw.ImageDraw, w: int, h: int, rng: np.random.Generator) -> None:
    pen.rectangle((0, h * 0.78, w, h), (112, 62, 48))
    for line in range(6):
        pen.line((0, h * (0.8 + 0.036 * line), w, h * (0.795 + 0.038 * line)), (98, 52, 40), 2)
    pen.ellipse((w * 0.08, h * 0.75, w * 0.92, h * 0.86), (238, 232, 226))
    for low, high, half, body, top in (
        (0.62, 0.8, 0.36, "f4d2c4", "fff0e6"),
        (0.48, 0.63, 0.27, "f7b6bf", "fff2f0"),
    ):
        left, right, lid = w * (0.5 - half), w * (0.5 + half), h * 0.035
        pen.rectangle((left, h * low, right, h * high), rgb8(body))
        pen.ellipse((left, h * high - lid, right, h * high + lid), rgb8(body))
        for k in range(11):
            at, r = left + (right - left) * (k + 0.5) / 11, (right - left) / 19
            drip = h * rng.uniform(0.02, 0.05)
            pen.rounded_rectangle((at - r, h * low, at + r, h * low + lid + drip), r, rgb8(top))
        pen.ellipse((left, h * low - lid, right, h * low + lid), rgb8(top))
    colours = ("58b4e8", "f06a8a", "ffd060", "7ad08a", "c08af0", "ff9a5a")
    for _ in range(90):
        at, level = w * rng.uniform(0.17, 0.83), h * rng.uniform(0.66, 0.81)
        pen.line((at, level, at + rng.uniform(-6, 6), level + 5), rgb8(str(rng.choice(colours))), 3)
    for k in range(6):
        at, wick = w * (0.5 + 0.085 * (k - 2.5)), h * (0.46 + 0.012 * ((k * 2) % 3))
        pen.rectangle((at - 4, wick, at + 4, h * 0.485), rgb8(colours[k]))


def kite(stage: Stage) -> Draw:
    """A kite over the beach, filmed upright and by hand."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    wide, tall = w + 40, h + 40
    back = sky(tall, wide, [(0, "2f7fd0"), (0.45, "8cc8f0"), (0.62, "e6f2f4"), (1, "e6f2f4")])
    veil = smooth(clouds(tall, tall, rng, 1.6)[:, :wide], 0.5, 0.95)[..., None]
    back += (1 - back) * veil * 0.85
    y = np.arange(tall, dtype=np.float32)[:, None]
    sea, sand = h * 0.68, h * 0.8 + 10 * ridge(wide, rng, 1.5)
    streaks = clouds(tall, wide, rng, 0.9)[..., None]
    back = np.where((y > sea)[..., None], rgb("2a8fb0") * (0.75 + 0.35 * streaks), back)
    back = np.where((y > sand)[..., None], rgb("f0d8a4") * (0.86 + 0.16 * streaks), back)
    foam = np.abs(y - sand) < 4 + 3 * ridge(wide, rng, 0.8)
    back = np.where(foam[..., None], rgb("f6fbfb"), back)
    beach = image(finish(back))
    _child(ImageDraw.Draw(beach), w * 0.3, h * 0.93, h * 0.011)

    def draw(t: float) -> Array:
        shift = 20 + 12 * np.sin(t * 0.7) + 2 * np.sin(t * 3.1), 20 + 10 * np.sin(t * 0.5 + 1)
        scene = beach.crop((int(shift[0]), int(shift[1]), int(shift[0]) + w, int(shift[1]) + h))
        pen = ImageDraw.Draw(scene)
        at = w * (0.6 + 0.2 * np.sin(t * 0.8)), h * (0.24 + 0.08 * np.sin(t * 1.3))
        turn = 0.35 * np.cos(t * 0.8) + 0.5
        hand = (w * 0.3 + 22 - shift[0], h * 0.855 - shift[1] + 4)
        middle = ((at[0] + hand[0]) / 2 - 20, (at[1] + hand[1]) / 2 + 60)
        curve = [_bend(at, middle, hand, k / 14) for k in range(15)]
        pen.line(curve, (250, 250, 250), 1)
        _kite(pen, at, turn, h * 0.085, t)
        return np.asarray(scene)

    return draw


def _bend(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], s: float
) -> tuple[float, float]:
    """A point of a quadratic Bézier curve."""
    return (
        (1 - s) ** 2 * a[0] + 2 * s * (1 - s) * b[0] + s * s * c[0],
        (1 - s) ** 2 * a[1] + 2 * s * (1 - s) * b[1] + s * s * c[1],
    )


def _kite(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], turn: float, size: float, t: float
) -> None:
    def point(across: float, down: float) -> tuple[float, float]:
        return (
            at[0] + size * (across * np.cos(turn) - down * np.sin(turn)),
            at[1] + size * (across * np.sin(turn) + down * np.cos(turn)),
        )

    top, left, right, foot = point(0, -1), point(-0.7, -0.1), point(0.7, -0.1), point(0, 1.3)
    middle = point(0, -0.1)
    for corners, colour in (
        ((top, left), "f0503c"),
        ((top, right), "ffc83c"),
        ((foot, left), "3ca0e6"),
        ((foot, right), "e63c78"),
    ):
        pen.polygon([corners[0], corners[1], middle], rgb8(colour))
    tail = [point(0.18 * np.sin(k * 0.9 - t * 6) * k / 6, 1.3 + k * 0.32) for k in range(11)]
    pen.line(tail, (250, 240, 230), 2)
    for k in range(2, 11, 2):
        x, y = tail[k]
        pen.polygon(
            [(x - 9, y - 5), (x + 9, y + 5), (x + 9, y - 5), (x - 9, y + 5)],
            rgb8("f0503c" if k % 4 else "ffc83c"),
        )


def _child(pen: ImageDraw.ImageDraw, x: float, y: float, u: float) -> None:
    pen.ellipse((x - 5 * u, y + 2 * u, x + 9 * u, y + 4 * u), (206, 180, 132))
    pen.line((x - u, y + 3 * u, x - 0.6 * u, y - u), (60, 74, 120), int(1.5 * u))
    pen.line((x + 1.6 * u, y + 3 * u, x + u, y - u), (60, 74, 120), int(1.5 * u))
    pen.rounded_rectangle((x - 2 * u, y - 6 * u, x + 2.2 * u, y), u, (236, 96, 70))
    pen.line((x + 1.4 * u, y - 5 * u, x + 22, y - 8 * u), (236, 96, 70), int(1.2 * u))
    pen.ellipse((x - 1.6 * u, y - 9.4 * u, x + 1.8 * u, y - 6 * u), (240, 200, 168))
    pen.pieslice((x - 1.9 * u, y - 9.8 * u, x + 2 * u, y - 6 * u), 170, 372, (90, 56, 36))


def garden(stage: Stage) -> Draw:
    """Flowers in the wind before green hills; the date stands in the corner, as in 1998."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    back = sky(h, w, [(0, "5aa0d8"), (0.5, "d4e8f0"), (1, "e8f0e0")])
    veil = smooth(clouds(h, w, rng, 1.6), 0.5, 0.95)[..., None]
    base = image(finish(back + (1 - back) * veil * 0.8))
    layers = []
    for depth, (near, far) in enumerate(
        (("9cc08a", "a8cc90"), ("6aa052", "86b860"), ("3f7a34", "5a9a40"))
    ):
        crest = h * (0.46 + 0.09 * depth - 0.1 * ridge(w, rng, 1.7))
        layers.append(layer(hills(h, crest, near, far), 0))
    scenery = compose(base, layers, 0)
    flowers = sorted(
        (rng.uniform(0.68, 1.04), rng.uniform(0, 1), int(rng.integers(0, 5))) for _ in range(130)
    )
    petals = ("f04a5a", "ffd23c", "f078c0", "ffffff", "9a6af0")

    def draw(t: float) -> Array:
        scene = scenery.copy()
        pen = ImageDraw.Draw(scene)
        for level, at, kind in flowers:
            near = (level - 0.6) * 2.2
            tall, r = h * 0.14 * near, h * 0.02 * near
            sway = tall * 0.25 * np.sin(t * 1.7 + at * 9 + level * 20)
            x, y = at * w, h * level
            pen.line((x, y + tall * 0.4, x + sway, y - tall), (52, 110, 44), max(1, int(3 * near)))
            for k in range(6):
                px, py = (
                    x + sway + r * np.cos(k * 1.047 + at * 6),
                    y - tall + r * np.sin(k * 1.047 + at * 6),
                )
                pen.ellipse(
                    (px - r * 0.6, py - r * 0.6, px + r * 0.6, py + r * 0.6), rgb8(petals[kind])
                )
            pen.ellipse(
                (x + sway - r * 0.5, y - tall - r * 0.5, x + sway + r * 0.5, y - tall + r * 0.5),
                (250, 190, 50),
            )
        return np.asarray(scene)

    return draw
