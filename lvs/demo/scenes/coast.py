"""A harbour in five moods, a lighthouse, an old town and boats of paper."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from lvs.demo.layers import compose, hills, layer, mist, spare_width
from lvs.demo.paint import (
    Array,
    Draw,
    Stage,
    Stop,
    clouds,
    finish,
    glow,
    image,
    mix,
    rgb,
    rgb8,
    ridge,
    sky,
    smooth,
)

# Sky from top to horizon, the colour of light and how much of it houses take, lit windows, haze.
MOODS: dict[str, tuple[list[Stop], str, float, bool, float]] = {
    "dawn": ([(0, "5a7ab8"), (0.5, "f0b0a0"), (1, "ffe0b0")], "ffb890", 0.35, True, 0.2),
    "fog": ([(0, "9aa8b0"), (0.5, "b8c2c6"), (1, "ccd2d2")], "bcc6ca", 0.6, True, 0.9),
    "noon": ([(0, "2a7ad0"), (0.6, "90c8f0"), (1, "dff0f6")], "ffffff", 0.0, False, 0.0),
    "winter": ([(0, "1a2450"), (0.6, "4a5a90"), (1, "a8a0c0")], "3a4a80", 0.5, True, 0.1),
    "sunset": ([(0, "4a2a6a"), (0.5, "d0506a"), (1, "ffb060")], "c0506a", 0.4, True, 0.1),
}
_WALLS = ("d8574a", "f0c060", "5a90b0", "e8e0d0", "7aa070", "c87a50", "a06a90", "f0a080")


def harbor(stage: Stage, mood: str = "noon") -> Draw:
    """Houses at a quay, boats before them."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    stops, light, share, windows, haze = MOODS[mood]
    shore = int(h * 0.6)
    x, y = stage.grid()
    back = sky(shore, w, stops)
    veil = smooth(clouds(shore, w, rng, 1.6), 0.45, 0.95)[..., None]
    back += (rgb(mix(light, "ffffff", 0.4)) - back) * veil * 0.5
    if mood in ("dawn", "sunset"):
        back += (
            glow(x, y[:shore], (w * 0.3, shore * 0.8), h * 0.3, 1.2)[..., None]
            * rgb("ffa050")
            * 0.5
        )
    scene = image(finish(back))
    crest = shore - h * (0.1 + 0.16 * ridge(w, rng, 1.5))
    far = mix(mix("4a6a5a", stops[-1][1], 0.45), light, share * 0.7)
    scene = compose(scene, [layer(hills(shore, crest, far, mix(far, stops[-1][1], 0.4)), 0)], 0)
    _houses(scene, shore, rng, light, share, windows, mood == "winter")
    if windows:
        soft = scene.filter(ImageFilter.GaussianBlur(10))
        scene = Image.blend(scene, ImageChops.lighter(scene, soft), 0.7)
    upper = np.asarray(scene)
    boats = [(rng.uniform(0.02, 0.98), 0.66 + 0.05 * k, 0.6 + 0.2 * k) for k in range(6)]
    sprites = [
        _boat(int(h * 0.16 * size), str(rng.choice(_WALLS)), light, share) for _, _, size in boats
    ]
    fog = mist(int(h * 0.5), spare_width(w, 14, stage.seconds), rng, "d4dada", max(haze, 0.01))
    bank = layer(fog, 14, int(h * 0.3))
    flakes = _snow(w, h, rng)
    rows, columns = np.arange(h - shore)[:, None], np.arange(w)[None, :]
    tint = rgb(mix("a8b8c8", light, 0.3))

    def draw(t: float) -> Array:
        wave = np.sin(rows * 0.5 - t * 2 + 0.7 * np.sin(columns * 0.018 + t * 0.7)) * (
            1.2 + rows / 26
        )
        mirror = np.clip(shore - 1 - rows * 1.45 + wave, 0, shore - 1).astype(np.int32)
        whole = image(np.concatenate([upper, (upper[mirror, columns] * tint).astype(np.uint8)]))
        for (at, level, size), boat in zip(boats, sprites, strict=True):
            bob = 3 * size * np.sin(t * 1.3 + at * 20)
            left = int(((at + t * 0.006 * size) % 1.2 - 0.1) * w)
            whole.paste(boat, (left, int(h * level - boat.height * 0.82 + bob)), boat)
        if haze > 0:
            compose(whole, [bank], t)
        if mood == "winter":
            for k, speed in enumerate((60, 110)):
                whole.paste(
                    (245, 248, 255),
                    (0, 0),
                    ImageChops.offset(flakes, int(12 * np.sin(t + k)) + k * 300, int(t * speed)),
                )
        return np.asarray(whole)

    return draw


