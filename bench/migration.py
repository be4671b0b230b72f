"""The update of a library of the version before: from the start of the program to a page."""

from __future__ import annotations

import time
from pathlib import Path

from bench.harness import Line, times
from tests.helpers import version_9
from tests.helpers.servers import Process

VIDEOS = 100_000
STARTED_WITHIN_S = 120.0  # also on a machine that is busy with other work


def run(home: Path) -> list[Line]:
    """With ratings, favorites, tags, progress, saved searches and bulk history."""
    videos, data = home / "videos", home / "data"
    videos.mkdir()
    data.mkdir()
    version_9.build(data / "library.db", VIDEOS)
    figures = [_first_page_s(videos, data) for _ in range(2)]
    return [
        Line(
            f"first page after an update from version {version_9.VERSION}, {VIDEOS:,} videos",
            f"{figures[0]:.1f} s",
            f"{figures[1]:.1f} s, the start after it",
            times(figures[0], figures[1]),
            "under 20 s",
            figures[0] < 20,
        )
    ]


def _first_page_s(videos: Path, data: Path) -> float:
    began = time.monotonic()
    server = Process(videos, data, {})
    try:
        server.start(wait=False)
        server.wait_for(lambda: server.port > 0, "the banner", STARTED_WITHIN_S)
        assert server.get("/all").status == 200
        return time.monotonic() - began
    finally:
        if server.process.poll() is None:
            server.process.kill()
        server.wait()
