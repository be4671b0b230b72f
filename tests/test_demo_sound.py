"""The demo's sounds: of the right length, audible, never too loud, and what they say they are."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from lvs.demo import music, sound
from lvs.demo.paint import Array
from lvs.demo.sound import BURST_EVERY_S, RATE, Sound

PLACES: dict[str, Sound] = {
    "waves": sound.waves,
    "rain": sound.rain,
    "wind": sound.wind,
    "city": sound.city,
    "night": sound.night,
    "fireworks": sound.fireworks,
}
SONGS: dict[str, Sound] = {"live": music.live, "calm": music.calm, "nocturne": music.nocturne}
ALL = {**PLACES, **SONGS, "seaside": music.seaside}


@cache
def heard(name: str, length: float = 6.0) -> Array:
    return ALL[name](length)


def loudness(part: Array) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.mean(np.square(part))))


def seconds(samples: Array, start: float, end: float) -> Array:
    return samples[:, int(start * RATE) : int(end * RATE)]


def share_of_energy(samples: Array, low_hz: float, high_hz: float) -> float:
    """How much of the energy lies between two frequencies."""
    energy = np.abs(np.fft.rfft(samples.mean(axis=0))) ** 2
    hertz = np.fft.rfftfreq(samples.shape[1], 1 / RATE)
    return float(energy[(hertz >= low_hz) & (hertz < high_hz)].sum() / energy.sum())


@pytest.mark.parametrize("name", ALL)
def test_a_sound_is_stereo_as_long_as_asked_and_audible(name: str) -> None:
    samples = heard(name)
    assert samples.dtype == np.float32
    assert samples.shape == (2, 6 * RATE)
    assert np.isfinite(samples).all()
    assert loudness(samples) > 0.01


@pytest.mark.parametrize("name", ALL)
def test_a_sound_is_hardly_ever_cut_off(name: str) -> None:
    """The encoder cuts what is louder than 1, which crackles."""
    assert (np.abs(heard(name)) > 1).mean() < 0.0005


@pytest.mark.parametrize("name", ALL)
def test_a_sound_is_the_same_on_every_run(name: str) -> None:
    assert np.array_equal(ALL[name](2.0), ALL[name](2.0))


@pytest.mark.parametrize("name", [*PLACES, *SONGS])
def test_both_ears_hear_something_of_their_own(name: str) -> None:
    left, right = heard(name)
    assert loudness(left - right) > 0.02 * loudness(left)


def test_wind_is_low_rain_is_high_and_crickets_sing_at_four_kilohertz() -> None:
    assert share_of_energy(heard("wind"), 20, 1_000) > 0.9
    assert share_of_energy(heard("rain"), 1_000, 20_000) > 0.4
    assert share_of_energy(heard("night"), 3_500, 5_000) > 0.02
    assert share_of_energy(heard("wind"), 3_500, 5_000) < 0.001


def test_waves_come_and_go() -> None:
    samples = sound.waves(14.0)
    parts = [loudness(seconds(samples, at, at + 0.5)) for at in np.arange(0, 14, 0.5)]
    assert max(parts) > 2 * min(parts)


def test_each_burst_of_the_fireworks_is_heard() -> None:
    """A quarter of a second after it is seen; between two bursts it is quieter."""
    samples = sound.fireworks(12.0)
    steps = [loudness(seconds(samples, at, at + 0.05)) for at in np.arange(1, 11, 0.05)]
    rises = [later / earlier for earlier, later in pairwise(steps)]
    assert sum(rise > 1.8 for rise in rises) >= 0.5 * 10 / BURST_EVERY_S


@pytest.mark.parametrize("name", SONGS)
def test_a_song_begins_and_ends_in_silence(name: str) -> None:
    samples = heard(name, 12.0)
    middle = loudness(seconds(samples, 4, 8))
    assert loudness(seconds(samples, 0, 0.02)) < 0.1 * middle
    assert loudness(seconds(samples, 11.95, 12)) < 0.1 * middle


def test_the_drums_of_the_concert_enter_after_two_bars() -> None:
    samples = music.live(14.0)
    before = seconds(samples, 8 * music.BEAT_S - 2.4, 8 * music.BEAT_S)
    after = seconds(samples, 8 * music.BEAT_S, 8 * music.BEAT_S + 2.4)
    assert loudness(after) > 1.25 * loudness(before)
    hiss = [share_of_energy(part, 6_000, 20_000) for part in (before, after)]
    assert hiss[1] > 2 * hiss[0], "hat and snare"


def test_songs_differ() -> None:
    calm, nocturne = music.calm(4.0), music.nocturne(4.0)
    assert loudness(calm - nocturne) > 0.5 * loudness(calm)


def test_the_sea_is_heard_behind_the_music() -> None:
    together = music.seaside(12.0)
    assert share_of_energy(together, 1_500, 6_000) > share_of_energy(
        heard("calm", 12.0), 1_500, 6_000
    )


@pytest.mark.parametrize("length", [0.3, 1.0, 20.5])
def test_a_song_may_have_any_length(length: float) -> None:
    assert music.calm(length).shape == (2, int(length * RATE))