def _snow(w: int, h: int, rng: np.random.Generator) -> Image.Image:
    mask = Image.new("L", (w, h), 0)
    pen = ImageDraw.Draw(mask)
    for _ in range(420):
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.8, 2.6)
        pen.ellipse((x - r, y - r, x + r, y + r), int(rng.uniform(110, 230)))
    return mask


def _houses(
    scene: Image.Image,
    shore: int,
    rng: np.random.Generator,
    light: str,
    share: float,
    windows: bool,
    snow: bool,
) -> None:
    pen = ImageDraw.Draw(scene)
    w = scene.width
    quay, left = shore - int(shore * 0.045), -20.0
    while left < w:
        wide, tall = w * rng.uniform(0.055, 0.09), shore * rng.uniform(0.24, 0.42)
        wall = mix(str(rng.choice(_WALLS)), light, share)
        roof = (
            "e8eef6" if snow else mix(str(rng.choice(("7a3a30", "5a4a50", "8a5040"))), light, share)
        )
        top, right = quay - tall, left + wide
        pen.rectangle((left, top, right, quay), rgb8(wall))
        pen.rectangle((right - wide * 0.12, top, right, quay), rgb8(mix(wall, "000000", 0.14)))
        peak = top - wide * rng.uniform(0.35, 0.6)
        pen.polygon([(left - 3, top), ((left + right) / 2, peak), (right + 3, top)], rgb8(roof))
        columns, floors = max(2, int(wide / 30)), max(2, int(tall / 42))
        for floor in range(floors):
            for column in range(columns):
                wx, wy = (
                    left + wide * (column + 0.5) / columns,
                    top + tall * (floor + 0.45) / floors,
                )
                on = windows and rng.random() < 0.6
                glass = "ffd98a" if on else mix("34465a", light, share * 0.7)
                pen.rectangle((wx - 7, wy - 9, wx + 7, wy + 9), rgb8(mix(wall, "ffffff", 0.5)))
                pen.rectangle((wx - 5, wy - 7, wx + 5, wy + 7), rgb8(glass))
                pen.line((wx, wy - 7, wx, wy + 7), rgb8(mix(wall, "ffffff", 0.5)))
        left = right + rng.uniform(0, w * 0.006)
    pen.rectangle((0, quay, w, shore), rgb8("e2e8f2" if snow else mix("6a6058", light, share)))
    for at in range(20, w, 90):
        pen.rectangle((at, quay - 3, at + 6, shore), rgb8(mix("3a302c", light, share)))


