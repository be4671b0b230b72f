"""A city in the evening: skyline, traffic, rain on the window, fireworks."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from lvs.demo.paint import (
    Array,
    Draw,
    Stage,
    add,
    clouds,
    finish,
    glow,
    image,
    rgb,
    rgb8,
    sky,
    smooth,
    spot,
)
from lvs.demo.sound import BURST_EVERY_S, FIRST_BURST_S

_LAMPS = ("ffb060", "ffd090", "ff5a4a", "5ac8ff", "ff70c0", "70ffb0", "fff0d0", "ff9040")
_Box = tuple[float, float, float, float]
_Window = tuple[_Box, tuple[int, int, int]]  # with the colour of its wall
_Burst = tuple[float, tuple[float, float], Array, Array, float]  # start, place, ways, colour, size


def skyline(stage: Stage) -> Draw:
    """Towers with lit windows at the blue hour, mirrored in the river."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    shore = int(h * 0.68)
    upper, windows = _towers(w, shore, rng)
    blinking = [windows[int(i)] for i in rng.integers(0, len(windows), 160)]
    phases = rng.uniform(0, 14, len(blinking))
    rows = np.arange(h - shore)[:, None]
    columns = np.arange(w)[None, :]
    tint = np.array([0.5, 0.55, 0.72], np.float32)

    def draw(t: float) -> Array:
        scene = upper.copy()
        pen = ImageDraw.Draw(scene)
        for (box, dark), phase in zip(blinking, phases, strict=True):
            if (t + phase) % 14 < 7:
                pen.rectangle(box, dark)
        plane = w * (0.1 + 0.05 * t)
        if t % 1.2 < 0.25:
            pen.ellipse((plane % w, h * 0.12, plane % w + 3, h * 0.12 + 3), (255, 240, 230))
        top = np.asarray(scene)
        wave = np.sin(rows * 0.55 - t * 2.4 + 0.6 * np.sin(columns * 0.021 + t)) * (1.5 + rows / 22)
        mirror = np.clip(shore - 2 - rows * 1.5 + wave, 0, shore - 1).astype(np.int32)
        water = (top[mirror, columns] * tint).astype(np.uint8)
        return np.concatenate([top, water])

    return draw


def _towers(w: int, shore: int, rng: np.random.Generator) -> tuple[Image.Image, list[_Window]]:
    """(the city above the water, its windows as boxes with the colour of the wall)"""
    x, y = np.arange(w, dtype=np.float32)[None, :], np.arange(shore, dtype=np.float32)[:, None]
    back = sky(shore, w, [(0, "101a44"), (0.5, "3a3f7c"), (0.8, "a8688c"), (1, "f5a878")])
    veil = smooth(clouds(shore, w, rng, 1.6), 0.5, 0.95)[..., None]
    back += (rgb("d88aa0") - back) * veil * 0.35
    back += glow(x, y, (w * 0.2, shore * 0.22), shore * 0.06, 9)[..., None] * rgb("fff4dc") * 0.9
    back += glow(x, y, (w * 0.2, shore * 0.22), shore * 0.3, 1.2)[..., None] * rgb("a0a8e0") * 0.25
    scene = image(finish(back))
    pen = ImageDraw.Draw(scene)
    windows: list[_Window] = []
    for depth, wall in enumerate(("6a5a86", "3a3560", "15172e")):
        left = -rng.uniform(0, 30)
        while left < w:
            wide = rng.uniform(0.03, 0.07) * w
            middle = np.exp(-(((left - w * 0.58) / (w * 0.26)) ** 2))
            tall = shore * (
                rng.uniform(0.16, 0.34) + (0.42, 0.36, 0.12)[depth] * middle * rng.uniform(0.4, 1.1)
            )
            top = shore - tall
            pen.rectangle((left, top, left + wide, shore), rgb8(wall))
            if rng.random() < 0.3:
                pen.rectangle(
                    (left + wide * 0.25, top - tall * 0.08, left + wide * 0.75, top), rgb8(wall)
                )
            if rng.random() < 0.25:
                pen.line((left + wide / 2, top, left + wide / 2, top - tall * 0.25), rgb8(wall), 2)
                pen.ellipse(
                    (
                        left + wide / 2 - 2,
                        top - tall * 0.25 - 2,
                        left + wide / 2 + 2,
                        top - tall * 0.25 + 2,
                    ),
                    (255, 70, 60),
                )
            windows += _lit_windows(pen, (left, top, left + wide, shore), rgb8(wall), rng, depth)
            left += wide + rng.uniform(-0.004, 0.012) * w
    soft = scene.filter(ImageFilter.GaussianBlur(9))
    bright = Image.fromarray(
        np.maximum(np.asarray(scene), (np.asarray(soft) * 0.9).astype(np.uint8))
    )
    return bright, windows


