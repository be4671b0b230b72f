"""The page of a video: its facts, what a browser can play of it, its layout in a headset."""

from __future__ import annotations

from dataclasses import dataclass

from lvs import formatting, kinds
from lvs.kinds.kind import Facts
from lvs.kinds.page import NO_TROUBLE, PagePart, Trouble
from lvs.kinds.video import SUPPORT
from lvs.kinds.video.layout import layout_form
from lvs.models import ItemDetails, LayoutChoice

_MATROSKA_AS_WEBM = {"vp8", "vp9", "av1"}
_VIDEO_SOMETIMES = {"hevc"}
_AUDIO_OFTEN = {"aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le"}


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of the player in pixels."""

    width: int
    height: int


def part(details: ItemDetails) -> PagePart:
    facts = details.card.facts
    layout = layout_form(
        LayoutChoice(
            facts["projection"],
            facts["stereo"],
            facts["projection_override"],
            facts["stereo_override"],
        )
    )
    sound = facts["audio_tracks"]
    return PagePart(
        mime_type=player_mime_type(details),
        facts=tuple(_facts(details)),
        trouble=trouble_of(details),
        scripts=("vr/start.js",),
        keys=((("F",), "Full screen"), ((",", "."), "Previous or next frame")),
        data=(
            ("projection", layout.projection),
            ("stereo", layout.stereo),
            ("frame-rate", str(facts["frame_rate"] or 0)),
        ),
        summary=(
            _picture(facts),
            _track(sound[0]) if sound else "",
            _resolution(facts),
        ),
        player=Frame(facts["width"] or 1280, facts["height"] or 720),
        controls=layout,
        controls_first=layout.projection != "flat" or layout.stereo != "mono",
    )


def trouble_of(details: ItemDetails) -> Trouble:
    container = details.card.probed.container
    if container not in SUPPORT.containers:
        kind = f"{container.upper()} files" if container else "this kind of file"
        return Trouble(f"Browsers can't play {kind}.", can_play=False)
    video, audio = details.card.facts["video_codec"] or "", details.card.facts["audio_codec"]
    if video not in SUPPORT.codecs:
        return Trouble(f"Browsers can't play {formatting.codec(video)} video.", can_play=False)
    if audio is not None and audio not in _AUDIO_OFTEN:
        name = formatting.codec(audio)
        return Trouble(f"You may not hear sound: browsers often lack {name}.")
    if video in _VIDEO_SOMETIMES:
        name = formatting.codec(video)
        return Trouble(f"Some browsers can't play {name} video.", plays_anyway=True)
    return NO_TROUBLE


def player_mime_type(details: ItemDetails) -> str:
    """The type for the player: Matroska with the codecs of WebM is WebM to a browser."""
    if (
        details.card.probed.container == "matroska"
        and details.card.facts["video_codec"] in _MATROSKA_AS_WEBM
    ):
        return "video/webm"
    return kinds.mime_type(details.card.file.path)


def _facts(details: ItemDetails) -> list[tuple[str, str]]:
    facts = details.card.facts
    rate = facts["frame_rate"]
    languages = (track.get("language") or "Unknown" for track in facts["subtitle_tracks"])
    return [
        ("Resolution", _resolution(facts)),
        ("Video", _picture(facts)),
        ("Frame rate", f"{rate:g} fps" if rate else ""),
        ("Bitrate", f"{details.bit_rate / 1e6:.1f} Mbit/s" if details.bit_rate else ""),
        ("Audio", ", ".join(_track(track) for track in facts["audio_tracks"])),
        ("Subtitles", ", ".join(languages)),
    ]


def _resolution(facts: Facts) -> str:
    return f"{facts['width']} × {facts['height']}" if facts["width"] else ""


def _picture(facts: Facts) -> str:
    return formatting.codec(facts["video_codec"]) + (" HDR" if facts["hdr"] else "")


def _track(track: dict[str, object]) -> str:
    language = track.get("language")
    named = f" ({language})" if language and language != "und" else ""
    return f"{formatting.codec(str(track['codec']))} {track.get('layout') or ''}".strip() + named
