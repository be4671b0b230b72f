"""Pages while a large scan runs, against the same pages at rest."""

from __future__ import annotations

import time
from pathlib import Path

from bench.harness import Library, Line, elsewhere, percentile, times, wait_until_quiet
from bench.load import Load, load
from tests.helpers.clips import Cast

FILES = 20_000
PATHS = ["/all", "/all?sort=title", "/all?sort=size", "/all?sort=duration"]


def run(home: Path) -> list[Line]:
    (home / "cast").mkdir()
    cast = Cast(home / "cast")
    place = Library(home / "videos", home / "data")
    (place.videos / "known").mkdir(parents=True)
    for number in range(200):
        cast.unique(place.videos / "known" / f"Known {number}.mp4")
    _add(cast, home / "new")
    with place.server(LVS_WORKERS="0", LVS_WATCH="off") as server:
        server.wait_for(lambda: server.cards() >= 60, "the first videos")
        wait_until_quiet(server)
        idle = _ask(server.port)
        (home / "new").rename(place.videos / "new")
        server.get("/library/scan", method="POST")
        began = time.monotonic()
        busy = _ask(server.port)
        server.wait_for(
            lambda: "Scanning folders" not in server.get("/all").text, "the end of the scan", 300
        )
        scan_s = time.monotonic() - began
    p95_idle, p95_busy = (percentile(run.latencies_ms, 95) for run in (idle, busy))
    return [
        Line(
            f"pages while {FILES:,} files are ingested (at least {scan_s:.0f} s), p95",
            f"{p95_busy:.1f} ms",
            f"{p95_idle:.1f} ms at rest",
            times(p95_busy, p95_idle),
            "2 at most",
            p95_busy <= 2 * p95_idle,
        )
    ]


def _ask(port: int) -> Load:
    return elsewhere(load, port, PATHS, connections=2, seconds=8, pause_s=0.02)


def _add(cast: Cast, folder: Path) -> None:
    for number in range(FILES):
        cast.unique(folder / f"{number // 500:03}" / f"New {number:05}.mp4")
