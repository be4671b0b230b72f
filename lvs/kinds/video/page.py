"""The page of a video: its facts, what a browser can play of it, its layout in a headset."""

from __future__ import annotations

from dataclasses import dataclass

from lvs import formatting, kinds
from lvs.kinds.page import PagePart
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
    trouble, can_play = playability(details)
    return PagePart(
        mime_type=player_mime_type(details),
        facts=tuple(_facts(details)),
        trouble=trouble,
        can_play=can_play,
        scripts=("vr/start.js",),
        keys=((("F",), "Full screen"), ((",", "."), "Previous or next frame")),
        data=(
            ("projection", layout.projection),
            ("stereo", layout.stereo),
            ("frame-rate", str(facts["frame_rate"] or 0)),
        ),
        player=Frame(facts["width"] or 1280, facts["height"] or 720),
        controls=layout,
    )


def playability(details: ItemDetails) -> tuple[str, bool]:
    """(what a browser will not play of it and why, whether to offer the player at all)."""
    if details.card.container not in SUPPORT.containers:
        kind = (
            f"{details.card.container.upper()} files"
            if details.card.container
            else "this kind of file"
        )
        return f"Browsers can't play {kind}.", False
    video, audio = details.card.facts["video_codec"] or "", details.card.facts["audio_codec"]
    if video not in SUPPORT.codecs:
        return f"Browsers can't play {formatting.codec(video)} video.", False
    if audio is not None and audio not in _AUDIO_OFTEN:
        return f"You may not hear sound: browsers often lack {formatting.codec(audio)}.", True
    if video in _VIDEO_SOMETIMES:
        return f"Some browsers can't play {formatting.codec(video)} video.", True
    return "", True


def player_mime_type(details: ItemDetails) -> str:
    """The type for the player: Matroska with the codecs of WebM is WebM to a browser."""
    if (
        details.card.container == "matroska"
        and details.card.facts["video_codec"] in _MATROSKA_AS_WEBM
    ):
        return "video/webm"
    return kinds.mime_type(details.card.file.path)


def _facts(details: ItemDetails) -> list[tuple[str, str]]:
    facts = details.card.facts
    width, rate = facts["width"], facts["frame_rate"]
    video = formatting.codec(facts["video_codec"]) + (" HDR" if facts["hdr"] else "")
    languages = (track.get("language") or "Unknown" for track in facts["subtitle_tracks"])
    return [
        ("Resolution", f"{width} × {facts['height']}" if width else ""),
        ("Video", video),
        ("Frame rate", f"{rate:g} fps" if rate else ""),
        ("Bitrate", f"{details.bit_rate / 1e6:.1f} Mbit/s" if details.bit_rate else ""),
        ("Audio", ", ".join(_track(track) for track in facts["audio_tracks"])),
        ("Subtitles", ", ".join(languages)),
    ]


def _track(track: dict[str, object]) -> str:
    language = track.get("language")
    named = f" ({language})" if language and language != "und" else ""
    return f"{formatting.codec(str(track['codec']))} {track.get('layout') or ''}".strip() + named
