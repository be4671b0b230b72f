"""The videos of the demo: what is drawn, how it is stored, and what a viewer did with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from lvs.demo import music, sound
from lvs.demo.encode import Format, x264
from lvs.demo.film import Line, joined, old_film, titled
from lvs.demo.paint import Scene, spaced
from lvs.demo.scenes import city, coast, landscapes, people, science, vr, water
from lvs.demo.sound import Sound

HD, FULL_HD = (1280, 720), (1920, 1080)
Caption = tuple[float, float, str]  # from, to (seconds), text


@dataclass(frozen=True)
class Seed:
    """What the demo's viewer has already done with a video."""

    tags: tuple[str, ...] = ()
    rating: int | None = None
    favorite: bool = False
    views: int = 0
    position_s: float = 0.0


@dataclass(frozen=True)
class Entry:
    """One video. `size` is what is shown; `drawn` times smaller is what the scene draws."""

    scene: Scene
    size: tuple[int, int]
    seconds: float
    age_days: float
    sound: Sound | None = None
    seed: Seed = field(default_factory=Seed)
    drawn: float = 2.0
    form: Format = field(default_factory=Format)
    captions: tuple[Caption, ...] = ()
    captions_kind: str = "srt"


_COARSE = Format(options=x264(34))
_HDR = Format(
    "libx265",
    "yuv420p10le",
    {"preset": "ultrafast", "crf": "24", "x265-params": "log-level=none:pools=1:frame-threads=1"},
    hdr=True,
)
_PHONE = Format(rotation=90)  # stored lying down, with a note to turn it
_WEBM = Format(
    "libvpx-vp9",
    options={"deadline": "realtime", "cpu-used": "8", "crf": "42", "b": "0"},
    audio="libopus",
)
_AVI = Format("mpeg4", options={"b": "1500000"}, audio="ac3")

LANDSCAPES = {
    "Landscapes/Misty mountains at sunrise.mp4": Entry(
        landscapes.misty_mountains,
        FULL_HD,
        20,
        12,
        sound.wind,
        Seed(("mountains", "sunrise"), 5, True, 4),
    ),
    "Landscapes/Sea at dusk (HDR).mp4": Entry(
        water.sea_at_dusk, HD, 12, 41, sound.waves, Seed(("sea", "sunset"), 4, False, 2), form=_HDR
    ),
    "Landscapes/Northern lights in 4K.mp4": Entry(
        water.northern_lights,
        (3840, 2160),
        10,
        3,
        sound.night,
        Seed(("night", "aurora"), 5, True, 3),
        drawn=4.0,
        form=_COARSE,
    ),
    "Landscapes/Flight over the dunes.mp4": Entry(
        landscapes.desert,
        (1720, 720),
        15,
        88,
        sound.wind,
        Seed(("desert", "drone"), 4),
        form=_COARSE,
    ),
    "Landscapes/First snow.mp4": Entry(
        landscapes.first_snow,
        HD,
        16,
        320,
        sound.wind,
        Seed(("snow", "winter"), None, True),
        drawn=1.5,
        form=_COARSE,
    ),
    "Landscapes/Over the Alps.mp4": Entry(
        landscapes.over_the_alps,
        HD,
        16,
        150,
        sound.wind,
        Seed(("mountains", "drone"), 4, False, 1, 11.0),
        form=_COARSE,
    ),
}

CITY = {
    "City/Skyline at the blue hour.mp4": Entry(
        city.skyline,
        FULL_HD,
        16,
        24,
        sound.city,
        Seed(("city", "night"), 4, False, 2),
        drawn=1.5,
        form=_COARSE,
    ),
    "City/Evening traffic.mp4": Entry(
        city.traffic, HD, 16, 65, sound.city, Seed(("city", "bokeh"))
    ),
    "City/Rain on the window.mp4": Entry(
        city.rainy_window, HD, 20, 8, sound.rain, Seed(("city", "rain", "calm"), 5, False, 6, 13.0)
    ),
    "City/Fireworks over the river.mp4": Entry(
        city.fireworks,
        HD,
        20,
        325,
        sound.fireworks,
        Seed(("city", "night"), 4, True, 2),
        form=_COARSE,
    ),
}


def _card(*texts: str) -> Sequence[Line]:
    """A title with smaller lines beneath."""
    big: Line = (spaced(texts[0]), 0.085, 0.42)
    return [big, *((text, 0.042, 0.54 + 0.075 * k) for k, text in enumerate(texts[1:]))]


