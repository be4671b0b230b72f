"""The page of an audio file: its tags and facts, and what a browser can play of it."""

from __future__ import annotations

from dataclasses import dataclass

from lvs import formatting, kinds
from lvs.kinds.audio import SUPPORT
from lvs.kinds.kind import Facts
from lvs.kinds.page import NO_TROUBLE, PagePart, Trouble
from lvs.models import ItemDetails

_SOMETIMES = {"alac", "pcm_s16be", "pcm_s24be"}
_CHANNELS = {1: "mono", 2: "stereo"}
# A song starts from its beginning. An audiobook or a concert resumes.
_RESUMES_FROM_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Credits:
    """What the player and the lock screen of a phone show."""

    artist: str
    album: str


def part(details: ItemDetails) -> PagePart:
    facts = details.card.facts
    artist = facts["artist"] or facts["album_artist"] or ""
    return PagePart(
        mime_type=kinds.mime_type(details.card.file.path),
        facts=tuple(_facts(details)),
        trouble=_trouble(facts["codec"] or ""),
        resumes=(details.card.duration_s or 0) >= _RESUMES_FROM_S,
        lines=tuple(filter(None, (artist, facts["album"]))),
        summary=(_sound(facts),),
        player=Credits(artist, facts["album"] or ""),
    )


def _trouble(codec: str) -> Trouble:
    name = formatting.codec(codec) if codec else "this kind of file"
    if codec not in SUPPORT.codecs:
        return Trouble(f"Browsers can't play {name}.", can_play=False)
    if codec in _SOMETIMES:
        return Trouble(f"Some browsers can't play {name}.", plays_anyway=True)
    return NO_TROUBLE


def _facts(details: ItemDetails) -> list[tuple[str, str]]:
    facts = details.card.facts
    album_artist = facts["album_artist"] if facts["album_artist"] != facts["artist"] else None
    track = f"{facts['track']}" if facts["track"] else ""
    if facts["disc"]:
        track = f"{track} (disc {facts['disc']})".strip()
    return [
        ("Artist", facts["artist"] or ""),
        ("Album", facts["album"] or ""),
        ("Album artist", album_artist or ""),
        ("Track", track),
        ("Year", str(facts["year"] or "")),
        ("Genre", facts["genre"] or ""),
        ("Audio", _sound(facts)),
        ("Bitrate", f"{round(details.bit_rate / 1000)} kbit/s" if details.bit_rate else ""),
    ]


def _sound(facts: Facts) -> str:
    rate, channels = facts["sample_rate"], facts["channels"]
    parts = [
        formatting.codec(facts["codec"]),
        f"{rate / 1000:g} kHz" if rate else "",
        _CHANNELS.get(channels, f"{channels} channels") if channels else "",
    ]
    return ", ".join(filter(None, parts))