def _lit_windows(
    pen: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    wall: tuple[int, int, int],
    rng: np.random.Generator,
    depth: int,
) -> list[_Window]:
    found: list[_Window] = []
    step = (6, 8, 11)[depth]
    chance = rng.uniform(0.2, 0.6)
    warm = rng.random() < 0.75
    for top in np.arange(box[1] + step, box[3] - step, step * 1.25):
        for left in np.arange(box[0] + step * 0.6, box[2] - step, step):
            if rng.random() < chance:
                light = rng.uniform(0.55, 1.0)
                tone = (255, 205, 120) if warm else (190, 220, 255)
                window = (left, top, left + step * 0.5, top + step * 0.62)
                pen.rectangle(window, tuple(int(part * light) for part in tone))
                found.append((window, wall))
    return found


def traffic(stage: Stage) -> Draw:
    """An avenue out of focus: headlights come, tail lights go."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    back = sky(h, w, [(0, "141a38"), (0.45, "3a2c54"), (0.6, "54304e"), (1, "1a1526")])
    x, y = stage.grid()
    back += glow(x, y, (w * 0.5, h * 0.46), h * 0.5, 1.3)[..., None] * rgb("ff9050") * 0.35
    for _ in range(70):
        side = rng.choice((-1, 1))
        near = rng.uniform(0, 1) ** 1.6
        at = (
            w / 2 + side * w * (0.08 + 0.5 * near) * rng.uniform(0.7, 1.1),
            h * (0.44 - 0.42 * near * rng.uniform(0.1, 1)),
        )
        add(
            back,
            spot(int(5 + 26 * near), 1.0),
            rgb(str(rng.choice(_LAMPS))) * rng.uniform(0.12, 0.5),
            at,
        )
    cars = [
        (rng.uniform(0, 1), rng.uniform(0.05, 0.1), rng.choice((0.25, 0.5, 0.75)), k % 2)
        for k in range(30)
    ]

    def draw(t: float) -> Array:
        scene = back.copy()
        for start, speed, lane, leaves in cars:
            way = (start + t * speed) % 1
            near = (1 - way if leaves else way) ** 2.2
            side = 1 if leaves else -1
            road_x = w / 2 + side * w * (0.02 + 0.62 * lane * near)
            road_y = h * (0.47 + 0.42 * near)
            colour = rgb("ff3020") if leaves else rgb("fff0d0")
            fade = min(1.0, way * 8, (1 - way) * 8) * (0.35 + 0.3 * (1 - near))
            gap = w * 0.045 * near + 2
            for lamp in (-gap, gap):
                add(scene, spot(int(3 + 26 * near), 1.0), colour * fade, (road_x + lamp, road_y))
                add(
                    scene,
                    spot(int(4 + 30 * near)),
                    colour * fade * 0.3,
                    (road_x + lamp, min(road_y + h * (0.05 + 0.2 * near), h)),
                )
        return finish(scene)

    return draw


def rainy_window(stage: Stage) -> Draw:
    """Drops run down a pane before the lights of a street; each shows the street upside down."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    lamps = [
        (
            rng.uniform(0, w),
            rng.uniform(h * 0.15, h * 0.75),
            int(rng.uniform(14, 38)),
            rgb(str(rng.choice(_LAMPS))) * rng.uniform(0.3, 0.75),
            rng.uniform(0, 6),
        )
        for _ in range(46)
    ]
    street = sky(h, w, [(0, "1d2c4c"), (0.5, "3c4a70"), (1, "221e34")])
    move_x, move_y = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    for _ in range(520):
        _drop(move_x, move_y, rng.uniform(0, w), rng.uniform(0, h), rng.uniform(1.5, 5.5) ** 1.15)
    runners = [
        (rng.uniform(0, w), rng.uniform(0, h * 1.5), rng.uniform(28, 95), rng.uniform(5, 9))
        for _ in range(16)
    ]
    ix, iy = np.broadcast_to(x, (h, w)), np.broadcast_to(y, (h, w))

    def draw(t: float) -> Array:
        scene = street.copy()
        for at, level, size, colour, phase in lamps:
            drift = at + 16 * np.sin(t * 0.25 + phase)
            add(
                scene,
                spot(size, 1.0),
                colour * (0.8 + 0.2 * np.sin(t * 1.3 + phase)),
                (drift, level),
            )
        mx, my = move_x.copy(), move_y.copy()
        for at, start, speed, across in runners:
            pause = np.sin(t * 0.9 + at) * 20
            level = (start + t * speed + pause) % (h * 1.5) - h * 0.2
            wander = at + 5 * np.sin(level * 0.045 + at)
            left, right = max(int(wander - across * 0.7), 0), max(int(wander + across * 0.7), 0)
            trail = max(int(level - h * 0.5), 0), max(int(level), 0)
            mx[trail[0] : trail[1], left:right] = 0
            my[trail[0] : trail[1], left:right] = 0
            _drop(mx, my, wander, level, across)
        sx, sy = (
            np.clip(ix + mx, 0, w - 1).astype(np.int32),
            np.clip(iy + my, 0, h - 1).astype(np.int32),
        )
        seen = scene.reshape(-1, 3).take(sy * w + sx, axis=0)
        shine = np.clip((-my - mx) / 160, 0, 0.25)[..., None]
        return finish(seen * np.where(mx != 0, 1.12, 0.86)[..., None] + shine)

    return draw


