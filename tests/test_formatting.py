"""Figures in words: sizes, lengths, ages, resolutions, codecs, and the pace of long work."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from lvs import formatting
from lvs.contexts.status import status_context
from lvs.progress import Progress
from lvs.services import Services
from lvs.viewer import EVERYTHING


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_500_000, "1.5 MB"),
        (2 << 30, "2.1 GB"),
    ],
)
def test_sizes(size_bytes: int, text: str) -> None:
    assert formatting.size(size_bytes).lower() == text.lower()


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [(None, ""), (0, ""), (5.4, "0:05"), (59.6, "1:00"), (3599.6, "1:00:00"), (36_061, "10:01:01")],
)
def test_durations(duration_s: float | None, text: str) -> None:
    assert formatting.duration(duration_s) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(600, "10 min"), (3600, "1 h"), (5400, "1 h 30 min"), (90, "1:30"), (7261, "2:01:01")],
)
def test_bounds_of_a_length(seconds: int, text: str) -> None:
    assert formatting.length(seconds) == text


TODAY = date(2026, 3, 10)
LOCAL = datetime.now().astimezone().tzinfo


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-1, "today"),  # a clock that was ahead
        (0, "today"),
        (1, "yesterday"),
        (3, "3 days ago"),
        (40, "a month ago"),
        (800, "2 years ago"),
    ],
)
def test_ages(days: int, text: str) -> None:
    at = datetime(2026, 3, 10, 12, tzinfo=LOCAL) - timedelta(days=days)
    assert formatting.age(int(at.timestamp() * 1000), TODAY) == text


def test_a_day_within_a_week_is_a_weekday() -> None:
    now = datetime.now().astimezone()
    ago = {days: now - timedelta(days=days) for days in (0, 3, 30)}
    said = {days: formatting.since(int(at.timestamp() * 1000)) for days, at in ago.items()}
    assert said[0] == "since today"
    assert said[3] == f"since {ago[3]:%A}"
    assert said[30] == f"since {ago[30].day} {ago[30]:%B %Y}"


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (None, 720, ""),
        (7680, 4320, "8K"),
        (5760, 2880, "5K"),
        (3840, 2160, "4K"),
        (3840, 1600, "4K"),  # a wide film
        (2160, 3840, "4K"),  # a phone held upright
        (1920, 1040, "1080p"),
        (1920, 1080, "1080p"),
        (1280, 720, "720p"),
        (640, 480, "480p"),
    ],
)
def test_resolutions(width: int | None, height: int, name: str) -> None:
    assert formatting.resolution(width, height) == name


def test_codecs_projections_and_counts() -> None:
    names = [formatting.codec(name) for name in ("h264", "truehd", "prores", None)]
    assert names == ["H.264", "TrueHD", "PRORES", ""]
    projections = [formatting.projection(name) for name in ("flat", "180", "eac", "mkx200")]
    assert projections == ["", "180°", "360°", "180°"]
    assert [formatting.stereo(name) for name in ("mono", "rl", "bt", "sbs")] == [
        "mono",
        "sbs",
        "tb",
        "sbs",
    ]
    counts = [
        formatting.plural(1, "video"),
        formatting.plural(1200, "video"),
        formatting.plural(0, "copy", "copies"),
    ]
    assert counts == ["1 video", "1,200 videos", "0 copies"]


def test_progress_says_its_pace_once_it_is_known(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("lvs.progress.time.monotonic", lambda: now)
    scan = services.activity.scan

    def task() -> str:
        (found,) = status_context(services.activity, services.folders, EVERYTHING).tasks
        return found.words

    assert status_context(services.activity, services.folders, EVERYTHING).tasks == ()
    scan.start()
    scan.total = 1_000
    scan.advance(0)
    assert (scan.rate, scan.left_s, task()) == (0.0, None, "0 of 1,000")
    now += 10
    scan.advance(500)
    assert (scan.rate, scan.left_s) == (50.0, 10.0)
    assert task() == "500 of 1,000 · 50 per second · 10 seconds left"
    scan.advance(600)  # more than were counted before
    assert scan.left_s == 0
    assert task() == "1,100 of 1,000 · 110 per second"


def test_the_pace_is_that_of_the_last_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("lvs.progress.time.monotonic", lambda: now)
    progress = Progress()
    progress.start()
    for second in range(40):  # slow at first, then fast
        now = float(second)
        progress.advance(1 if second < 20 else 100)
    assert progress.rate == pytest.approx(100)
