"""Sounds of places: waves, rain, wind, a city, crickets, fireworks. All are shaped noise.

A sound is float32 of (2, samples) at 48 kHz, within -1 to 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lvs.demo.paint import Array

RATE = 48_000
Sound = Callable[[float], Array]  # of so many seconds
BURST_EVERY_S, FIRST_BURST_S = 0.55, 3.0  # of the fireworks; the first is before the start


def _noise(seconds: float, low_hz: float, high_hz: float, seed: int, slope: float = 0.0) -> Array:
    """Stereo noise between two frequencies; `slope` makes the higher ones weaker."""
    count = int(seconds * RATE)
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal((2, count)).astype(np.float32))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    band = 1 / (1 + (low_hz / np.maximum(hertz, 1)) ** 4) / (1 + (hertz / high_hz) ** 4)
    shaped = np.fft.irfft(spectrum * band * np.maximum(hertz / 200, 0.1) ** -slope, count)
    return np.asarray(shaped / np.abs(shaped).max(), np.float32)


def _time(seconds: float) -> Array:
    return np.arange(int(seconds * RATE), dtype=np.float32) / RATE


def waves(seconds: float) -> Array:
    t = _time(seconds)
    swell = 0.25 + 0.75 * (0.5 + 0.5 * np.sin(t * 0.9)) ** 2
    wash = 0.5 + 0.5 * np.sin(t * 0.9 - 1.1)
    result: Array = 0.5 * _noise(seconds, 60, 700, 1, 0.6) * swell
    return result + 0.2 * _noise(seconds, 900, 6000, 2) * wash**3


def rain(seconds: float) -> Array:
    droplets = _noise(seconds, 1500, 9000, 3)
    sparse = np.abs(droplets) ** 4 * np.sign(droplets)
    result: Array = 0.22 * _noise(seconds, 400, 8000, 4, 0.2) + 0.5 * sparse
    return result + 0.15 * _noise(seconds, 40, 160, 5, 0.5)


def wind(seconds: float) -> Array:
    t = _time(seconds)
    gusts = 0.45 + 0.3 * np.sin(t * 0.7) + 0.2 * np.sin(t * 1.9 + 1)
    return np.asarray(0.55 * _noise(seconds, 90, 420, 6, 0.7) * np.clip(gusts, 0.1, 1))


def city(seconds: float) -> Array:
    t = _time(seconds)
    passing = 0.5 + 0.5 * np.sin(t * 1.1 + 0.5) * np.sin(t * 0.37)
    return (
        0.4 * _noise(seconds, 40, 300, 7, 0.8) + 0.12 * _noise(seconds, 300, 1600, 8, 0.5) * passing
    )


def night(seconds: float) -> Array:
    """Crickets far and near, and a little wind."""
    t = _time(seconds)
    chirps = [
        np.sin(2 * np.pi * hertz * t)
        * (np.sin(2 * np.pi * rate * t) > 0.2)
        * (np.sin(t * slow + at) > 0)
        for hertz, rate, slow, at in ((4100, 23, 5.1, 0), (4480, 27, 4.3, 2), (3900, 21, 3.7, 4))
    ]
    both = np.stack([chirps[0] + 0.6 * chirps[1], chirps[2] + 0.6 * chirps[1]])
    return np.asarray(0.03 * both + 0.4 * wind(seconds), np.float32)


def fireworks(seconds: float) -> Array:
    """A dull bang for each burst of `scenes.city.fireworks`, a little later, and crackling."""
    total = 0.04 * _noise(seconds, 60, 400, 9, 0.5)
    bang = _noise(2.2, 30, 260, 10, 0.8) * np.exp(-_time(2.2) * 3.2)
    crackle = _noise(1.6, 2000, 9000, 11)
    crackle = np.abs(crackle) ** 3 * np.sign(crackle) * np.exp(-_time(1.6) * 2)
    for k in range(int(seconds / BURST_EVERY_S) + 6):
        for part, delay, level in ((bang, 0.25, 0.55), (crackle, 0.7, 0.3)):
            start = int((k * BURST_EVERY_S - FIRST_BURST_S + delay) * RATE)
            if 0 <= start < total.shape[1]:
                size = min(part.shape[1], total.shape[1] - start)
                total[:, start : start + size] += (
                    level * part[:, :size] * (0.5 + 0.5 * (k * 7 % 5) / 4)
                )
    return np.asarray(np.tanh(total), np.float32)