FILMS = {
    "Films/The Lighthouse (2025).mp4": Entry(
        titled(
            joined((coast.lighthouse, 14), (water.sea_at_dusk, 10), (coast.lighthouse, 12)),
            (-1, 5, _card("The Lighthouse", "A film without a hurry")),
            (30, 37, _card("The end")),
        ),
        (1708, 720),
        34,
        52,
        music.nocturne,
        Seed(("short film", "sea", "night"), 5, True, 3, 21.0),
        drawn=3.0,
        captions=(
            (6, 9.5, "Every night at nine, she lights the lamp."),
            (10, 13.5, "Nobody has asked her to for thirty years."),
            (16, 20, "The ships have better maps now."),
            (25, 29, "But someone, out there, may look up."),
        ),
    ),
    "Films/A Street in the Old Town (1962).mp4": Entry(
        titled(old_film(coast.old_town), (-1, 4, _card("The Old Town", "Summer 1962"))),
        (768, 576),
        18,
        210,
        music.calm,
        Seed(("short film", "black and white"), 3),
        drawn=1.0,
        form=_COARSE,
    ),
    "Films/Paper Boats (2024).mp4": Entry(
        titled(
            coast.paper_boats,
            (-1, 4.5, _card("Paper Boats", "An animated short")),
            (20, 25, _card("Fin")),
        ),
        HD,
        24,
        130,
        music.seaside,
        Seed(("short film", "animation"), 4, False, 2),
        drawn=2.0,
        captions=(
            (5, 8, "Three letters were never sent."),
            (10, 14, "So they were folded, and set afloat."),
            (16, 20, "One of them arrived."),
        ),
        captions_kind="vtt",
    ),
}


def _episode(
    season: int, number: int, name: str, mood: str, age_days: float, seed: Seed, first: str
) -> dict[str, Entry]:
    card = _card("Harbor Lights", f"Season {season}, episode {number}", name)
    scene = titled(partial(coast.harbor, mood=mood), (-1, 5, card))
    captions = ((5.5, 9.0, first), (9.2, 11.8, "The boats will know what to do."))
    entry = Entry(
        scene, HD, 12, age_days, music.seaside, seed, drawn=1.5, form=_COARSE, captions=captions
    )
    return {f"Series/Harbor Lights/Season {season}/S{season:02}E{number:02} {name}.mp4": entry}


SERIES = {
    **_episode(
        1,
        1,
        "Arrival",
        "dawn",
        190,
        Seed(("series", "sea"), 4, False, 1),
        "She came on the first ferry, with one suitcase.",
    ),
    **_episode(
        1,
        2,
        "The Fog",
        "fog",
        183,
        Seed(("series", "sea"), 4, False, 1),
        "You cannot see the pier from the window today.",
    ),
    **_episode(
        1,
        3,
        "Low Tide",
        "noon",
        176,
        Seed(("series", "sea"), None, False, 0, 10.2),
        "At low tide the old stairs come out of the water.",
    ),
    **_episode(
        2,
        1,
        "Winter Harbor",
        "winter",
        20,
        Seed(("series", "snow")),
        "Nothing leaves the harbor before March.",
    ),
    **_episode(
        2,
        2,
        "The Return",
        "sunset",
        13,
        Seed(("series", "sunset")),
        "There is a light on the water again.",
    ),
}

CONCERTS = {
    "Concerts/Live at the Glass Hall.mp4": Entry(
        people.concert,
        HD,
        26,
        30,
        music.live,
        Seed(("concert", "music"), 5, True, 5, 17.0),
        drawn=1.5,
    ),
    "Concerts/Kaleidoscope session.webm": Entry(
        science.kaleidoscope,
        (854, 480),
        16,
        240,
        music.calm,
        Seed(("music", "abstract"), 3),
        form=_WEBM,
    ),
}

FAMILY = {
    "Family/Birthday cake.mp4": Entry(
        people.birthday,
        (720, 1280),
        14,
        95,
        music.calm,
        Seed(("family", "birthday"), 5, True, 2),
        form=_PHONE,
    ),
    "Family/Kite on the beach.mp4": Entry(
        people.kite,
        (1080, 1920),
        15,
        118,
        sound.waves,
        Seed(("family", "sea", "summer"), None, True),
    ),
    "Family/Goldfish.mp4": Entry(
        water.goldfish, (1080, 1080), 15, 5, music.calm, Seed(("family", "calm"), 4)
    ),
    "Family/The garden in 1998.avi": Entry(
        people.garden,
        (768, 576),
        12,
        340,
        sound.wind,
        Seed(("family", "summer")),
        drawn=1.0,
        form=_AVI,
    ),
}

HEADSET = {
    "VR/Balloon over the valley_180_sbs.mp4": Entry(
        vr.valley,
        (2880, 1440),
        10,
        16,
        sound.wind,
        Seed(("vr", "mountains"), 5, True, 1),
        drawn=3.0,
        form=_COARSE,
    ),
    "VR/Night under the stars_360.mp4": Entry(
        vr.starry_lake,
        (2880, 1440),
        10,
        70,
        sound.night,
        Seed(("vr", "night", "aurora"), 4),
        drawn=3.0,
        form=_COARSE,
    ),
}

SCIENCE = {
    "Science/Ink in water.mp4": Entry(
        science.ink, HD, 18, 36, music.calm, Seed(("macro", "abstract"), 4, False, 1)
    ),
    "Science/Sunlight in a pool.mp4": Entry(
        water.pool, HD, 12, 105, sound.waves, Seed(("macro", "calm")), drawn=3.0, form=_COARSE
    ),
    "Science/Saturn turning.mp4": Entry(
        science.saturn, HD, 14, 270, music.nocturne, Seed(("space",), 5, True, 3)
    ),
    "Science/A pattern grows.mp4": Entry(science.coral, HD, 16, 300, None, Seed(("abstract",))),
}

ENTRIES: dict[str, Entry] = {
    **LANDSCAPES,
    **CITY,
    **FILMS,
    **SERIES,
    **CONCERTS,
    **FAMILY,
    **HEADSET,
    **SCIENCE,
}
