"""From scenes to films: shots that follow each other, titles, and film of long ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter

from lvs.demo.paint import Array, Draw, Scene, Stage, clouds, image, pulse, text_mask

Line = tuple[str, float, float]  # text, height and place as `paint.text_mask` takes them
_FADE_S = 1.0


def joined(*shots: tuple[Scene, float]) -> Scene:
    """Shots of so many seconds, each dissolving into the next."""

    def scene(stage: Stage) -> Draw:
        starts = np.cumsum([0.0, *(seconds for _, seconds in shots)])
        draws = [
            shot(replace(stage, seconds=seconds + _FADE_S, seed=stage.seed + place))
            for place, (shot, seconds) in enumerate(shots)
        ]

        def draw(t: float) -> Array:
            place = int(np.clip(np.searchsorted(starts, t, "right") - 1, 0, len(shots) - 1))
            since = t - float(starts[place])
            frame = draws[place](since)
            if place and since < _FADE_S:
                before = draws[place - 1](t - float(starts[place - 1]))
                frame = np.asarray(Image.blend(image(before), image(frame), since / _FADE_S))
            return frame

        return draw

    return scene


def titled(scene: Scene, *cards: tuple[float, float, Sequence[Line]]) -> Scene:
    """A scene with lines of text over it; each card from one time to another."""

    def with_titles(stage: Stage) -> Draw:
        draw = scene(stage)
        size = (stage.width, stage.height)
        masks = [text_mask(size, lines) for _, _, lines in cards]
        soft = stage.height / 60
        dark = Image.new("RGB", size, (10, 14, 30))
        shadows = [mask.filter(ImageFilter.GaussianBlur(soft)) for mask in masks]

        def titled_frame(t: float) -> Array:
            frame = draw(t)
            for (start, end, _), mask, shadow in zip(cards, masks, shadows, strict=True):
                share = pulse(t, start, end)
                if share > 0:
                    canvas = Image.blend(image(frame), dark, 0.32 * share)
                    canvas.paste(
                        (8, 8, 20),
                        (0, 0),
                        shadow.point(lambda v, s=share: int(min(255, v * 1.5) * s)),
                    )
                    canvas.paste((255, 250, 240), (0, 0), mask.point(lambda v, s=share: int(v * s)))
                    frame = np.asarray(canvas)
            return frame

        return titled_frame

    return with_titles


def old_film(scene: Scene) -> Scene:
    """Brown and white, with grain, scratches and an unsteady gate."""

    def aged(stage: Stage) -> Draw:
        draw = scene(stage)
        rng = np.random.default_rng(stage.seed)
        w, h = stage.width, stage.height
        grains = [(clouds(h, w, rng, 0.35) - 0.5) * 0.13 for _ in range(4)]
        x, y = np.linspace(-1, 1, w)[None, :], np.linspace(-1, 1, h)[:, None]
        vignette = 1.05 - 0.42 * (x**2 + y**2) ** 1.2 / 2
        tone = np.array([1.0, 0.9, 0.74], np.float32) * 255

        def aged_frame(t: float) -> Array:
            moment = np.random.default_rng(int(t * 16) + 1)
            grey = draw(t) @ np.array([0.3, 0.59, 0.11], np.float32) / 255
            grey = np.roll(grey, tuple(moment.integers(-1, 2, 2)), (0, 1))
            grey = np.clip((grey - 0.08) * 1.15, 0, 1) * vignette * moment.uniform(0.93, 1.03)
            grey += np.roll(
                grains[int(moment.integers(0, 4))], tuple(moment.integers(0, 200, 2)), (0, 1)
            )
            if moment.random() < 0.35:
                grey[:, int(moment.integers(0, w))] += 0.25
            return np.clip(grey[..., None] * tone, 0, 255).astype(np.uint8)

        return aged_frame

    return aged
