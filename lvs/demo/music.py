"""A small synthesizer: pads, plucked strings, a bass and soft drums, from chords."""

from __future__ import annotations

from functools import partial

import numpy as np

from lvs.demo.paint import Array
from lvs.demo.sound import RATE, Sound, waves

BEAT_S = 0.6  # 100 beats per minute
# Chords as MIDI notes, the bass first.
_LIVE = ((45, 57, 60, 64, 67), (41, 57, 60, 65, 69), (48, 55, 60, 64, 67), (43, 55, 59, 62, 67))
_CALM = ((38, 57, 62, 66, 69), (35, 54, 59, 62, 66), (43, 55, 59, 62, 67), (45, 57, 61, 64, 69))
_NIGHT = ((45, 52, 57, 60, 64), (41, 53, 57, 60, 64), (38, 53, 57, 62, 65), (40, 52, 56, 59, 64))


def _hertz(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def _time(seconds: float) -> Array:
    return np.arange(int(seconds * RATE), dtype=np.float32) / RATE


def _pad(note: float, seconds: float) -> Array:
    """A soft chord tone: two strings a little apart, slow to come and go."""
    t = _time(seconds)
    shape = np.clip(np.minimum(t / 0.5, (seconds - t) / 0.6), 0, 1)
    sides = []
    for detune in (0.997, 1.003):
        turn = 2 * np.pi * _hertz(note) * detune * t
        sides.append(sum(np.sin(turn * k) / k**1.8 for k in range(1, 6)) * shape)
    return np.stack(sides).astype(np.float32)


def _pluck(note: float, seconds: float = 1.6, side: float = 0.0) -> Array:
    t = _time(seconds)
    turn = 2 * np.pi * _hertz(note) * t
    tone = sum(np.sin(turn * k) * np.exp(-t * (2.2 + 1.6 * k)) / k for k in range(1, 7))
    tone = tone * np.clip(t / 0.004, 0, 1)
    return np.stack([tone * (1 - side), tone * (1 + side)]).astype(np.float32)


def _kick() -> Array:
    t = _time(0.35)
    beat = np.sin(2 * np.pi * (48 * t + 9 * (1 - np.exp(-t * 28)))) * np.exp(-t * 9)
    return np.stack([beat, beat]).astype(np.float32)


def _brush(length: float, decay: float, seed: int) -> Array:
    noise = np.random.default_rng(seed).standard_normal((2, int(length * RATE)))
    return np.asarray(np.diff(noise, axis=1, append=0) * np.exp(-_time(length) * decay), np.float32)


def _put(track: Array, sound: Array, at_s: float, level: float) -> None:
    start = int(at_s * RATE)
    size = min(sound.shape[1], track.shape[1] - start)
    if size > 0:
        track[:, start : start + size] += sound[:, :size] * level


def _song(seconds: float, chords: tuple[tuple[int, ...], ...], drums: bool, seed: int) -> Array:
    """Four chords over and over, four beats each, with a melody of their notes."""
    rng = np.random.default_rng(seed)
    track = np.zeros((2, int(seconds * RATE)), np.float32)
    kick, hat, snare = _kick(), _brush(0.07, 70, 1), _brush(0.22, 18, 2)
    pads = [sum(_pad(note, BEAT_S * 4 + 0.6) for note in chord[1:]) for chord in chords]
    tone = 0
    for beat in range(int(seconds / BEAT_S)):
        at, place = beat * BEAT_S, (beat // 4) % len(chords)
        chord = chords[place]
        if beat % 4 == 0:
            _put(track, np.asarray(pads[place]), at, 0.055)
        if beat % 2 == 0 or (drums and beat % 4 == 3):
            _put(track, _pluck(chord[0], 1.2), at, 0.26)
        for half in (0.0, 0.5):
            if rng.random() < (0.75 if half == 0 else 0.5):
                tone = int(np.clip(tone + rng.integers(-2, 3), 0, 6))
                note = chord[1 + tone % 4] + 12 * (1 + tone // 4)
                _put(track, _pluck(note, side=0.4 * (-1) ** beat), at + half * BEAT_S, 0.13)
        if drums and beat >= 8:
            _put(track, kick, at, 0.5)
            _put(track, hat, at + BEAT_S / 2, 0.07)
            if beat % 2:
                _put(track, snare, at, 0.11)
    for delay, share in ((0.27, 0.28), (0.43, 0.18)):  # a hall
        size = int(delay * RATE)
        track[:, size:] += share * track[::-1, :-size]
    fade = np.clip(np.minimum(_time(seconds) / 0.3, (seconds - _time(seconds)) / 2), 0, 1)
    return np.asarray(np.tanh(track * 1.1) * fade[: track.shape[1]], np.float32)


live: Sound = partial(_song, chords=_LIVE, drums=True, seed=4)
calm: Sound = partial(_song, chords=_CALM, drums=False, seed=8)
nocturne: Sound = partial(_song, chords=_NIGHT, drums=False, seed=11)


def seaside(seconds: float) -> Array:
    """Music with the sea behind it."""
    return np.asarray(0.8 * calm(seconds) + 0.4 * waves(seconds), np.float32)
