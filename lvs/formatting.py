"""Numbers, durations and dates as text for pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import humanize


def size(size_bytes: int) -> str:
    return humanize.naturalsize(size_bytes, format="%.1f").replace("Bytes", "bytes")


def duration(duration_s: float | None) -> str:
    """`4:05` or `1:02:03`; empty when unknown."""
    if not duration_s:
        return ""
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def length(seconds: int) -> str:
    """A bound of a duration: `10 min`, `1 h 30 min`; with seconds as `duration` has it."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    if rest or not (hours or minutes):
        return duration(seconds)
    parts = (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")
    return " ".join(filter(None, parts))


def running_time(duration_s: float | None) -> str:
    """A length as a card says it: `4:05`, `52 min`, `1 h 40 min`; empty when unknown."""
    if not duration_s or duration_s < 10 * 60:
        return duration(duration_s)
    return length(round(duration_s / 60) * 60)


def total_time(duration_s: float) -> str:
    """The length of many: `45 s`, `12 min`, `7 h 40 min`; empty for none."""
    if duration_s < 60:
        return f"{round(duration_s)} s" if duration_s else ""
    return length(round(duration_s / 60) * 60)


def time_left(left_s: float) -> str:
    """How much of it is still to be played: `51 min left`; `40 s left` below a minute."""
    if left_s < 60:
        return f"{max(1, round(left_s))} s left"
    return f"{length(round(left_s / 60) * 60)} left"


def local_date(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().date()


def age(at_ms: int, today: date) -> str:
    """Days are fine enough for a card, and let it be cached for a day."""
    days = (today - local_date(at_ms)).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"{humanize.naturaldelta(days * 86_400)} ago"


def iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")


def since(at_ms: int) -> str:
    """`since Tuesday` within a week, else `since 3 March 2026`."""
    day = local_date(at_ms)
    days = (date.today() - day).days  # noqa: DTZ011 - the household's own day
    if days <= 0:
        return "since today"
    return f"since {day:%A}" if days < 7 else f"since {day.day} {day:%B %Y}"


def seconds_left(left_s: float) -> str:
    return f"{humanize.naturaldelta(left_s)} left"


def number(value: int) -> str:
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def resolution(width: int | None, height: int | None) -> str:
    """The usual name for a frame's shorter edge, such as `4K`; empty when unknown."""
    if not width or not height:
        return ""
    short, long = sorted((width, height))
    for lines, wide, name in (
        (4320, 7680, "8K"),
        (2880, 5120, "5K"),
        (2160, 3840, "4K"),
        (1440, 2560, "1440p"),
        (1080, 1920, "1080p"),
        (720, 1280, "720p"),
    ):
        if short >= lines * 0.95 or long >= wide * 0.95:
            return name
    return f"{short}p"


_CODECS = {
    "h264": "H.264",
    "hevc": "HEVC",
    "av1": "AV1",
    "vp9": "VP9",
    "vp8": "VP8",
    "mpeg4": "MPEG-4 Part 2",
    "mpeg2video": "MPEG-2",
    "mpeg1video": "MPEG-1",
    "aac": "AAC",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "dts": "DTS",
    "truehd": "TrueHD",
    "mp3": "MP3",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "flac": "FLAC",
}


def codec(name: str | None) -> str:
    return _CODECS.get(name or "", (name or "").upper())


_PROJECTIONS = {"180": "180°", "360": "360°", "eac": "360°"}


def projection(name: str) -> str:
    return _PROJECTIONS.get(name, "" if name == "flat" else "180°")


def stereo(layout: str) -> str:
    """The arrangement of the two eyes, whichever comes first: mono, sbs or tb."""
    return {"rl": "sbs", "bt": "tb"}.get(layout, layout)