def _drop(move_x: Array, move_y: Array, at_x: float, at_y: float, size: float) -> None:
    """A lens of water in the two planes that say where each pixel looks."""
    r = int(size * 1.4) + 1
    h, w = move_x.shape
    cx, cy = int(at_x), int(at_y)
    if not (r <= cx < w - r and r <= cy < h - r):
        return
    axis = np.arange(-r, r + 1, dtype=np.float32)
    dx, dy = axis[None, :], axis[:, None] / 1.2
    inside = np.hypot(dx, dy) < size
    part = (slice(cy - r, cy + r + 1), slice(cx - r, cx + r + 1))
    move_x[part] = np.where(inside, -dx * 110 / size, move_x[part])
    move_y[part] = np.where(inside, -dy * 110 / size, move_y[part])


def fireworks(stage: Stage) -> Draw:
    """Rockets over a river; frames are to be drawn in their order, as sparks leave traces."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    shore = int(h * 0.74)
    x, _ = stage.grid()
    back = sky(shore, w, [(0, "0a1030"), (0.7, "2a2350"), (1, "5a3a60")])
    crest = shore - h * 0.03
    for left in np.arange(0, w, w / 26):
        top = crest - rng.uniform(0, 0.1) * h
        back[int(top) : shore, int(left) : int(left + w / 26)] = rgb("0c0d1c")
        for _ in range(5):
            at = (int(rng.uniform(top + 3, shore - 2)), int(rng.uniform(left, left + w / 26)) % w)
            back[at[0] : at[0] + 2, at[1] : at[1] + 2] = rgb("ffc878")
    bursts = [
        _burst(rng, w, h, k * BURST_EVERY_S - FIRST_BURST_S)
        for k in range(int(stage.seconds / BURST_EVERY_S) + 6)
    ]
    trace = np.zeros((shore, w, 3), np.float32)
    rows = np.arange(h - shore)[:, None]

    def draw(t: float) -> Array:
        np.multiply(trace, 0.87, out=trace)
        for start, at, speed, colour, size in bursts:
            age = t - start
            if -0.8 < age < 0:
                _sparks(trace, np.array([at[0]]), np.array([at[1] - age * h * 0.62]), rgb("ffdca0"))
            if 0 <= age < 2.3:
                reach = (1 - np.exp(-2.2 * age)) * size
                fade = max(0.0, 1 - age / 2.3) ** 1.2 * (0.7 + 0.3 * rng.random())
                _sparks(
                    trace,
                    at[0] + speed[0] * reach,
                    at[1] + speed[1] * reach + 16 * age**2,
                    colour * fade,
                )
            if 0 <= age < 0.3:
                add(trace, spot(int(h * 0.2)), colour * 0.16, at)
        halo = np.asarray(image(finish(trace)).reduce(4).filter(ImageFilter.GaussianBlur(3)))
        upper = back + trace + enlarged_light(halo, w, shore) * 0.9
        wave = np.sin(rows * 0.8 - t * 3 + 0.8 * np.sin(x * 0.03 + t)) * (1 + rows / 16)
        mirror = np.clip(shore - 2 - rows * 2.4 + wave * 2, 0, shore - 1).astype(np.int32)
        return finish(np.concatenate([upper, upper[mirror, x.astype(np.int32)] * rgb("8088b0")]))

    for before in range(-30, 0):  # the first frame has sparks already
        draw(before / 24)
    return draw


def enlarged_light(frame: Array, w: int, h: int) -> Array:
    grown = image(frame).resize((w, h), Image.Resampling.BILINEAR)
    return np.asarray(grown, np.float32) / 255


def _burst(rng: np.random.Generator, w: int, h: int, start: float) -> _Burst:
    count = 170
    ways = rng.standard_normal((3, count))
    ways /= np.linalg.norm(ways, axis=0)
    strength = rng.uniform(0.82, 1.0, count) if rng.random() < 0.6 else rng.uniform(0.3, 1, count)
    colours = ("ff6a5a", "ffd060", "70d0ff", "b080ff", "80ff9a", "ff80c8", "fff0e0")
    at = (rng.uniform(0.14, 0.86) * w, rng.uniform(0.14, 0.42) * h)
    return start, at, ways[:2] * strength, rgb(str(rng.choice(colours))), h * rng.uniform(0.16, 0.3)


def _sparks(canvas: Array, x: Array, y: Array, colour: Array) -> None:
    for dx, dy, share in ((0, 0, 1.0), (1, 0, 0.5), (0, 1, 0.5)):
        column, row = x.astype(int) + dx, y.astype(int) + dy
        good = (column >= 0) & (column < canvas.shape[1]) & (row >= 0) & (row < canvas.shape[0])
        canvas[row[good], column[good]] += colour * share
