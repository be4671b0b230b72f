"""Search as a person types, against an empty answer."""

from __future__ import annotations

from pathlib import Path

from bench.harness import Line, elsewhere, library, percentile, times, wait_until_quiet
from bench.load import load

VIDEOS = 100_000


def run(home: Path) -> list[Line]:
    """What begins with a number, a different one each time, and a word that every video has."""
    place = library(home, VIDEOS)
    with place.server() as server:
        wait_until_quiet(server)
        few = [f"/partials/gallery?q=0{number:03}" for number in range(0, 1000, 7)]
        common = [f"/partials/gallery?q=vi&sort={sort}" for sort in ("newest", "title", "size")]
        idle = elsewhere(load, server.port, ["/ping"], connections=1, seconds=3)
        loads = {
            "100 hits": elsewhere(load, server.port, few, connections=1, seconds=5),
            "every video a hit": elsewhere(load, server.port, common, connections=1, seconds=5),
        }
    baseline = percentile(idle.latencies_ms, 95)
    return [
        Line(
            f"search, {VIDEOS:,} videos, {what}, p95",
            f"{percentile(load.latencies_ms, 95):.1f} ms",
            f"{baseline:.2f} ms, empty answer",
            times(percentile(load.latencies_ms, 95), baseline),
            "under 15 ms",
            percentile(load.latencies_ms, 95) < 15,
        )
        for what, load in loads.items()
    ]
