"""Saturn, ink in water, a pattern that grows, and a kaleidoscope."""

from __future__ import annotations

import numpy as np

from lvs.demo.paint import (
    Array,
    Draw,
    Stage,
    Stop,
    add,
    clouds,
    enlarged,
    finish,
    gradient,
    rgb,
    ridge,
    smooth,
    spot,
)


def saturn(stage: Stage) -> Draw:
    """The planet turns behind its rings, a moon passes."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    space = clouds(h, w, rng, 1.9)[..., None] * rgb("3a2c70") * 0.7 + rgb("05060f")
    space += smooth(clouds(h, w, rng, 1.8), 0.55, 1.0)[..., None] * rgb("a04080") * 0.5
    for _ in range(420):
        add(
            space,
            spot(1 if rng.random() < 0.93 else 3, 0.5),
            rgb("e8ecff") * rng.uniform(0.2, 1),
            (rng.uniform(0, w), rng.uniform(0, h)),
        )
    radius, cx, cy = h * 0.31, w * 0.5, h * 0.5
    tilt, lean = 0.32, -0.22
    dx, dy = (x - cx) / radius, (y - cy) / radius
    dx, dy = dx * np.cos(lean) - dy * np.sin(lean), dx * np.sin(lean) + dy * np.cos(lean)
    inside = np.hypot(dx, dy)
    z = np.sqrt(np.clip(1 - inside**2, 0, 1))
    up = dy * np.cos(tilt) + z * np.sin(tilt)
    front = z * np.cos(tilt) - dy * np.sin(tilt)
    around = np.arctan2(dx, front) / (2 * np.pi)
    bands = ridge(512, rng, 0.9) * 0.7 + 0.15
    storm = clouds(128, 512, rng, 1.5)
    light = np.clip(dx * 0.72 - dy * 0.15 + z * 0.68, 0.02, 1) ** 0.8
    ring = np.hypot(dx, dy / np.sin(tilt))
    grain = ridge(1024, rng, 0.55)[np.clip((ring - 1.2) * 900, 0, 1023).astype(int)]
    density = (
        smooth(ring, 1.25, 1.3)
        * (1 - smooth(ring, 2.22, 2.28))
        * (1 - 0.9 * np.exp(-(((ring - 1.95) / 0.03) ** 2)))
    )
    dust = (density * (0.35 + 0.6 * grain))[..., None]
    shadow = np.where(
        (dx < 0) & (np.abs(dy) < 1.0) & (dy < 0) & (np.abs(dy / np.sin(tilt)) < 3), 0.3, 1.0
    )[..., None]
    ring_colour = rgb("e8d2a8") * (0.55 + 0.45 * grain[..., None])
    disc = np.clip((1 - inside) * radius, 0, 1)[..., None]
    before = ((dy > 0) | (inside > 1))[..., None]

    def draw(t: float) -> Array:
        row = np.clip((up + 1) * 63, 0, 127).astype(int)
        turned = ((around + 0.5 + t * 0.02) * 511).astype(int) % 512
        tone = bands[np.clip((up + 1) * 255, 0, 511).astype(int)] * 0.8 + 0.25 * storm[row, turned]
        ball = gradient(tone, [(0, "8a5a34"), (0.35, "d8a868"), (0.6, "f2d9a4"), (1, "fff2d6")])
        scene = space + (ball * light[..., None] - space) * disc
        scene = np.where(before, scene + (ring_colour - scene) * dust * shadow, scene)
        moon = (
            cx + radius * 2.9 * np.cos(t * 0.09 + 2.4),
            cy + radius * 0.5 * np.sin(t * 0.09 + 2.4),
        )
        add(scene, spot(int(h * 0.025), 1.0), rgb("d8d8e0"), moon)
        return finish(scene)

    return draw


def ink(stage: Stage) -> Draw:
    """Coloured ink in clear water; frames are to be drawn in their order."""
    rng = stage.rng()
    w, h = stage.width // 2, stage.height // 2
    flow = [_curl(clouds(h, w, rng, 1.75)) for _ in range(2)]
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    dye = np.zeros((h, w, 3), np.float32)
    inks = ("1d6fd8", "e0326e", "f0a020", "6a30c0", "12a88a")
    droplets = [
        (k * 1.1, rng.uniform(0.15, 0.85) * w, rng.uniform(0.12, 0.7) * h, 1 - rgb(inks[k % 5]))
        for k in range(int(stage.seconds / 1.1) + 5)
    ]

    def step(t: float) -> None:
        for start, at_x, at_y, colour in droplets:
            if 0 <= t - start < 0.5:
                add(dye, spot(h // 7), colour * 0.32, (at_x, at_y + (t - start) * 30))
        share = 0.5 + 0.5 * np.sin(t * 0.3)
        vx = flow[0][0] * share + flow[1][0] * (1 - share)
        vy = flow[0][1] * share + flow[1][1] * (1 - share) + 0.12
        column = np.clip(x - vx, 0, w - 1.01)
        row = np.clip(y - vy, 0, h - 1.01)
        left, top = column.astype(np.int32), row.astype(np.int32)
        fx, fy = (column - left)[..., None], (row - top)[..., None]
        flat, index = dye.reshape(-1, 3), top * w + left
        upper = flat.take(index, axis=0) * (1 - fx) + flat.take(index + 1, axis=0) * fx
        lower = flat.take(index + w, axis=0) * (1 - fx) + flat.take(index + w + 1, axis=0) * fx
        dye[:] = (upper * (1 - fy) + lower * fy) * 0.9985

    for before in range(96):
        step(before / 24)

    def draw(t: float) -> Array:
        step(t + 4.0)
        water = rgb("f6f4ee") * (0.9 + 0.1 * (1 - y / h))[..., None]
        return enlarged(finish(water * np.exp(-dye * 1.5)), stage.width, stage.height)

    return draw


def _curl(field: Array) -> tuple[Array, Array]:
    """The flow around the hills and hollows of a field, at most some pixels each frame."""
    dy, dx = np.gradient(field)
    most = max(float(np.abs(dx).max()), float(np.abs(dy).max()))
    return dy / most * 3.4, -dx / most * 3.4


def coral(stage: Stage) -> Draw:
    """Reaction and diffusion (Gray and Scott): a pattern grows over the picture."""
    rng = stage.rng()
    w, h = stage.width // 2, stage.height // 2
    food, life = np.ones((h, w), np.float32), np.zeros((h, w), np.float32)
    for _ in range(40):
        at = int(rng.uniform(8, h - 12)), int(rng.uniform(8, w - 12))
        life[at[0] : at[0] + 6, at[1] : at[1] + 6] = 0.6
    stops: list[Stop] = [
        (0, "0d2b45"),
        (0.25, "203c56"),
        (0.5, "d08159"),
        (0.75, "ffaa5e"),
        (1, "ffecd6"),
    ]

    def around(plane: Array) -> Array:
        near = (
            np.roll(plane, 1, 0)
            + np.roll(plane, -1, 0)
            + np.roll(plane, 1, 1)
            + np.roll(plane, -1, 1)
        )
        result: Array = near * 0.25 - plane
        return result

    def grow(steps: int) -> None:
        for _ in range(steps):
            eaten = food * life * life
            food[:] += 0.84 * around(food) - eaten + 0.0545 * (1 - food)
            life[:] += 0.42 * around(life) + eaten - (0.0545 + 0.062) * life

    grow(2600)

    def draw(t: float) -> Array:
        grow(7)
        slope = (np.roll(life, 1, 1) - np.roll(life, -1, 1)) * 1.6 + (
            np.roll(life, 1, 0) - np.roll(life, -1, 0)
        ) * 1.6
        tone = np.clip(life * 2.4 + 0.06, 0, 1)
        return enlarged(
            finish(gradient(tone, stops) + slope[..., None] * 0.35), stage.width, stage.height
        )

    return draw


def kaleidoscope(stage: Stage) -> Draw:
    """Coloured glass between mirrors."""
    rng = stage.rng()
    w, h = stage.width, stage.height
    x, y = stage.grid()
    side = 512
    tones = clouds(side, side, rng, 1.5)
    cells = np.abs(np.sin(tones * 9)) ** 0.5
    stops: list[Stop] = [
        (0, "12123a"),
        (0.2, "5a1f8a"),
        (0.4, "e0356a"),
        (0.6, "ff9a3c"),
        (0.8, "3cc8c0"),
        (1, "f8f0c0"),
    ]
    glass = (
        gradient(clouds(side, side, rng, 1.6), stops) * (0.35 + 0.65 * cells[..., None])
        + (cells[..., None] ** 12) * 0.25
    )
    packed = glass.reshape(-1, 3)
    radius = np.hypot(x - w / 2, y - h / 2)
    angle = np.arctan2(y - h / 2, x - w / 2)
    shade = (1 - 0.5 * (radius / radius.max()) ** 2)[..., None]

    def draw(t: float) -> Array:
        wedge = np.pi / 6
        folded = np.abs((angle + t * 0.08) % (2 * wedge) - wedge)
        turn = folded + 0.5 * np.sin(t * 0.17)
        column = (radius * np.cos(turn) * 0.8 + 60 * np.sin(t * 0.21) + 25 * t) % side
        row = (radius * np.sin(turn) * 0.8 + 60 * np.cos(t * 0.19) + 9 * t) % side
        seen = packed.take(row.astype(np.int32) * side + column.astype(np.int32), axis=0)
        return finish(seen * shade)

    return draw
