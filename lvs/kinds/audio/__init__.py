"""Audio: music and other recordings of sound."""

from __future__ import annotations

from lvs.kinds.kind import BrowserSupport, CardExtras, Column, Facts, Kind, KindList, Words

# ALAC and big-endian PCM depend on the browser.
SUPPORT = BrowserSupport(
    "codec",
    frozenset(
        (
            *("mp3", "aac", "flac", "opus", "vorbis"),
            *("pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_f32le"),
            *("alac", "pcm_s16be", "pcm_s24be"),
        )
    ),
)


def _card_extras(facts: Facts) -> CardExtras:
    artist = facts["artist"] or facts["album_artist"]
    return CardExtras(line=(artist,) if artist else (), shape="square")


KIND = Kind(
    id="audio",
    words=Words("track", "tracks", "an audio file", "played"),
    list=KindList("Music", "/music", "No music yet", place=2, shape="square", icon="audio"),
    mime_types={
        ".mp3": "audio/mpeg",
        ".m4a": "audio/mp4",
        ".m4b": "audio/mp4",
        ".aac": "audio/aac",
        ".flac": "audio/flac",
        ".ogg": "audio/ogg",
        ".opus": "audio/ogg",
        ".wav": "audio/wav",
        ".wma": "audio/x-ms-wma",
        ".aiff": "audio/aiff",
        ".aif": "audio/aiff",
    },
    upnp_class="object.item.audioItem.musicTrack",
    facts=(
        Column("title"),
        Column("artist", is_searched=True, didl="upnp:artist"),
        Column("album", is_searched=True, didl="upnp:album"),
        Column("album_artist", is_searched=True),
        Column("track", didl="upnp:originalTrackNumber"),
        Column("disc"),
        Column("year"),
        Column("genre", is_searched=True, didl="upnp:genre"),
        Column("codec"),
        Column("sample_rate", res="sampleFrequency"),
        Column("channels", res="nrAudioChannels"),
    ),
    card_extras=_card_extras,
    browsers=SUPPORT,
)