def _boat(size: int, hull: str, light: str, share: float) -> Image.Image:
    s = size * 2
    picture = Image.new("RGBA", (s, s), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    deck, wood = s * 0.78, rgb8(mix("5a4030", light, share))
    pen.line((s * 0.45, deck, s * 0.45, s * 0.06), wood, max(2, s // 60))
    sail = rgb8(mix("f6efe2", light, share * 0.8))
    pen.polygon([(s * 0.47, s * 0.1), (s * 0.47, s * 0.68), (s * 0.84, s * 0.68)], sail)
    pen.polygon(
        [(s * 0.43, s * 0.16), (s * 0.43, s * 0.68), (s * 0.16, s * 0.68)],
        rgb8(mix("e4d6c0", light, share * 0.8)),
    )
    pen.polygon(
        [(s * 0.06, deck), (s * 0.94, deck), (s * 0.82, s * 0.93), (s * 0.2, s * 0.93)],
        rgb8(mix(hull, light, share)),
    )
    pen.line(
        (s * 0.07, deck + 2, s * 0.93, deck + 2), rgb8(mix("ffffff", light, share)), max(2, s // 50)
    )
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def lighthouse(stage: Stage) -> Draw:
    """Its beam goes round over a cliff at nightfall."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    shore = int(h * 0.8)
    back = sky(
        h, w, [(0, "16224a"), (0.4, "3a4a80"), (0.65, "a0708a"), (0.8, "f0a080"), (1, "f0a080")]
    )
    veil = smooth(clouds(h, w, rng, 1.7), 0.4, 0.95)[..., None]
    back += (rgb("4a3a66") - back) * veil * 0.6
    base = image(finish(back))
    fall = np.clip((x[0] / w - 0.44) * 5, 0, 1)
    cliff = h * (0.84 - 0.26 * fall**0.8) + h * 0.05 * ridge(w, rng, 1.2)
    base = compose(base, [layer(hills(h, cliff, "2c2a3a", "12141f"), 0)], 0)
    lamp = _tower(base, w * 0.72, float(cliff[int(w * 0.72)]) + 6, h * 0.42)
    upper = np.asarray(base, np.float32)[:shore] / 255
    dx, dy = x - lamp[0], y[:shore] - lamp[1]
    rows = np.arange(h - shore)[:, None]
    tint = rgb("7a86a8")

    def draw(t: float) -> Array:
        turn = t * 1.25
        facing = np.cos(turn)
        reach = abs(facing) * w * 0.6 + 1
        beam = np.exp(-((dy / (4 + np.abs(dx) * 0.1)) ** 2)) * np.exp(-np.abs(dx) / reach)
        beam = beam * (dx * facing > 0) * abs(facing) * 0.75
        flash = max(0.0, -np.sin(turn)) ** 14
        halo = np.exp(-np.hypot(dx, dy) / (h * (0.05 + 0.22 * flash))) * (0.7 + 0.6 * flash)
        sight = upper + (beam + halo)[..., None] * rgb("fff0c0")
        wave = np.sin(rows * 0.7 - t * 2.1 + 0.8 * np.sin(x * 0.02 + t * 0.6)) * (1.5 + rows / 12)
        mirror = np.clip(shore - 1 - rows * 2.2 + wave * 2, 0, shore - 1).astype(np.int32)
        return finish(np.concatenate([sight, sight[mirror, x.astype(np.int32)] * tint]))

    return draw


def _tower(scene: Image.Image, x: float, foot: float, tall: float) -> tuple[float, float]:
    """Draw the tower; returns where its lamp is."""
    pen = ImageDraw.Draw(scene)
    top, low, high = foot - tall, tall * 0.11, tall * 0.07
    for band in range(6):
        a, b = band / 6, (band + 1) / 6
        wa, wb = low + (high - low) * a, low + (high - low) * b
        colour = (206, 82, 76) if band % 2 else (226, 214, 208)
        pen.polygon(
            [
                (x - wa, foot - tall * a),
                (x + wa, foot - tall * a),
                (x + wb, foot - tall * b),
                (x - wb, foot - tall * b),
            ],
            colour,
        )
    pen.rectangle((x - high * 1.5, top - 3, x + high * 1.5, top + 3), (40, 36, 48))
    pen.rectangle((x - high * 0.8, top - tall * 0.12, x + high * 0.8, top - 3), (255, 240, 190))
    pen.polygon(
        [
            (x - high * 1.1, top - tall * 0.12),
            (x, top - tall * 0.2),
            (x + high * 1.1, top - tall * 0.12),
        ],
        (150, 50, 50),
    )
    pen.rectangle((x + low * 1.1, foot - tall * 0.16, x + low * 4, foot + 4), (60, 54, 70))
    pen.polygon(
        [
            (x + low * 0.9, foot - tall * 0.16),
            (x + low * 2.5, foot - tall * 0.3),
            (x + low * 4.2, foot - tall * 0.16),
        ],
        (44, 36, 50),
    )
    pen.rectangle(
        (x + low * 1.8, foot - tall * 0.11, x + low * 2.6, foot - tall * 0.04), (255, 206, 120)
    )
    return x, top - tall * 0.06


def old_town(stage: Stage) -> Draw:
    """A drive along a street with gables and a church."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    back = sky(h, w, [(0, "a8c0d0"), (0.7, "f0ece0"), (1, "f0ece0")])
    veil = smooth(clouds(h, w, rng, 1.6), 0.45, 0.95)[..., None]
    base = image(finish(back + (1 - back) * veil * 0.7))
    rows = []
    for place, (speed, level) in enumerate(((6.0, 0.64), (24.0, 0.84))):
        wide = spare_width(w, speed, stage.seconds)
        street = Image.new("RGB", (wide, int(h * level)), (1, 2, 3))
        if place == 0:
            pen, at, top = ImageDraw.Draw(street), wide * 0.42, h * level
            pen.rectangle((at, top - h * 0.42, at + w * 0.1, top), (150, 140, 130))
            pen.polygon(
                [
                    (at - 4, top - h * 0.42),
                    (at + w * 0.05, top - h * 0.6),
                    (at + w * 0.1 + 4, top - h * 0.42),
                ],
                (90, 90, 84),
            )
        _houses(
            street,
            street.height,
            rng,
            "c8c0b0" if place == 0 else "ffffff",
            0.5 if place == 0 else 0.0,
            False,
            False,
        )
        pixels = np.asarray(street, np.float32) / 255
        shown = (np.asarray(street) != (1, 2, 3)).any(axis=2)
        rows.append(layer(np.dstack([pixels, shown]), speed))
    wide = spare_width(w, 40, stage.seconds)
    stones = 0.55 + 0.3 * clouds(int(h * 0.18), wide, rng, 0.4)
    paving = np.dstack([stones, stones * 0.97, stones * 0.92, np.ones_like(stones)])
    rows.append(layer(paving, 40, int(h * 0.83)))

    def draw(t: float) -> Array:
        return np.asarray(compose(base.copy(), rows, t))

    return draw


def paper_boats(stage: Stage) -> Draw:
    """Boats of folded paper on waves of cardboard."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    back = sky(h, w, [(0, "f8d8b0"), (0.6, "f8b8a0"), (1, "f0a0a0")])
    back = np.where(
        (np.hypot(x - w * 0.72, y - h * 0.3) < h * 0.15)[..., None], rgb("fff2d8"), back
    )
    paper = 0.97 + 0.05 * clouds(h, w, rng, 0.2)[..., None]
    base = image(finish(back * paper))
    strips, wave = [], w / 3
    for k, colour in enumerate(("7ac0c8", "4aa0b4", "2f7f9c", "1f5f80", "164866")):
        line = h * 0.06 * np.sin(np.arange(w * 2 + 2) / wave * 2 * np.pi + k) * (0.5 + 0.13 * k)
        pixels = hills(int(h * 0.7), h * 0.12 + line, colour, mix(colour, "ffffff", 0.12))
        edge = np.clip(
            1 - np.abs(np.arange(int(h * 0.7))[:, None] - h * 0.12 - line[None, :] - 3) / 3, 0, 1
        )
        pixels[..., :3] += edge[..., None] * 0.16
        strips.append(layer(pixels, 0))
    boats = [
        _paper_boat(int(h * size), tone)
        for size, tone in ((0.16, "fff6ea"), (0.22, "ffd8c8"), (0.3, "fffaf2"))
    ]

    def draw(t: float) -> Array:
        scene = base.copy()
        for k, part in enumerate(strips):
            left = int(t * (10 + 14 * k) * (1 if k % 2 else -1)) % int(wave)
            top = int(h * (0.42 + 0.1 * k) + 6 * np.sin(t * 1.1 + k))
            box = (left, 0, left + w, part.picture.height)
            if 1 <= k <= 3:
                _float(
                    scene,
                    boats[k - 1],
                    ((0.12 + 0.2 * k + t * 0.018 * k) % 1.3 - 0.15) * w,
                    top + part.top + h * 0.075,
                    t + k,
                )
            scene.paste(part.picture.crop(box), (0, top + part.top), part.alpha.crop(box))
        return np.asarray(scene)

    return draw


def _float(scene: Image.Image, boat: Image.Image, x: float, y: float, t: float) -> None:
    tilted = boat.rotate(7 * np.sin(t * 1.4), Image.Resampling.BICUBIC)
    scene.paste(
        tilted, (int(x - boat.width / 2), int(y - boat.height * 0.78 + 8 * np.sin(t * 1.2))), tilted
    )


def _paper_boat(size: int, tone: str) -> Image.Image:
    s = size * 2
    picture = Image.new("RGBA", (s, s), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.polygon([(s * 0.5, s * 0.2), (s * 0.3, s * 0.66), (s * 0.5, s * 0.66)], (*rgb8(tone), 255))
    pen.polygon(
        [(s * 0.5, s * 0.2), (s * 0.7, s * 0.66), (s * 0.5, s * 0.66)],
        (*rgb8(mix(tone, "a08080", 0.25)), 255),
    )
    pen.polygon(
        [(s * 0.04, s * 0.5), (s * 0.5, s * 0.62), (s * 0.5, s * 0.88), (s * 0.26, s * 0.88)],
        (*rgb8(mix(tone, "a08080", 0.1)), 255),
    )
    pen.polygon(
        [(s * 0.96, s * 0.5), (s * 0.5, s * 0.62), (s * 0.5, s * 0.88), (s * 0.74, s * 0.88)],
        (*rgb8(mix(tone, "a08080", 0.35)), 255),
    )
    return picture.resize((size, size), Image.Resampling.LANCZOS)
